/** Whether a difference between two profiles is more than sampling noise. */

import { shareInterval } from "./intervals.ts";

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;
/** Chance of any false alarm in a whole comparison. */
const ALPHA = 0.05;
/** Fewer independent samples, both sides together, could hardly be told from noise whatever they are. */
export const LEAST_COMPARED = 10;

/** What is compared: shares of all samples, or time. */
export const SCALES = ["share", "time"] as const;
export type Scale = typeof SCALES[number];

/** Samples of one thing on one side. */
export interface Counted {
  readonly count: number;
  /** All samples of that side. */
  readonly samples: number;
  /** Independent samples that those are worth; 0: not known. */
  readonly worth: number;
  /** What all samples stand for: 1, or their time, µs. */
  readonly whole: number;
}

/** What became of one thing, in shares or µs. */
export interface Change {
  readonly before: number;
  readonly after: number;
  /** After less before. */
  readonly difference: number;
  /** Its 95 % interval; absent where nothing is known of the noise. */
  readonly interval?: { readonly low: number; readonly high: number };
  /** Chance of at least this difference from noise alone; absent where there is too little to tell. */
  readonly p?: number;
}

/**
 * Compares two sides. The interval is made of those of both sides: Wilson's for shares, the score
 * interval of a Poisson count for times (R. G. Newcombe's square-and-add). The chance is that of a score
 * test with a pooled estimate and Yates' correction; counts are those of independent samples.
 */
export function compareCounts(base: Counted, current: Counted, by: Scale): Change {
  const [before, after] = [valueOf(base), valueOf(current)];
  const change = { before, after, difference: after - before };
  if (base.worth <= 0 || current.worth <= 0) return change;
  const [from, to] = [boundsOf(base, by), boundsOf(current, by)];
  const interval = {
    low: change.difference - Math.hypot(after - to.low, from.high - before),
    high: change.difference + Math.hypot(to.high - after, before - from.low),
  };
  const seen = shareOf(base) * base.worth + shareOf(current) * current.worth;
  if (seen < LEAST_COMPARED) return { ...change, interval };
  const [one, other] = [base.whole / base.worth, current.whole / current.worth];
  const pooled = seen / (1 / one + 1 / other);
  const spread = pooled * (by === "share" ? Math.max(0, 1 - pooled) : 1) * (one + other);
  const beyond = Math.max(0, Math.abs(change.difference) - (one + other) / 2);
  const p = beyond === 0 ? 1 : complement(beyond / Math.sqrt(2 * spread));
  return { ...change, interval, p };
}

/**
 * Which of many chances are significant, by Holm's method: the chance that any of them is a false alarm
 * is 5 %, whatever they have to do with each other. Shares add up to one, and callers contain what they
 * call, so they have much to do with each other, and methods that count on less are none for this.
 * @param chances undefined: not tested.
 */
export function findSignificant(chances: readonly (number | undefined)[]): boolean[] {
  const found = chances.map(() => false);
  const tested = [...chances.keys()].filter((index) => chances[index] !== undefined)
    .sort((a, b) => chances[a]! - chances[b]!);
  for (const [rank, index] of tested.entries()) {
    if (chances[index]! * (tested.length - rank) > ALPHA) break;
    found[index] = true;
  }
  return found;
}

function shareOf({ count, samples }: Counted): number {
  return samples > 0 ? Math.min(1, count / samples) : 0;
}

function valueOf(side: Counted): number {
  return shareOf(side) * side.whole;
}

function boundsOf(side: Counted, by: Scale): { low: number; high: number } {
  const { worth, whole } = side;
  if (by === "share") return shareInterval(shareOf(side), worth);
  const count = shareOf(side) * worth;
  const spread = Z * Math.sqrt(count + Z * Z / 4);
  const center = count + Z * Z / 2;
  return {
    low: Math.max(0, center - spread) * whole / worth,
    high: (center + spread) * whole / worth,
  };
}

/** The complementary error function; relative error below 1.2e-7 (Numerical Recipes' Chebyshev fit). */
function complement(x: number): number {
  const t = 1 / (1 + x / 2);
  const powers = [
    -1.26551223,
    1.00002368,
    0.37409196,
    0.09678418,
    -0.18628806,
    0.27886807,
    -1.13520398,
    1.48851587,
    -0.82215223,
    0.17087277,
  ];
  return t * Math.exp(-x * x + powers.reduceRight((sum, factor) => factor + t * sum, 0));
}
