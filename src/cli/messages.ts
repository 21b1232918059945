/** What we say on standard error, beside the result. */

import type { Profile } from "../profile/profile.ts";
import { rejectedTotal } from "../profile/quality.ts";
import type { Consistency, Summary } from "../profile/metadata.ts";
import { measureBias } from "../analysis/control.ts";
import { baseName } from "../analysis/places.ts";
import { findDependence } from "../analysis/rejections.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { judgeQuality, recordsQuality } from "../analysis/trust.ts";
import {
  formatCounted,
  formatPercent,
  formatRate,
  formatShare,
  formatTime,
} from "../analysis/units.ts";
import type { Fault } from "./errors.ts";
import type { Written } from "./output.ts";

/** Shares above which a profile should not be believed without a look at why. */
const MUCH_MISSED = 0.05;
const MUCH_REJECTED = 0.005;
/** Share of ticks left out for our own CPU time from which on it is said. */
const MUCH_WITHHELD = 0.01;
/** Below this interval stopping the program costs most of its time, µs. */
const SHORT_TO_BLOCK_US = 100;

/** Writes a line to standard error; a closed one is no reason to fail. */
export function tell(text: string): void {
  write(`tachyon: ${text}\n`);
}

/** Says what went wrong and what to do, and returns the exit status for it. */
export function report(fault: Fault): number {
  tell(fault.next === "" ? fault.what : `${fault.what}\n         ${fault.next}`);
  return fault.status;
}

/** The closing line of a capture. */
export function summarizeCapture(profile: Profile, summary: Summary): string {
  const trust = judgeQuality(profile.metadata, profile.quality, summary);
  const { samples } = profile.quality;
  return `${formatCounted(samples, "sample")} in ${formatTime(summary.durationUs)} at ${
    formatRate(trust.achievedHz)
  } (asked ${formatRate(trust.askedHz)}), ${formatShare(trust.missed)} missed, ${
    formatShare(trust.rejected)
  } rejected`;
}

/** The closing line of a replay: only what the file says. */
export function summarizeReplay(profile: Profile, summary: Summary): string {
  if (recordsQuality(profile.metadata)) return summarizeCapture(profile, summary);
  const time = summary.durationUs > 0 ? ` in ${formatTime(summary.durationUs)}` : "";
  return `${formatCounted(profile.quality.samples, "sample")}${time}`;
}

/** Says how it went and which outputs were written. */
export function tellFinished(
  how: string,
  finished: readonly { readonly format: string; readonly written: Written }[],
): void {
  const files = finished.flatMap(({ format, written }) =>
    typeof written === "object" ? [`${format} written to ${escapeForTerminal(written.path)}`] : []
  );
  if (files.length <= 1) return tell([how, ...files].join("; "));
  tell(how);
  for (const file of files) tell(file);
}

/** Sentences for what makes a profile less true than it looks. */
export function warnings(profile: Profile, summary: Summary): string[] {
  const { maxCpu = Infinity } = profile.metadata;
  const { achievedHz, missed, withheld, rejected } = judgeQuality(
    profile.metadata,
    profile.quality,
    summary,
  );
  const sentences: string[] = [];
  if (withheld > MUCH_WITHHELD) {
    sentences.push(
      `the rate was lowered to ${formatRate(achievedHz)} to stay within ${
        formatPercent(maxCpu)
      } of a CPU; --max-cpu sets the limit.`,
    );
  }
  if (missed > MUCH_MISSED && !summary.stops?.skippedTicks) {
    sentences.push(
      `warning: ${
        formatShare(missed)
      } of the samples were missed: the machine is too busy, or the ` +
        "stacks too deep, for this rate. A lower one (-r) loses nothing.",
    );
  }
  if (rejected > MUCH_REJECTED) {
    sentences.push(
      `warning: ${formatShare(rejected)} of the stacks were rejected because they changed while ` +
        "being read. Functions that run very shortly may be shown with too little time.",
    );
  }
  if (profile.quality.dropped > 0) {
    sentences.push(
      `warning: ${
        formatCounted(profile.quality.dropped, "sample")
      } came faster than they could be ` +
        "kept. Use a lower rate (-r).",
    );
  }
  return [...sentences, ...warnOfStops(summary), ...warnOfBias(profile)];
}

/** What makes some functions look smaller than they are. */
function warnOfBias(profile: Profile): string[] {
  const sentences: string[] = [];
  const found = findDependence(profile);
  if (found !== undefined) {
    const { fate, shareLost, shareKept, missing } = found;
    const name = escapeForTerminal(profile.strings[found.name] ?? "");
    const file = escapeForTerminal(baseName(profile.strings[found.file] ?? ""));
    const lost = fate === "rejected"
      ? `Its share is shown about ${formatShare(missing)} too small.`
      : `Its share may be shown up to ${formatShare(missing)} too small.`;
    const others = fate === "rejected" ? "the others" : "the stacks taken instead";
    sentences.push(
      `warning: which stacks were ${fate} depends on what ran: ${name} (${file}:${found.firstLine}) ` +
        `was running in ${formatShare(shareLost)} of those, and in ${
          formatShare(shareKept)
        } of ${others}. ${lost}`,
    );
  }
  const bias = measureBias(profile);
  if (bias.kind === "measured" && (bias.leaves.beyondNoise || bias.depths.beyondNoise)) {
    const [what, { distance, noise }] = bias.leaves.beyondNoise
      ? ["Functions", bias.leaves]
      : ["Depths of stacks", bias.depths];
    sentences.push(
      `warning: the samples differ from those read while the program could not run. ${what} are ` +
        `${formatShare(distance)} apart, where chance gives ${
          formatShare(noise)
        }. --exact takes all samples so.`,
    );
  }
  const { retried, repaired } = profile.quality;
  if (bias.kind === "none" && rejectedTotal(profile.quality) + retried + repaired > 0) {
    sentences.push(
      "no stack could be read while the program could not run, so nothing tells whether short-lived " +
        "functions are shown too small. Leave tachyon the same CPUs as the program.",
    );
  }
  return sentences;
}

/** Sentences about what was asked for, before it begins. */
export function forewarnings(consistency: Consistency, intervalUs: number): string[] {
  if (consistency !== "blocking" || intervalUs >= SHORT_TO_BLOCK_US) return [];
  return [
    `warning: stopping the program every ${formatTime(intervalUs)} takes longer than that. It is ` +
    "slowed down much, and samples are left out. Use a lower rate (-r), or leave out --blocking.",
  ];
}

/** What was asked of a program that was stopped for its samples. */
function warnOfStops({ stops, durationUs }: Summary): string[] {
  if (stops === undefined || stops.skippedTicks === 0) return [];
  return [
    `warning: ${formatCounted(stops.skippedTicks, "sample")} were left out so as not to stop the ` +
    `program for more than a fifth of the time (it was for ${
      formatShare(stops.stoppedUs / durationUs)
    }). Use a lower rate (-r).`,
  ];
}

/**
 * Keeps one line on the terminal up to date while a capture runs, and removes it when the returned
 * function is called. `run` has none: its program writes to the same terminal.
 */
export function showProgress(profile: Profile): () => void {
  if (!Deno.stderr.isTerminal()) return () => {};
  const started = performance.now();
  const draw = (): void => {
    const us = (performance.now() - started) * 1000;
    const { quality } = profile;
    const trust = judgeQuality(profile.metadata, quality, { durationUs: us, ending: "duration" });
    write(
      `\r\x1b[2K${Math.round(us / 1e6)} s  ${formatCounted(quality.samples, "sample")}  ${
        formatRate(trust.achievedHz)
      }  ${formatShare(trust.rejected)} rejected  (Ctrl-C ends)`,
    );
  };
  const timer = setInterval(draw, 500);
  return () => {
    clearInterval(timer);
    write("\r\x1b[2K");
  };
}

function write(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // Nobody listens; the result and the exit status still count.
  }
}
