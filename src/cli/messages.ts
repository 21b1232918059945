/** What we say on standard error, beside the result. */

import type { Profile } from "../profile/profile.ts";
import type { Features, Metadata, Summary } from "../profile/metadata.ts";
import { findDoubts } from "../analysis/doubts.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { judgeQuality, recordsQuality } from "../analysis/trust.ts";
import { formatCounted, formatRate, formatShare, formatTime } from "../analysis/units.ts";
import type { Fault } from "./errors.ts";
import type { Written } from "./output.ts";
import { insert } from "./shown_line.ts";

/** Writes a line to standard error; a closed one is no reason to fail. */
export function tell(text: string): void {
  write(insert(`tachyon: ${text}\n`));
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
  return findDoubts(profile, summary).map(({ loud, text }) => loud ? `warning: ${text}` : text);
}

/** What was asked for and this Python does not show. */
export function shortcomings(asked: Features, { features, pythonVersion }: Metadata): string[] {
  const lacks = [
    asked.native && !features?.native ? "where Python has called C (--native)" : "",
    asked.opcodes && !features?.opcodes ? "which instructions are executed (--opcodes)" : "",
    asked.gc && !features?.gc ? "which thread collects garbage (--gc)" : "",
  ].filter((what) => what !== "");
  if (lacks.length === 0) return [];
  const what = new Intl.ListFormat("en").format(lacks);
  return [`this build of Python ${pythonVersion} does not show ${what}.`];
}

function write(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // Nobody listens; the result and the exit status still count.
  }
}
