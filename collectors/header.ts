import type { Profile } from "../src/profile/profile.ts";
import type { Ending, Summary } from "../src/profile/metadata.ts";
import type { Rejection } from "../src/profile/quality.ts";
import { rejectedTotal } from "../src/profile/quality.ts";
import { judgeQuality, type Trust } from "../src/analysis/trust.ts";
import { escapeForTerminal } from "../src/analysis/terminal_text.ts";
import {
  formatCount,
  formatCounted,
  formatPercent,
  formatRate,
  formatShare,
  formatTime,
} from "../src/analysis/units.ts";

const ENDINGS: Readonly<Record<Ending, string>> = {
  "duration": "the asked duration was over",
  "interrupted": "interrupted",
  "target-ended": "the program ended",
  "target-replaced": "the process started another program",
  "lost-access": "access to the process was lost",
};

const REASONS: Readonly<Record<Rejection, string>> = {
  "torn": "changed while being read",
  "unknown-edge": "caller and callee do not fit",
  "broken-chain": "incomplete",
  "unreadable": "unreadable",
  "too-deep": "too deep",
  "not-held": "not on our CPU",
};

/** What heads a text output: whose profile it is, how it was taken and how far it can be trusted. */
export function describeCapture(
  profile: Profile,
  summary: Summary,
): [label: string, text: string][] {
  const { metadata, quality } = profile;
  const trust = judgeQuality(metadata, quality, summary);
  const build = metadata.freeThreaded ? " free-threaded" : "";
  const threads = metadata.allThreads
    ? `all threads (${formatCount(profile.threads.length)} seen)`
    : "main thread";
  const rejected = rejectedTotal(quality);
  const lines: [string, string][] = [
    ["command", escapeForTerminal(metadata.command.join(" "))],
    ["process", `pid ${metadata.pid}, Python ${escapeForTerminal(metadata.pythonVersion)}${build}`],
    ["mode", `${metadata.mode} time, ${threads}, ${metadata.consistency} stacks`],
    [
      "rate",
      `${formatRate(trust.achievedHz)} of ${formatRate(trust.askedHz)} asked, for ${
        formatTime(summary.durationUs)
      } (${ENDINGS[summary.ending]})`,
    ],
    [
      "samples",
      `${formatCount(quality.samples)}, each stands for ${formatTime(trust.sampleUs)}`,
    ],
    [
      "lost",
      `${formatCounted(quality.missedTicks, "tick")} missed (${formatShare(trust.missed)}), ${
        formatCounted(rejected, "stack")
      } rejected (${formatShare(trust.rejected)})`,
    ],
  ];
  if (quality.withheldTicks > 0) {
    lines.push([
      "withheld",
      `${formatCounted(quality.withheldTicks, "tick")} (${
        formatShare(trust.withheld)
      }), to stay within ${formatPercent(metadata.maxCpu ?? Infinity)} of a CPU`,
    ]);
  }
  if (rejected > 0) lines.push(["rejected", listReasons(trust, rejected)]);
  if (quality.dropped > 0) {
    lines.push([
      "dropped",
      `${formatCounted(quality.dropped, "sample")} that came too fast to keep`,
    ]);
  }
  return lines;
}

function listReasons({ reasons }: Trust, rejected: number): string {
  return reasons
    .map(({ reason, count }) => `${REASONS[reason]} ${formatShare(count / rejected)}`)
    .join(", ");
}
