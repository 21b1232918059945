import type { Facts, Note } from "../../assets/report/format.ts";
import { measureBias } from "../analysis/control.ts";
import { countIndependent } from "../analysis/intervals.ts";
import { baseName } from "../analysis/places.ts";
import { findDependence } from "../analysis/rejections.ts";
import { judgeQuality } from "../analysis/trust.ts";
import { formatPercent, formatRate, formatShare } from "../analysis/units.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { escapeForPage } from "./text.ts";

/** Shares above which a profile should not be believed without a look at why. */
const MUCH_MISSED = 0.05;
const MUCH_REJECTED = 0.005;
const MUCH_WITHHELD = 0.01;
/** Fewer independent samples say little about anything but the largest shares. */
const FEW_SAMPLES = 100;

/** Everything that a report says about the capture itself. */
export function gatherFacts(profile: Profile, summary: Summary): Facts {
  const { metadata, quality } = profile;
  const trust = judgeQuality(metadata, quality, summary);
  const bias = measureBias(profile);
  const independent = countIndependent(profile);
  const notes: Note[] = [];
  const loud = (text: string): void => void notes.push({ level: "loud", text });
  if (trust.rejected > MUCH_REJECTED) {
    loud(
      `${
        formatShare(trust.rejected)
      } of the stacks were rejected because they changed while they ` +
        "were read. Functions that run very shortly may be shown too small.",
    );
  }
  if (trust.missed > MUCH_MISSED) {
    loud(
      `${formatShare(trust.missed)} of the samples were missed: the machine was too busy, or the ` +
        "stacks too deep, for this rate. A lower rate loses nothing.",
    );
  }
  if (quality.dropped > 0) loud("Samples came faster than they could be kept. Use a lower rate.");
  if (bias.kind === "measured" && (bias.leaves.beyondNoise || bias.depths.beyondNoise)) {
    loud(
      "The samples differ from those that were read while the program could not run, by more than " +
        "chance explains. --exact takes all samples so.",
    );
  }
  const found = findDependence(profile);
  if (found !== undefined) {
    const name = escapeForPage(profile.strings[found.name] ?? "");
    const file = escapeForPage(baseName(profile.strings[found.file] ?? ""));
    loud(
      `Which stacks were ${found.fate} depends on what ran: ${name} (${file}:${found.firstLine}) ` +
        `may be shown up to ${formatShare(found.missing)} too small.`,
    );
  }
  if (independent < FEW_SAMPLES) {
    notes.push({ level: "calm", text: "Few samples: look at the ± beside each share." });
  }
  if (trust.withheld > MUCH_WITHHELD) {
    notes.push({
      level: "calm",
      text: `The rate was lowered to ${formatRate(trust.achievedHz)} to stay within ${
        formatPercent(metadata.maxCpu ?? 1)
      } of a CPU.`,
    });
  }
  return {
    metadata: {
      ...metadata,
      command: metadata.command.map(escapeForPage),
      tool: escapeForPage(metadata.tool),
      toolVersion: escapeForPage(metadata.toolVersion),
      pythonVersion: escapeForPage(metadata.pythonVersion),
    },
    summary,
    quality,
    trust,
    bias,
    independent,
    notes,
  };
}
