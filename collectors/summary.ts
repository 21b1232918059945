/** A profile in numbers, for programs: whose it is, how it was taken, how far it can be trusted, functions. */

import type { Profile } from "../src/profile/profile.ts";
import type { Ending, Filter, Metadata, Mode, Summary } from "../src/profile/metadata.ts";
import { rejectedTotal, type Rejection, REJECTIONS } from "../src/profile/quality.ts";
import type { FrameKind } from "../src/profile/tables.ts";
import { type Bias, measureBias } from "../src/analysis/control.ts";
import { type FunctionRow, totalFunctions } from "../src/analysis/functions.ts";
import { countIndependent, knowsOrder, shareInterval } from "../src/analysis/intervals.ts";
import { judgeQuality, recordsQuality } from "../src/analysis/trust.ts";

/** What is not known is null, and never a number that was made up. Times are seconds, shares 0 to 1. */
export interface CaptureSummary {
  readonly tool: { readonly name: string; readonly version: string | null };
  readonly target: {
    readonly pid: number | null;
    readonly command: readonly string[] | null;
    readonly python: string | null;
    readonly free_threaded: boolean | null;
  };
  readonly capture: {
    readonly mode: Mode | null;
    readonly consistency: string | null;
    readonly all_threads: boolean | null;
    readonly interval_us: number | null;
    /** Wall clock of the first tick, ISO 8601. */
    readonly started_at: string | null;
    readonly duration_s: number | null;
    readonly ending: Ending | null;
    /** Times of a second or more in which nothing was read; null if there were none. */
    readonly pauses:
      | { readonly count: number; readonly total_s: number; readonly longest_s: number }
      | null;
    /** For how long the machine was asleep meanwhile. */
    readonly asleep_s: number;
    /** Which part of a capture that is written in parts, and from where on; null for whole ones. */
    readonly part: { readonly number: number; readonly at_s: number } | null;
    /** What samples had to pass; null: nothing. */
    readonly filters: readonly Filter[] | null;
  };
  readonly quality: QualitySummary | null;
  /** What Python 3.15 and later note of their garbage collector. */
  readonly gc: {
    readonly collections: number;
    readonly collected: number;
    readonly total_s: number;
    /** The longest that were seen, longest first; `at_s` since the capture's start. */
    readonly longest: readonly {
      readonly at_s: number;
      readonly duration_s: number;
      readonly generation: number;
    }[];
  } | null;
  readonly samples: number;
  /** Samples that were left out by filters. */
  readonly filtered: number;
  /** How many independent samples they are worth, which the intervals follow from. */
  readonly independent_samples: number | null;
  /** Time that one sample stands for. */
  readonly sample_s: number | null;
}

/** How the readings came out. Counts are of thread-samples, unless they are of ticks. */
export interface QualitySummary {
  readonly asked_hz: number;
  readonly achieved_hz: number;
  readonly ticks: number;
  readonly missed_ticks: number;
  /** Of the ticks that were due. */
  readonly missed_share: number;
  /** Left out for the program's sake, or to keep the profiler's own CPU time within its limit. */
  readonly withheld_ticks: number;
  /** What an exact reading takes of the program's time, where the rate was lowered for that. */
  readonly exact_reading_s: number | null;
  /** What the share of anything can be off at most because the rate has changed on the way. */
  readonly unevenness: number;
  readonly exact: number;
  readonly rejected: number;
  /** Of the stacks that were read. */
  readonly rejected_share: number;
  readonly rejected_by_reason: Readonly<Record<Rejection, number>>;
  readonly dropped: number;
  /** How far samples are from exact ones, as a distance of distributions; why not known where it is not. */
  readonly bias: {
    readonly kind: Bias["kind"];
    readonly leaves: number | null;
    readonly leaves_by_chance: number | null;
    readonly depths: number | null;
    readonly depths_by_chance: number | null;
  };
}

/** A function, with the 95 % intervals of its shares where they are known. */
export interface FunctionSummary {
  readonly file: string | null;
  readonly line: number | null;
  readonly name: string;
  readonly kind: FrameKind;
  readonly self: number;
  readonly total: number;
  readonly self_share: number;
  readonly self_share_low: number | null;
  readonly self_share_high: number | null;
  readonly total_share: number;
  readonly total_share_low: number | null;
  readonly total_share_high: number | null;
  readonly self_s: number | null;
  readonly total_s: number | null;
}

/** Sums up a capture, without its functions. */
export function summarizeProfile(profile: Profile, summary: Summary): CaptureSummary {
  const { metadata, quality } = profile;
  const { sampleUs } = judgeQuality(metadata, quality, summary);
  const own = recordsQuality(metadata);
  // Of formats that hold nothing but stacks, these would be made up.
  const configured = own || metadata.features !== undefined;
  return {
    tool: { name: metadata.tool, version: metadata.toolVersion || null },
    target: {
      pid: metadata.pid || null,
      command: metadata.command.length === 0 ? null : metadata.command,
      python: metadata.pythonVersion || null,
      free_threaded: own ? metadata.freeThreaded : null,
    },
    capture: {
      mode: configured ? metadata.mode : null,
      consistency: own ? metadata.consistency : null,
      all_threads: configured ? metadata.allThreads : null,
      interval_us: metadata.intervalUs || null,
      started_at: describeStart(metadata),
      duration_s: summary.durationUs > 0 || own ? summary.durationUs / 1e6 : null,
      ending: own ? summary.ending : null,
      pauses: summary.pauses === undefined ? null : {
        count: summary.pauses.count,
        total_s: summary.pauses.totalUs / 1e6,
        longest_s: summary.pauses.longestUs / 1e6,
      },
      asleep_s: (summary.asleepUs ?? 0) / 1e6,
      part: metadata.part === undefined
        ? null
        : { number: metadata.part.number, at_s: metadata.part.atUs / 1e6 },
      filters: metadata.filters ?? null,
    },
    quality: own ? summarizeQuality(profile, summary) : null,
    gc: summarizeCollections(summary),
    samples: quality.samples,
    filtered: quality.filtered,
    independent_samples: knowsOrder(profile) ? countIndependent(profile) : null,
    sample_s: sampleUs > 0 ? sampleUs / 1e6 : null,
  };
}

function summarizeCollections({ collections }: Summary): CaptureSummary["gc"] {
  if (collections === undefined) return null;
  const { count, collected, durationUs, longest } = collections;
  return {
    collections: count,
    collected,
    total_s: durationUs / 1e6,
    longest: longest.map((one) => ({
      at_s: one.atUs / 1e6,
      duration_s: one.durationUs / 1e6,
      generation: one.generation,
    })),
  };
}

function describeStart({ startedAt }: Metadata): string | null {
  const date = new Date(startedAt);
  return startedAt > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : null;
}

function summarizeQuality(profile: Profile, summary: Summary): QualitySummary {
  const { metadata, quality } = profile;
  const trust = judgeQuality(metadata, quality, summary);
  const bias = measureBias(profile);
  const measured = bias.kind === "measured" ? bias : undefined;
  return {
    asked_hz: trust.askedHz,
    achieved_hz: trust.achievedHz,
    ticks: quality.ticks,
    missed_ticks: quality.missedTicks,
    missed_share: trust.missed,
    withheld_ticks: quality.withheldTicks,
    exact_reading_s: summary.lowered === undefined ? null : summary.lowered.visitUs / 1e6,
    unevenness: summary.unevenness ?? 0,
    exact: quality.exact,
    rejected: rejectedTotal(quality),
    rejected_share: trust.rejected,
    rejected_by_reason: Object.fromEntries(
      REJECTIONS.map((reason, index) => [reason, quality.rejected[index] ?? 0]),
    ) as Record<Rejection, number>,
    dropped: quality.dropped,
    bias: {
      kind: bias.kind,
      leaves: measured?.leaves.distance ?? null,
      leaves_by_chance: measured?.leaves.noise ?? null,
      depths: measured?.depths.distance ?? null,
      depths_by_chance: measured?.depths.noise ?? null,
    },
  };
}

/** All functions, those with most samples of their own first. */
export function* summarizeFunctions(
  profile: Profile,
  { independent_samples, sample_s }: CaptureSummary,
): Generator<FunctionSummary> {
  const { rows, samples } = totalFunctions(profile);
  const order = [...rows].sort((a, b) => b.self - a.self || b.total - a.total || compare(a, b));
  const bounds = (share: number): { low: number | null; high: number | null } =>
    independent_samples === null
      ? { low: null, high: null }
      : shareInterval(share, independent_samples);
  for (const { file, firstLine, name, kind, self, total } of order) {
    const [selfShare, totalShare] = [self / samples, total / samples];
    const [selfBounds, totalBounds] = [bounds(selfShare), bounds(totalShare)];
    yield {
      file: kind === "python" ? file : null,
      line: firstLine > 0 ? firstLine : null,
      name,
      kind,
      self,
      total,
      self_share: selfShare,
      self_share_low: selfBounds.low,
      self_share_high: selfBounds.high,
      total_share: totalShare,
      total_share_low: totalBounds.low,
      total_share_high: totalBounds.high,
      self_s: sample_s === null ? null : self * sample_s,
      total_s: sample_s === null ? null : total * sample_s,
    };
  }
}

function compare(a: FunctionRow, b: FunctionRow): number {
  const [left, right] = [a, b].map(({ file, firstLine, name }) => `${file}:${firstLine}:${name}`);
  if (left === right) return 0;
  return left! < right! ? -1 : 1;
}
