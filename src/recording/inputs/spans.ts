/** Stretches of time with a stack each, made into samples at equal distances. */

import type { SampleBatch } from "../../profile/profile.ts";
import { NO_STACK } from "../../profile/tables.ts";
import { Damage } from "../damage.ts";

/** Samples made of a file without a natural interval, at most; and of any. */
const MOST_ANEW = 2_000_000;
const MOST_SAMPLES = 20_000_000;
const BATCH = 8192;
/** Times of wall clocks in µs are below it for another century. */
const LATEST_US = 2 ** 52;
/** Lengths are multiples of each other up to this: they went through decimal digits. */
const TOLERANCE = 1e-3;

/** What one thread did: stacks one after the other, each until the next begins. Times in µs. */
export class Spans {
  readonly starts: number[] = [];
  readonly stacks: number[] = [];
  /** Before anything was added: −∞. */
  end = -Infinity;

  /** Adds a stack from a time on; {@link NO_STACK} for a gap. */
  add(start: number, stack: number): void {
    if (start < this.end) throw new Damage("its times run backwards");
    this.starts.push(start);
    this.stacks.push(stack);
    this.end = start;
  }

  /** Ends the last one. */
  finish(end: number): void {
    if (end < this.end) throw new Damage("its times run backwards");
    if (end > LATEST_US) throw new Damage("its times are too large");
    this.end = end;
  }

  length(index: number): number {
    return (this.starts[index + 1] ?? this.end) - this.starts[index]!;
  }
}

/** An interval, and whether the file itself was made of samples that far apart. */
export interface Spacing {
  readonly intervalUs: number;
  readonly natural: boolean;
}

/**
 * The interval at which threads are sampled: where all lengths are multiples of the shortest, that one,
 * which gives back the samples that were there. Else a round one that gives enough samples.
 */
export function chooseSpacing(threads: readonly Spans[]): Spacing {
  let shortest = Infinity;
  let busy = 0;
  for (const spans of threads) {
    for (let i = 0; i < spans.starts.length; i++) {
      const length = spans.length(i);
      if (length <= 0) continue;
      shortest = Math.min(shortest, length);
      if (spans.stacks[i] !== NO_STACK) busy += length;
    }
  }
  if (busy === 0) return { intervalUs: 0, natural: true };
  const isNatural = busy / shortest <= MOST_SAMPLES &&
    threads.every((spans) =>
      spans.starts.every((_, i) => {
        const times = spans.length(i) / shortest;
        return Math.abs(times - Math.round(times)) <= TOLERANCE * Math.max(1, times);
      })
    );
  if (isNatural) return { intervalUs: shortest, natural: true };
  const least = busy / MOST_ANEW;
  const power = 10 ** Math.floor(Math.log10(least));
  const intervalUs = [1, 2, 5, 10].map((digit) => digit * power).find((us) => us >= least)!;
  return { intervalUs, natural: false };
}

/** Samples threads at an interval; batches are in order of time. The thread of spans is its index. */
export function* sampleSpans(
  threads: readonly Spans[],
  intervalUs: number,
  from: number,
): Generator<SampleBatch> {
  const times: number[][] = threads.map(() => []);
  const stacks: number[][] = threads.map(() => []);
  for (const [thread, spans] of threads.entries()) {
    const base = spans.starts[0] ?? 0;
    for (let i = 0; i < spans.starts.length; i++) {
      const stack = spans.stacks[i]!;
      if (stack === NO_STACK) continue;
      const start = spans.starts[i]! - base;
      const last = Math.round((start + spans.length(i)) / intervalUs);
      for (let n = Math.round(start / intervalUs); n < last; n++) {
        times[thread]!.push(base - from + n * intervalUs);
        stacks[thread]!.push(stack);
      }
    }
  }
  yield* mergeByTime(times, stacks);
}

function* mergeByTime(times: number[][], stacks: number[][]): Generator<SampleBatch> {
  const total = times.reduce((sum, list) => sum + list.length, 0);
  const time = new Float64Array(total);
  const thread = new Int32Array(total);
  const stack = new Int32Array(total);
  let at = 0;
  for (const [index, list] of times.entries()) {
    time.set(list, at);
    stack.set(stacks[index]!, at);
    thread.fill(index, at, at + list.length);
    at += list.length;
  }
  const order = Uint32Array.from({ length: total }, (_, i) => i);
  if (times.length > 1) order.sort((a, b) => time[a]! - time[b]! || a - b);
  for (let from = 0; from < total; from += BATCH) {
    const part = order.subarray(from, from + BATCH);
    yield {
      length: part.length,
      time: Float64Array.from(part, (i) => time[i]!),
      thread: Int32Array.from(part, (i) => thread[i]!),
      stack: Int32Array.from(part, (i) => stack[i]!),
      flags: new Int32Array(part.length),
    };
  }
}
