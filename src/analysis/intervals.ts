/** How sure shares are: 95 % intervals. */

import type { Profile } from "../profile/profile.ts";

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;

/** Bounds of a share, both between 0 and 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The Wilson score interval of a share.
 * @param samples independent samples behind it; may be a fraction.
 */
export function shareInterval(share: number, samples: number): Interval {
  if (samples <= 0) return { low: 0, high: 1 };
  const square = Z * Z / samples;
  const center = (share + square / 2) / (1 + square);
  const spread = Z / (1 + square) *
    Math.sqrt(share * (1 - share) / samples + square / (4 * samples));
  return {
    low: share <= 0 ? 0 : Math.max(0, center - spread),
    high: share >= 1 ? 1 : Math.min(1, center + spread),
  };
}

/** The farther of an interval's bounds from its share: what stands behind `±`. */
export function plusMinus(share: number, samples: number): number {
  const { low, high } = shareInterval(share, samples);
  return Math.max(share - low, high - share);
}

/** Whether a profile was counted in order of time, without which {@link countIndependent} knows nothing. */
export function knowsOrder(profile: Profile): boolean {
  return profile.runs.samples.length > 0;
}

/**
 * How many independent samples a profile's samples are worth. Samples that follow each other closely
 * are often alike because the program has not moved on. Each thread is taken for a chain that keeps its
 * stack with probability r from one sample to the next, and else draws one anew. Then two neighbours are
 * equal with probability r + (1 − r) q, where q is that of two samples drawn at random; both are
 * counted, which gives r, and n samples are worth n (1 − r) / (1 + r).
 */
export function countIndependent(profile: Profile): number {
  let worth = 0;
  profile.runs.samples.forEach((samples, thread) => {
    let pairs = 0;
    profile.counts[thread]?.each((_, count) => pairs += count * (count - 1));
    worth += independentOf(samples, profile.runs.changes[thread] ?? 0, pairs);
  });
  return worth;
}

/** @param pairs ordered pairs of samples with equal stacks. */
function independentOf(samples: number, changes: number, pairs: number): number {
  if (samples < 2) return samples;
  const alike = pairs / (samples * (samples - 1));
  // Always the same: no share of this thread is in doubt.
  if (alike === 1) return samples;
  const kept = 1 - changes / (samples - 1);
  const repeat = Math.min(1, Math.max(0, (kept - alike) / (1 - alike)));
  return Math.max(1, samples * (1 - repeat) / (1 + repeat));
}
