import type { SampleBatch } from "./profile.ts";
import { StableSorter } from "./stable_sort.ts";

/** Samples of one batch. */
const BATCH = 16 * 1024;
/** Samples that there is room for at first. */
const FIRST = 512;

/** Holds samples back until they can be handed on in order of time. */
export class TimeOrder {
  #time = new Float64Array(FIRST);
  #thread = new Int32Array(FIRST);
  #stack = new Int32Array(FIRST);
  #flags = new Int32Array(FIRST);
  /** Room to sort in. */
  readonly #sorter = new StableSorter();
  #times = new Float64Array(0);
  #others = new Int32Array(0);
  #latest = -Infinity;
  #sorted = true;
  length = 0;

  push(time: number, thread: number, stack: number, flags: number): void {
    const i = this.length++;
    if (i === this.#time.length) this.#grow();
    this.#time[i] = time;
    this.#thread[i] = thread;
    this.#stack[i] = stack;
    this.#flags[i] = flags;
    if (time < this.#latest) this.#sorted = false;
    else this.#latest = time;
  }

  /** Adds all samples of a batch. */
  append(batch: SampleBatch): void {
    for (let i = 0; i < batch.length; i++) {
      this.push(batch.time[i]!, batch.thread[i]!, batch.stack[i]!, batch.flags[i]!);
    }
  }

  /** Forgets what it holds. */
  clear(): void {
    this.length = 0;
    this.#sorted = true;
    this.#latest = -Infinity;
  }

  /**
   * Hands on the samples that come first, in order of time; samples of the same time stay in the order
   * in which they came. Each batch is the caller's until the next is asked for.
   * @param keep so many of the latest ones stay.
   */
  *release(keep: number): Generator<SampleBatch> {
    if (!this.#sorted) this.#sort();
    yield* this.#release(this.length - keep);
  }

  /** The same for the samples before a time. */
  *releaseUntil(time: number): Generator<SampleBatch> {
    if (!this.#sorted) this.#sort();
    let count = this.length;
    while (count > 0 && this.#time[count - 1]! >= time) count--;
    yield* this.#release(count);
  }

  *#release(count: number): Generator<SampleBatch> {
    if (count <= 0) return;
    const keep = this.length - count;
    for (let from = 0; from < count; from += BATCH) {
      yield this.#view(from, Math.min(from + BATCH, count));
    }
    for (const column of [this.#time, this.#thread, this.#stack, this.#flags]) {
      column.copyWithin(0, count, this.length);
    }
    this.length = keep;
    if (keep === 0) this.#latest = -Infinity;
  }

  /** Samples where they are: to copy them would leave more behind than all that is held. */
  #view(from: number, to: number): SampleBatch {
    return {
      length: to - from,
      time: this.#time.subarray(from, to),
      thread: this.#thread.subarray(from, to),
      stack: this.#stack.subarray(from, to),
      flags: this.#flags.subarray(from, to),
    };
  }

  #sort(): void {
    const { length } = this;
    if (length > this.#times.length) {
      this.#times = new Float64Array(this.#time.length);
      this.#others = new Int32Array(this.#time.length);
    }
    const times = this.#times.subarray(0, length);
    times.set(this.#time.subarray(0, length));
    const order = this.#sorter.sort(times);
    for (let i = 0; i < order.length; i++) this.#time[i] = times[order[i]!]!;
    const others = this.#others;
    for (const column of [this.#thread, this.#stack, this.#flags]) {
      others.set(column.subarray(0, length));
      for (let i = 0; i < order.length; i++) column[i] = others[order[i]!]!;
    }
    this.#sorted = true;
  }

  #grow(): void {
    const length = this.#time.length * 2;
    const time = new Float64Array(length);
    time.set(this.#time);
    this.#time = time;
    this.#thread = grown(this.#thread, length);
    this.#stack = grown(this.#stack, length);
    this.#flags = grown(this.#flags, length);
  }
}

function grown(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(column);
  return larger;
}
