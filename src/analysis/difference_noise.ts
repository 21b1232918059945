/** How much the counts of functions vary within a profile, which tells how far runs may differ by chance. */

import type { Profile, SampleBatch } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";
import { markOutermost } from "./outermost.ts";

/** Slices that are held at most; then each two become one. */
const MOST_SLICES = 128;
/** Different stacks by slice that are held at most, in all slices. */
const MOST_ENTRIES = 1 << 20;
/** Fewer say too little about how much they vary. */
const LEAST_SLICES = 32;
/** Visits to a function from which on its own variation counts for more than that of all functions. */
const USUAL_VISITS = 20;
/** Length of a slice at first, µs. */
const FIRST_SLICE_US = 10_000;

/**
 * The samples of a profile in 64 to 128 slices of time, by stack; threads together. There are fewer where
 * so many different stacks come again and again that they would take too much memory.
 */
export class SliceCounts {
  #sliceUs = FIRST_SLICE_US;
  #slices: Map<number, number>[] = [];
  #entries = 0;

  get slices(): readonly ReadonlyMap<number, number>[] {
    return this.#slices;
  }

  add({ length, time, stack }: SampleBatch): void {
    for (let i = 0; i < length; i++) {
      if (stack[i] === NO_STACK) continue;
      const slice = this.#at(time[i]!);
      const before = slice.get(stack[i]!);
      slice.set(stack[i]!, (before ?? 0) + 1);
      if (before !== undefined) continue;
      if (++this.#entries > MOST_ENTRIES && this.#slices.length > 1) this.#halve();
    }
  }

  #at(time: number): Map<number, number> {
    let index = Math.max(0, Math.floor(time / this.#sliceUs));
    while (index >= MOST_SLICES) {
      this.#halve();
      index = Math.floor(time / this.#sliceUs);
    }
    while (this.#slices.length <= index) this.#slices.push(new Map());
    return this.#slices[index]!;
  }

  #halve(): void {
    this.#sliceUs *= 2;
    this.#entries = 0;
    const halved: Map<number, number>[] = [];
    for (let i = 0; i < this.#slices.length; i += 2) {
      const slice = this.#slices[i]!;
      for (const [stack, count] of this.#slices[i + 1] ?? []) {
        slice.set(stack, (slice.get(stack) ?? 0) + count);
      }
      halved.push(slice);
      this.#entries += slice.size;
    }
    this.#slices = halved;
  }
}

/** Parts of their samples that the counts of functions are worth: 0 to 1, 1 for those as good as independent. */
export interface FunctionWorths {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/**
 * Works out from slice to slice how much each function varies. Neighbours are compared, so what changes
 * much more slowly than a slice is long is the course of the program, which another run has as well, and
 * only what changes faster is noise. (Squared successive differences: J. von Neumann, 1941.) Pairs of
 * slices are compared, too, and the larger variation counts: it shows what lasts about as long as one.
 * @param functionOf function of each frame.
 * @returns undefined where too few slices are known.
 */
export function weighFunctions(
  { stacks }: Profile,
  { slices }: SliceCounts,
  functionOf: Int32Array,
  functions: number,
): FunctionWorths | undefined {
  // The last slice is not full.
  const full = slices.slice(0, -1).filter(({ size }) => size > 0);
  if (full.length < LEAST_SLICES) return undefined;
  const prefix = stacks.prefix.view();
  const keyOf = stacks.frame.view().map((frame) => functionOf[frame]!);
  const outermost = markOutermost(stacks, keyOf, functions);
  const self = [new Variation(functions, 1), new Variation(functions, 2)] as const;
  const total = [new Variation(functions, 1), new Variation(functions, 2)] as const;
  const below = new Float64Array(prefix.length);
  for (const slice of full) {
    below.fill(0);
    let samples = 0;
    for (const [stack, count] of slice) {
      below[stack] = count;
      samples += count;
      for (const variation of self) variation.add(keyOf[stack]!, count);
    }
    for (let stack = prefix.length - 1; stack >= 0; stack--) {
      const count = below[stack]!;
      if (count === 0) continue;
      if (prefix[stack] !== NO_STACK) below[prefix[stack]!]! += count;
      if (outermost[stack] === 0) continue;
      for (const variation of total) variation.add(keyOf[stack]!, count);
    }
    for (const variation of [...self, ...total]) variation.next(samples);
  }
  return { self: leastOf(self), total: leastOf(total) };
}

function leastOf([one, other]: readonly [Variation, Variation]): Float64Array {
  const least = one.worths();
  return other.worths().map((worth, id) => Math.min(worth, least[id]!));
}

/** Adds up how much the share of each function differs from one group of slices to the next. */
class Variation {
  #now: Float64Array;
  #last: Float64Array;
  readonly #all: Float64Array;
  readonly #squares: Float64Array;
  #groups = 0;
  #samples = 0;
  /** Of the samples of groups, the sum of one over each. */
  #inverse = 0;
  #open = 0;
  #openSamples = 0;

  /** @param size slices in a group. */
  constructor(readonly functions: number, readonly size: number) {
    this.#now = new Float64Array(functions);
    this.#last = new Float64Array(functions);
    this.#all = new Float64Array(functions);
    this.#squares = new Float64Array(functions);
  }

  add(id: number, count: number): void {
    this.#now[id]! += count;
  }

  /** Ends a slice. */
  next(samples: number): void {
    this.#openSamples += samples;
    if (++this.#open < this.size) return;
    const group = this.#openSamples;
    for (let id = 0; id < this.functions; id++) {
      this.#all[id]! += this.#now[id]!;
      this.#now[id]! /= group;
      if (this.#groups > 0) this.#squares[id]! += (this.#now[id]! - this.#last[id]!) ** 2;
    }
    [this.#now, this.#last] = [this.#last, this.#now];
    this.#now.fill(0);
    this.#groups++;
    this.#samples += group;
    this.#inverse += 1 / group;
    this.#open = this.#openSamples = 0;
  }

  /**
   * What independent samples would vary, over what was seen. What is rare has shown too little of its own
   * variation, so that of all functions comes in.
   */
  worths(): Float64Array {
    const seen = this.#squares.map((squares) => squares / (2 * (this.#groups - 1)));
    const expected = this.#all.map((count) => {
      const share = count / this.#samples;
      return share * (1 - share) * this.#inverse / this.#groups;
    });
    const usual = ratio(sum(seen), sum(expected));
    return seen.map((variance, id) => {
      const own = ratio(variance, expected[id]!);
      const visits = this.#all[id]! / Math.max(1, usual);
      const likely = (own * visits + usual * USUAL_VISITS) / (visits + USUAL_VISITS);
      return 1 / Math.max(1, likely);
    });
  }
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 1;
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}
