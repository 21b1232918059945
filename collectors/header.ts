import type { Profile } from "../src/profile/profile.ts";
import type { Ending, Metadata, Summary } from "../src/profile/metadata.ts";
import type { Rejection } from "../src/profile/quality.ts";
import { rejectedTotal } from "../src/profile/quality.ts";
import { judgeQuality, recordsQuality, type Trust } from "../src/analysis/trust.ts";
import { type Bias, type Difference, measureBias } from "../src/analysis/control.ts";
import { countIndependent, knowsOrder } from "../src/analysis/intervals.ts";
import { describeFilter } from "../src/analysis/sample_filter.ts";
import { escapeForTerminal } from "../src/analysis/terminal_text.ts";
import {
  formatCount,
  formatCounted,
  formatRate,
  formatShare,
  formatTime,
} from "../src/analysis/units.ts";

const ENDINGS: Readonly<Record<Ending, string>> = {
  "duration": "the asked duration was over",
  "interrupted": "interrupted",
  "continued": "the next part follows",
  "snapshot": "so far",
  "max-size": "an output became as large as it may",
  "target-ended": "the program ended",
  "target-replaced": "the process started another program",
  "lost-access": "access to the process was lost",
  "sampler-failed": "sampling failed by a fault of its own",
};

const REASONS: Readonly<Record<Rejection, string>> = {
  "torn": "changed while being read",
  "unknown-edge": "caller and callee do not fit",
  "broken-chain": "incomplete",
  "unreadable": "unreadable",
  "too-deep": "too deep",
  "not-held": "could run while being read",
  "torn-task": "tasks that changed while being read",
};

/** Processes that are named. */
const MOST_PIDS = 8;

/** What heads a text output: whose profile it is, how it was taken and how far it can be trusted. */
export function describeCapture(
  profile: Profile,
  summary: Summary,
): [label: string, text: string][] {
  const { metadata, quality } = profile;
  const trust = judgeQuality(metadata, quality, summary);
  const own = recordsQuality(metadata);
  const lines: [string, string][] = [
    ["command", escapeForTerminal(metadata.command.join(" "))],
    ["process", describeProcess(metadata)],
    ["others", describeOthers(profile)],
    ["part", describePart(metadata)],
    ["from", own ? "" : escapeForTerminal(`${metadata.tool} ${metadata.toolVersion}`.trim())],
    ["mode", describeMode(profile)],
    ["rate", describeRate(metadata, trust, summary)],
    ["time", describeTime(metadata, summary)],
    ["samples", describeSamples(profile, trust)],
    ["filtered", describeFiltered(profile)],
    ["gc", describeCollections(summary)],
    ...(own ? describeLosses(profile, trust) : [["lost", "not recorded"] as [string, string]]),
  ];
  return lines.filter(([, text]) => text !== "");
}

function describeProcess({ pid, pythonVersion, freeThreaded }: Metadata): string {
  const build = freeThreaded ? " free-threaded" : "";
  const python = pythonVersion === "" ? "" : `Python ${escapeForTerminal(pythonVersion)}${build}`;
  return [pid === 0 ? "" : `pid ${pid}`, python].filter((part) => part !== "").join(", ");
}

/** The processes that were sampled with the first. */
function describeOthers({ processes }: Profile): string {
  const [, ...others] = processes;
  if (others.length === 0) return "";
  const pids = others.slice(0, MOST_PIDS).map(({ pid }) => pid).join(", ");
  const more = others.length > MOST_PIDS ? " and more" : "";
  return `${formatCount(others.length)} that it has started: ${pids}${more}`;
}

function describePart({ part }: Metadata): string {
  if (part === undefined) return "";
  const since = part.atUs > 0 ? `, from ${formatTime(part.atUs)} on` : "";
  return `${formatCount(part.number)} of a longer capture${since}`;
}

/** Formats that only hold stacks know nothing of how these were taken. */
function describeMode({ metadata, threads }: Profile): string {
  const own = recordsQuality(metadata);
  if (!own && metadata.features === undefined) return "";
  const which = metadata.allThreads
    ? `all threads (${formatCount(threads.length)} seen)`
    : metadata.subprocesses
    ? "main threads"
    : "main thread";
  const how = own ? `, ${metadata.consistency} stacks` : "";
  const tasks = metadata.asyncMode === undefined
    ? ""
    : metadata.asyncMode === "all"
    ? ", all asyncio tasks"
    : ", running asyncio tasks";
  return `${metadata.mode} time, ${which}${tasks}${how}`;
}

function describeRate(metadata: Metadata, trust: Trust, summary: Summary): string {
  const { durationUs, ending } = summary;
  if (recordsQuality(metadata)) {
    return `${formatRate(trust.achievedHz)} of ${formatRate(trust.askedHz)} asked, for ${
      formatTime(durationUs)
    } (${ENDINGS[ending]})`;
  }
  if (metadata.features === undefined) return "";
  return `${formatRate(trust.askedHz)} asked, for ${formatTime(durationUs)}`;
}

/** Where there is no rate. */
function describeTime(metadata: Metadata, { durationUs }: Summary): string {
  const hasRate = recordsQuality(metadata) || metadata.features !== undefined;
  return hasRate || durationUs === 0 ? "" : formatTime(durationUs);
}

function describeSamples(profile: Profile, trust: Trust): string {
  const each = trust.sampleUs > 0 ? `, each stands for ${formatTime(trust.sampleUs)}` : "";
  const independent = knowsOrder(profile)
    ? `; worth ${formatCount(Math.round(countIndependent(profile)))} independent ones`
    : "";
  return `${formatCount(profile.quality.samples)}${each}${independent}`;
}

function describeCollections({ collections, durationUs }: Summary): string {
  if (collections === undefined) return "";
  const { count, durationUs: taken, longest } = collections;
  const share = formatShare(durationUs > 0 ? taken / durationUs : 0);
  const most = longest[0] === undefined
    ? ""
    : `, the longest seen ${formatTime(longest[0].durationUs)}`;
  return `${formatCounted(count, "collection")} took ${formatTime(taken)} (${share})${most}`;
}

function describeFiltered({ metadata, quality }: Profile): string {
  if (metadata.filters === undefined) return "";
  const filters = metadata.filters.map(describeFilter).join("; ");
  return `${escapeForTerminal(filters)}: ${
    formatCounted(quality.filtered, "sample")
  } left out, which no number here counts`;
}

function describeLosses(profile: Profile, trust: Trust): [string, string][] {
  const { quality } = profile;
  const rejected = rejectedTotal(quality);
  const lines: [string, string][] = [
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
      }), ${trust.withheldFor}`,
    ]);
  }
  lines.push(["bias", describeBias(measureBias(profile))]);
  if (rejected > 0) lines.push(["rejected", listReasons(trust, rejected)]);
  if (quality.dropped > 0) {
    lines.push([
      "dropped",
      `${formatCounted(quality.dropped, "sample")} that came too fast to keep`,
    ]);
  }
  return lines;
}

/** How far the samples are from exact ones. */
function describeBias(bias: Bias): string {
  switch (bias.kind) {
    case "measured":
      return `${describeDifference(bias.leaves)} in leaf functions, ${
        describeDifference(bias.depths)
      } in depths, against ${formatCount(bias.samples)} exact samples`;
    case "all-exact":
      return "none from torn stacks: all samples are exact";
    case "none":
      return "not measured: no sample could be read exactly";
    case "too-few":
      return `not measured: only ${formatCounted(bias.samples, "exact sample")} to compare with`;
    case "too-many-failed":
      return "not measured: too many exact readings failed";
  }
}

function describeDifference({ distance, noise }: Difference): string {
  return `${formatShare(distance)} (chance: ${formatShare(noise)})`;
}

function listReasons({ reasons }: Trust, rejected: number): string {
  return reasons
    .map(({ reason, count }) => `${REASONS[reason]} ${formatShare(count / rejected)}`)
    .join(", ");
}
