import type { Facts, Note } from "../../assets/report/format.ts";
import { measureBias } from "../analysis/control.ts";
import { findDoubts } from "../analysis/doubts.ts";
import { countIndependent } from "../analysis/intervals.ts";
import { judgeQuality } from "../analysis/trust.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { escapeForPage } from "./text.ts";

/** Fewer independent samples say little about anything but the largest shares. */
const FEW_SAMPLES = 100;

/** Everything that a report says about the capture itself. */
export function gatherFacts(profile: Profile, summary: Summary): Facts {
  const { metadata, quality } = profile;
  const trust = judgeQuality(metadata, quality, summary);
  const bias = measureBias(profile);
  const independent = countIndependent(profile);
  const notes = findDoubts(profile, summary).map(({ loud, text }): Note => ({
    level: loud ? "loud" : "calm",
    text: text.charAt(0).toUpperCase() + text.slice(1),
  }));
  if (independent < FEW_SAMPLES) {
    notes.push({ level: "calm", text: "Few samples: look at the ± beside each share." });
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
