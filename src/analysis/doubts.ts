/** What makes a profile less true than it looks, in the words of the terminal and of all pages. */

import type { LeftOut, Metadata, Summary } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { rejectedTotal } from "../profile/quality.ts";
import { isTriedVersion } from "../profile/tried_version.ts";
import { measureBias } from "./control.ts";
import { baseName } from "./places.ts";
import { findDependence } from "./rejections.ts";
import { describeFilter } from "./sample_filter.ts";
import { escapeForTerminal } from "./terminal_text.ts";
import { judgeQuality, type Trust } from "./trust.ts";
import {
  formatCounted,
  formatMicroseconds,
  formatPercent,
  formatRate,
  formatShare,
  formatTime,
} from "./units.ts";
import { MUCH_WITHHELD, whyWithheld } from "./withheld.ts";

/** Shares above which a profile should not be believed without a look at why. */
const MUCH_MISSED = 0.05;
const MUCH_REJECTED = 0.005;

/** What shares may be off for a rate that has changed on the way, from which on it is said. */
const MUCH_UNEVEN = 0.15;

/** Something to know before a profile is believed. */
export interface Doubt {
  /** Numbers may be wrong; else there are just fewer of them than asked for. */
  readonly loud: boolean;
  /** Sentences, the first of which may go on after a colon. Text of the target is spelled out in them. */
  readonly text: string;
}

/** Finds all that there is to doubt, the calm first. */
export function findDoubts(profile: Profile, summary: Summary): Doubt[] {
  const { metadata, quality } = profile;
  const trust = judgeQuality(metadata, quality, summary);
  const { missed, rejected } = trust;
  const doubts: Doubt[] = [];
  doubts.push(...doubtRate(metadata, summary, trust));
  if (metadata.filters !== undefined) {
    doubts.push({
      loud: false,
      text: `of ${formatCounted(quality.samples + quality.filtered, "sample")} ${
        formatCounted(quality.filtered, "sample")
      } were left out by a filter: ${
        escapeForTerminal(metadata.filters.map(describeFilter).join("; "))
      }.`,
    });
  }
  const loud = (text: string): void => void doubts.push({ loud: true, text });
  if (missed > MUCH_MISSED && !summary.stops?.skippedTicks) {
    loud(
      `${formatShare(missed)} of the samples were missed: the machine is too busy, or the ` +
        "stacks too deep, for this rate. A lower one (-r) loses nothing.",
    );
  }
  if (rejected > MUCH_REJECTED) {
    loud(
      `${formatShare(rejected)} of the stacks were rejected because they changed while ` +
        "being read. Functions that run very shortly may be shown with too little time.",
    );
  }
  if ((summary.unevenness ?? 0) > MUCH_UNEVEN) {
    loud(
      "the rate went up and down with what it took to read the program: what ran while it was low " +
        `may be shown up to ${formatShare(summary.unevenness ?? 0)} too small. A rate that needs ` +
        "no limit (-r) does not do that.",
    );
  }
  if (summary.leftOut !== undefined) loud(describeLeftOut(summary.leftOut));
  if (quality.dropped > 0) {
    loud(
      `${formatCounted(quality.dropped, "sample")} came faster than they could be kept. ` +
        "Use a lower rate (-r).",
    );
  }
  return [
    ...doubts,
    ...doubtVersion(metadata),
    ...doubtMoments(metadata),
    ...doubtPauses(summary),
    ...doubtStops(metadata, summary),
    ...doubtShares(profile),
  ];
}

/** Why there are fewer samples than were asked for. */
function doubtRate(
  { maxCpu = Infinity, maxSlowdown = Infinity }: Metadata,
  { lowered }: Summary,
  { achievedHz, withheld }: Trust,
): Doubt[] {
  if (withheld <= MUCH_WITHHELD) return [];
  const { program, budget } = whyWithheld(withheld, lowered);
  const rate = formatRate(achievedHz);
  const doubts: string[] = [];
  if (program) {
    const limit = maxSlowdown === Infinity
      ? "."
      : `, and may take ${formatPercent(maxSlowdown)} of its time; --max-slowdown sets the limit.`;
    doubts.push(
      `the rate was lowered to ${rate}: to show short functions at their full size, readings ` +
        `interrupt the program, here for ${formatMicroseconds(lowered?.visitUs ?? 0)} each${limit}`,
    );
  }
  if (budget) {
    doubts.push(
      `the rate was lowered to ${rate} to stay within ${formatPercent(maxCpu)} of a CPU; ` +
        "--max-cpu sets the limit.",
    );
  }
  return doubts.map((text) => ({ loud: false, text }));
}

/** A Python that is newer than all that were tried is read on trust. */
function doubtVersion({ tool, pythonVersion }: Metadata): Doubt[] {
  if (tool !== "tachyon" || isTriedVersion(pythonVersion)) return [];
  const text =
    `Python ${escapeForTerminal(pythonVersion)} is newer than all that this tachyon was ` +
    "tried with. What was checked of its memory is as expected; frames and lines may be wrong all " +
    "the same. A newer tachyon may know it.";
  return [{ loud: true, text }];
}

/** Threads that run in parallel are each read at a moment of their own. */
function doubtMoments({ freeThreaded, allThreads, consistency }: Metadata): Doubt[] {
  if (!freeThreaded || !allThreads || consistency === "blocking") return [];
  const text =
    "the threads of this program run in parallel and were read one after another: each " +
    "stack is of one moment, but not all of a sample. --blocking stops them all.";
  return [{ loud: false, text }];
}

/** When nobody looked at the program. */
function doubtPauses({ pauses, asleepUs }: Summary): Doubt[] {
  const doubts: Doubt[] = [];
  if (pauses !== undefined) {
    const { count, totalUs, longestUs } = pauses;
    const pieces = count === 1 ? "" : ` in ${count} pieces, the longest ${formatTime(longestUs)}`;
    const text =
      `nothing was read for ${formatTime(totalUs)}${pieces}: tachyon had been stopped, ` +
      "or the machine kept it waiting. What the program did then is not known.";
    doubts.push({ loud: true, text });
  }
  if (asleepUs !== undefined) {
    const text = `the machine was asleep for ${
      formatTime(asleepUs)
    } meanwhile; no time here has it.`;
    doubts.push({ loud: false, text });
  }
  return doubts;
}

/** What was asked of a program that was stopped for its samples; older recordings do not say what that might take. */
function doubtStops({ maxSlowdown = 0.2 }: Metadata, { stops, durationUs }: Summary): Doubt[] {
  if (stops === undefined || stops.skippedTicks === 0) return [];
  const text = `${formatCounted(stops.skippedTicks, "sample")} were left out so as not to stop ` +
    `the program for more than ${formatPercent(maxSlowdown)} of the time (it was for ${
      formatShare(stops.stoppedUs / durationUs)
    }). Use a lower rate (-r), or set another limit (--max-slowdown).`;
  return [{ loud: true, text }];
}

/** What makes some functions look smaller than they are. */
function doubtShares(profile: Profile): Doubt[] {
  const doubts: Doubt[] = [];
  const found = findDependence(profile);
  if (found !== undefined) {
    const { fate, shareLost, shareKept, missing } = found;
    const name = escapeForTerminal(profile.strings[found.name] ?? "");
    const file = escapeForTerminal(baseName(profile.strings[found.file] ?? ""));
    const lost = fate === "rejected"
      ? `Its share is shown about ${formatShare(missing)} too small.`
      : `Its share may be shown up to ${formatShare(missing)} too small.`;
    const others = fate === "rejected" ? "the others" : "the stacks taken instead";
    const text = `which stacks were ${fate} depends on what ran: ${name} ` +
      `(${file}:${found.firstLine}) was running in ${formatShare(shareLost)} of those, and in ${
        formatShare(shareKept)
      } of ${others}. ${lost}`;
    doubts.push({ loud: true, text });
  }
  const bias = measureBias(profile);
  if (bias.kind === "measured" && (bias.leaves.beyondNoise || bias.depths.beyondNoise)) {
    const [what, { distance, noise }] = bias.leaves.beyondNoise
      ? ["Functions", bias.leaves]
      : ["Depths of stacks", bias.depths];
    const text = "the samples differ from those read while the program could not run. " +
      `${what} are ${formatShare(distance)} apart, where chance gives ${formatShare(noise)}. ` +
      "--exact takes all samples so.";
    doubts.push({ loud: true, text });
  }
  const { retried, repaired } = profile.quality;
  if (bias.kind === "none" && rejectedTotal(profile.quality) + retried + repaired > 0) {
    const text = "no stack could be read while the program could not run, so nothing tells " +
      "whether short-lived functions are shown too small. Leave tachyon the same CPUs as the " +
      "program.";
    doubts.push({ loud: false, text });
  }
  return doubts;
}

/** Why processes are not sampled, for people. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "too-many": "more of them ran at a time than can be sampled",
  "denied": "the system does not let us read it",
  "unsupported-version": "its version of Python is not supported",
  "newer-version": "its version of Python is not known",
  "implausible": "its interpreter's tables do not hold together",
  "mode-refused": "it does not tell what --mode asks",
};

function describeLeftOut({ count, first }: LeftOut): string {
  const each = first.map(({ pid, reason, detail }) => {
    const more = detail === "" ? "" : ` (${escapeForTerminal(detail)})`;
    return `${pid}, ${LEFT_OUT[reason] ?? escapeForTerminal(reason)}${more}`;
  });
  const others = count > first.length ? `; and ${count - first.length} more` : "";
  return `some of the program's processes could not be sampled: ${each.join("; ")}${others}.`;
}
