/** What is different between two profiles, function by function. */

import type { ComparedFunction, FunctionSet } from "./difference_functions.ts";
import {
  type Change,
  compareCounts,
  type Counted,
  findSignificant,
  type Scale,
} from "./difference_significance.ts";

/** Part of a profile below which nobody is to be called to account. */
const LEAST_PART = 0.01;

/** What became of one function. */
export interface FunctionChange {
  readonly file: string;
  readonly name: string;
  /** Where it begins now, or began; 0 when not known. */
  readonly firstLine: number;
  /** Index of `FRAME_KINDS`. */
  readonly kind: number;
  /** `new`: the baseline has no sample of it; `vanished`: only the baseline has. */
  readonly fate: "kept" | "new" | "vanished";
  readonly self: Change;
  readonly total: Change;
  /** Beyond sampling noise. */
  readonly selfSignificant: boolean;
  readonly totalSignificant: boolean;
}

/** A comparison as a whole. */
export interface Comparison {
  readonly by: Scale;
  /** The largest changes that are significant first, then by size. */
  readonly rows: readonly FunctionChange[];
  /** Tests made; 0 where nothing is known of the noise. */
  readonly tests: number;
  /** What times of the baseline were multiplied with to be as long as the current profile; 1: nothing. */
  readonly stretch: number;
  /** All of the current profile: 1, or its time, µs. */
  readonly whole: number;
}

/**
 * Compares functions, lines ignored. Times are those of all samples of the whole program where both
 * captures ended with it; else the baseline's are stretched to the length of the current capture.
 */
export function compareProfiles(
  base: FunctionSet,
  current: FunctionSet,
  by: Scale,
): Comparison {
  const stretch = by === "time" ? stretchOf(base, current) : 1;
  const baseWhole = by === "share" ? 1 : base.timeUs * stretch;
  const currentWhole = by === "share" ? 1 : current.timeUs;
  const change = (
    part: "self" | "total",
    before: ComparedFunction | undefined,
    after: ComparedFunction | undefined,
  ): Change =>
    compareCounts(
      countOf(base, part, before, baseWhole),
      countOf(current, part, after, currentWhole),
      by,
    );
  const names = new Set([...current.functions.keys(), ...base.functions.keys()]);
  const pairs = [...names].map((name) => {
    const before = base.functions.get(name);
    const after = current.functions.get(name);
    return {
      before,
      after,
      self: change("self", before, after),
      total: change("total", before, after),
    };
  });
  // What calls nothing has the same samples twice, and needs to be asked once.
  const chances = pairs.flatMap(({ before, after, self, total }) => {
    const leaf = [before, after].every((side) => side === undefined || side.self === side.total);
    return [self.p, leaf ? undefined : total.p];
  });
  const significant = findSignificant(chances);
  const rows = pairs.map(({ before, after, self, total }, index): FunctionChange => {
    const { file, name, firstLine, kind } = (after ?? before)!;
    const asked = chances[2 * index + 1] !== undefined;
    const selfSignificant = significant[2 * index]!;
    return {
      file,
      name,
      firstLine,
      kind,
      fate: before === undefined ? "new" : after === undefined ? "vanished" : "kept",
      self,
      total,
      selfSignificant,
      totalSignificant: asked || total.p === undefined
        ? significant[2 * index + 1]!
        : selfSignificant,
    };
  });
  return {
    by,
    rows: rows.sort(byImportance),
    tests: chances.filter((chance) => chance !== undefined).length,
    stretch,
    whole: currentWhole,
  };
}

/** How much longer the current profile is, where times would not compare otherwise. */
export function stretchOf(base: FunctionSet, current: FunctionSet): number {
  if (base.whole && current.whole || !(base.durationUs > 0 && current.durationUs > 0)) return 1;
  return current.durationUs / base.durationUs;
}

/**
 * The largest growth of a function that is beyond noise, of its own time or with what it calls; 0.1 is
 * a tenth. What is less than a hundredth of the profile does not count. New functions have none of their own: it is that of their callers.
 */
export function findSlowest(
  { rows, whole }: Comparison,
): { row: FunctionChange; growth: number } | undefined {
  let slowest: { row: FunctionChange; growth: number } | undefined;
  for (const row of rows) {
    if (row.fate !== "kept") continue;
    const counts = ({ after }: Change): boolean => after >= whole * LEAST_PART;
    const growth = Math.max(
      row.selfSignificant && counts(row.self) ? growthOf(row.self) : 0,
      row.totalSignificant && counts(row.total) ? growthOf(row.total) : 0,
    );
    if (growth > (slowest?.growth ?? 0)) slowest = { row, growth };
  }
  return slowest;
}

/** Growth in relation to what was before; infinite if there was nothing. */
export function growthOf({ before, difference }: Change): number {
  if (difference === 0) return 0;
  return before > 0 ? difference / before : Infinity;
}

function countOf(
  { samples, worth }: FunctionSet,
  part: "self" | "total",
  counts: ComparedFunction | undefined,
  whole: number,
): Counted {
  const own = part === "self" ? counts?.selfWorth : counts?.totalWorth;
  return { count: counts?.[part] ?? 0, samples, worth: own ?? worth, whole };
}

function byImportance(a: FunctionChange, b: FunctionChange): number {
  const rank = (row: FunctionChange): number => Number(row.selfSignificant || row.totalSignificant);
  const size = (row: FunctionChange): number =>
    Math.max(Math.abs(row.self.difference), Math.abs(row.total.difference) / 1000);
  return rank(b) - rank(a) || size(b) - size(a) || (a.name < b.name ? -1 : 1);
}
