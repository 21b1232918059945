/** Whether samples are like those that were read exactly: the bias of a capture. */

import type { Profile } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";
import { countLeaves, groupFrames } from "./functions.ts";
import { countIndependent } from "./intervals.ts";

/** Fewer visits or samples than this say nothing. */
const LEAST_VISITS = 10;
const LEAST_SAMPLES = 40;
/** Share of the readings in steady visits that must have been exact: else those missing may matter. */
const LEAST_HELD = 0.9;
/** Groups of functions and of depths. */
const MOST_GROUPS = 8;
/** Standard deviations beyond what noise gives on average, and distance beyond it, that are too much. */
const TOO_FAR = 4;
const MATTERS = 0.01;

/** How far two distributions are apart. All are total variation distances: 0 the same, 1 disjoint. */
export interface Difference {
  readonly distance: number;
  /** What chance alone gives on average. */
  readonly noise: number;
  /** Farther than chance explains. */
  readonly beyondNoise: boolean;
}

/** The samples of a capture held against those of its control group. */
export type Bias =
  | {
    readonly kind: "measured";
    /** Exact samples in the control group. */
    readonly samples: number;
    readonly leaves: Difference;
    readonly depths: Difference;
  }
  /** All samples are exact: there is nothing to compare. */
  | { readonly kind: "all-exact" }
  /** No exact reading succeeded. */
  | { readonly kind: "none" }
  /** Too few exact readings yet, or too many of them failed. */
  | { readonly kind: "too-few" | "too-many-failed"; readonly samples: number };

/**
 * Compares leaf functions and depths of the control group with those of all other samples, in a few
 * groups of each. The noise
 * allows for the likeness of samples within a visit, as it is seen, and for runs of equal stacks in
 * the others. Threads count as much in the others as they do in the control group.
 */
export function measureBias(profile: Profile): Bias {
  const { control, quality, metadata } = profile;
  if (metadata.consistency !== "verified") return { kind: "all-exact" };
  const samples = control.length;
  if (quality.exact === 0) return { kind: "none" };
  if (quality.control < quality.controlTried * LEAST_HELD) {
    return { kind: "too-many-failed", samples };
  }
  const visits = new Set(control.visit.view()).size;
  if (visits < LEAST_VISITS || samples < LEAST_SAMPLES) return { kind: "too-few", samples };
  const leafOf = groupLeaves(profile);
  const depthOf = groupDepths(profile);
  return {
    kind: "measured",
    samples,
    leaves: compare(profile, leafOf),
    depths: compare(profile, depthOf),
  };
}

/** The group of each stack's leaf function: the common ones first. */
function groupLeaves(profile: Profile): Int32Array {
  const { functionOf, firstFrame } = groupFrames(profile);
  const leafOf = profile.stacks.frame.view().map((frame) => functionOf[frame]!);
  return groupEvenly(profile, leafOf, firstFrame.length, (counts) => {
    return [...counts.keys()].sort((a, b) => counts[b]! - counts[a]!);
  });
}

/** The group of each stack's depth. */
function groupDepths(profile: Profile): Int32Array {
  const prefix = profile.stacks.prefix.view();
  const depths = new Int32Array(prefix.length);
  let deepest = 0;
  for (let stack = 0; stack < depths.length; stack++) {
    const caller = prefix[stack]!;
    depths[stack] = caller === NO_STACK ? 1 : depths[caller]! + 1;
    deepest = Math.max(deepest, depths[stack]!);
  }
  return groupEvenly(profile, depths, deepest + 1, (counts) => [...counts.keys()]);
}

/**
 * Puts what stacks have in common into a few groups that are about equally full: many small ones would
 * differ by chance more than by any bias.
 * @param kindOf a number below `kinds` for each stack.
 * @param order puts the kinds in order; neighbours come together.
 * @returns the group of each stack.
 */
function groupEvenly(
  profile: Profile,
  kindOf: Int32Array,
  kinds: number,
  order: (counts: Float64Array) => number[],
): Int32Array {
  const counts = new Float64Array(kinds);
  countLeaves(profile).forEach((count, stack) => counts[kindOf[stack]!]! += count);
  const samples = counts.reduce((a, b) => a + b, 0);
  const groups = new Int32Array(kinds);
  let below = 0;
  for (const kind of order(counts)) {
    const middle = below + counts[kind]! / 2;
    groups[kind] = Math.min(MOST_GROUPS - 1, Math.floor(middle * MOST_GROUPS / samples));
    below += counts[kind]!;
  }
  return kindOf.map((kind) => groups[kind]!);
}

/** @param groupOf what is compared: a small number for each stack. */
function compare(profile: Profile, groupOf: Int32Array): Difference {
  const { control } = profile;
  const size = groupOf.reduce((most, group) => Math.max(most, group), 0) + 1;
  const mine = new Float64Array(size);
  for (const stack of control.stack.view()) mine[groupOf[stack]!]!++;
  const others = shareOthers(profile, groupOf, size);
  const samples = control.length;
  let total = 0;
  for (const column of profile.counts) column?.each((_, count) => total += count);
  const worthOfOthers = countIndependent(profile) * (1 - samples / total);
  const variance = likeness(profile, groupOf, mine) / samples + 1 / Math.max(1, worthOfOthers);
  let distance = 0;
  let noise = 0;
  let squares = 0;
  for (let group = 0; group < size; group++) {
    const share = mine[group]! / samples;
    const pooled = (mine[group]! + others[group]! * (total - samples)) / total;
    const deviation = pooled * (1 - pooled) * variance;
    distance += Math.abs(share - others[group]!) / 2;
    noise += Math.sqrt(deviation * 2 / Math.PI) / 2;
    squares += deviation;
  }
  // A half: with two groups, what one gains the other loses.
  const limit = noise + TOO_FAR * Math.sqrt(squares / 2 * (1 - 2 / Math.PI));
  return { distance, noise, beyondNoise: distance > Math.max(limit, noise + MATTERS) };
}

/** Shares of the groups in all samples outside the control group, its threads weighted as within. */
function shareOthers(profile: Profile, groupOf: Int32Array, size: number): Float64Array {
  const { control } = profile;
  const inThread = new Map<number, Float64Array>();
  for (let i = 0; i < control.length; i++) {
    const thread = control.thread.at(i);
    let counts = inThread.get(thread);
    if (counts === undefined) inThread.set(thread, counts = new Float64Array(size));
    counts[groupOf[control.stack.at(i)]!]!++;
  }
  const shares = new Float64Array(size);
  for (const [thread, mine] of inThread) {
    const others = mine.map((count) => -count);
    profile.counts[thread]!.each((stack, count) => others[groupOf[stack]!]! += count);
    const left = others.reduce((a, b) => a + b);
    const weight = mine.reduce((a, b) => a + b) / control.length;
    // A thread that was never read otherwise cannot differ.
    const from = left > 0 ? others : mine;
    const whole = from.reduce((a, b) => a + b);
    for (let group = 0; group < size; group++) shares[group]! += weight * from[group]! / whole;
  }
  return shares;
}

/**
 * How many times as much the control group's shares vary as those of independent samples would: the
 * squared deviations of whole visits over those of single samples.
 */
function likeness(profile: Profile, groupOf: Int32Array, mine: Float64Array): number {
  const { control } = profile;
  const samples = control.length;
  // Σ over groups of (x − p n)² = Σ x² − 2 n Σ x p + n² Σ p², x being the visit's count of a group.
  const squares = mine.reduce((sum, count) => sum + (count / samples) ** 2, 0);
  let between = 0;
  let visits = 0;
  for (let from = 0; from < samples;) {
    const counts = new Map<number, number>();
    let to = from;
    for (; to < samples && control.visit.at(to) === control.visit.at(from); to++) {
      const group = groupOf[control.stack.at(to)]!;
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    const n = to - from;
    between += n * n * squares;
    for (const [group, x] of counts) between += x * x - 2 * n * x * mine[group]! / samples;
    visits++;
    from = to;
  }
  const within = samples * (1 - squares);
  return within <= 0 ? 1 : Math.max(1, between / within * visits / (visits - 1));
}
