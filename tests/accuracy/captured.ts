/** What a capture in a process of its own found, as plain data. */
import type { Summary } from "../../src/profile/metadata.ts";
import type { Quality } from "../../src/profile/quality.ts";

/** A place on a stack. */
export interface Place {
  readonly file: string;
  /** Qualified function name. */
  readonly name: string;
  readonly line: number;
  /** Number of the instruction; −1 or absent: not recorded. */
  readonly opcode?: number;
}

/** The output of `entry.ts`. */
export interface Captured {
  readonly pythonVersion: string;
  /** Wall clock of the first tick, ms. */
  readonly startedAt: number;
  readonly summary: Summary;
  readonly quality: Quality;
  readonly frames: readonly Place[];
  /** A stack is the stack of its caller (−1: none) and a leaf frame. */
  readonly stacks: readonly { readonly prefix: number; readonly frame: number }[];
  /** Samples by thread and stack. */
  readonly counts: readonly (readonly number[])[];
  /** Samples by thread with each bit of `STATUS`, in their order. */
  readonly states: readonly (readonly number[])[];
  /** The operating system's ids of the threads. */
  readonly tids: readonly number[];
  /** Independent samples that all these are worth. */
  readonly independent: number;
}

/** A stack that was seen, root first, and how often. */
export interface Seen {
  readonly thread: number;
  readonly stack: readonly Place[];
  readonly count: number;
}

/** The stacks of a capture with at least one sample. */
export function seenStacks(captured: Captured): Seen[] {
  return captured.counts.flatMap((column, thread) =>
    column.flatMap((count, id) =>
      count > 0 ? [{ thread, count, stack: stackOf(captured, id) }] : []
    )
  );
}

function stackOf({ stacks, frames }: Captured, id: number): Place[] {
  const places: Place[] = [];
  for (let at = stacks[id]; at !== undefined; at = stacks[at.prefix]) {
    places.push(frames[at.frame]!);
  }
  return places.reverse();
}

/** Samples in all. */
export function countSamples(seen: readonly Seen[]): number {
  return seen.reduce((sum, { count }) => sum + count, 0);
}

/** Samples with a function of that name somewhere on their stacks. */
export function countWith(seen: readonly Seen[], name: string): number {
  return countSamples(seen.filter(({ stack }) => stack.some((place) => place.name === name)));
}

/** The share of samples whose stack fulfils a condition. */
export function shareOf(
  seen: readonly Seen[],
  condition: (stack: readonly Place[]) => boolean,
): number {
  const fitting = seen.filter(({ stack }) => condition(stack));
  return countSamples(fitting) / countSamples(seen);
}

/** Mean number of frames. */
export function meanDepth(seen: readonly Seen[]): number {
  const sum = seen.reduce((sum, { stack, count }) => sum + stack.length * count, 0);
  return sum / countSamples(seen);
}

/** Total variation distance between the depths of two captures: 0 the same, 1 nothing in common. */
export function depthDistance(a: readonly Seen[], b: readonly Seen[]): number {
  const left = depths(a);
  const right = depths(b);
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys].reduce((sum, k) => sum + Math.abs((left.get(k) ?? 0) - (right.get(k) ?? 0)), 0) /
    2;
}

function depths(seen: readonly Seen[]): Map<number, number> {
  const whole = countSamples(seen);
  const shares = new Map<number, number>();
  for (const { stack, count } of seen) {
    shares.set(stack.length, (shares.get(stack.length) ?? 0) + count / whole);
  }
  return shares;
}

/**
 * How far a share may be from the truth: three standard deviations of a share of `n` independent
 * samples, and one percent. `m` is the number of samples behind the truth where that was sampled too.
 */
export function tolerance(share: number, n: number, m = Infinity): number {
  return 3 * Math.sqrt(share * (1 - share) * (1 / n + 1 / m)) + 0.01;
}
