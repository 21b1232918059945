import type { SampleBatch } from "../profile/profile.ts";

/** Samples of one batch. */
const BATCH = 16 * 1024;
/** Fewer samples are sorted by comparing. */
const FEW = 512;
/** And such that are so far from each other, µs: more than eight years. */
const MOST_SPREAD = 2 ** 48;
/** Values of a digit that all others are sorted by. */
const DIGITS = 1 << 11;

/** Holds samples back until they can be handed on in order of time. */
export class TimeOrder {
  #time = new Float64Array(FEW);
  #thread = new Int32Array(FEW);
  #stack = new Int32Array(FEW);
  #flags = new Int32Array(FEW);
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

  /** Forgets what it holds. */
  clear(): void {
    this.length = 0;
    this.#sorted = true;
    this.#latest = -Infinity;
  }

  /**
   * Hands on the samples that come first, in order of time; samples of the same time stay in the order
   * in which they came. Each batch is the caller's to keep.
   * @param keep so many of the latest ones stay.
   */
  *release(keep: number): Generator<SampleBatch> {
    const count = this.length - keep;
    if (count <= 0) return;
    const order = this.#sorted ? undefined : this.#sort();
    for (let from = 0; from < count; from += BATCH) {
      yield this.#gather(order, from, Math.min(from + BATCH, count));
    }
    const { time, thread, stack, flags } = this.#gather(order, count, this.length);
    this.#time.set(time);
    this.#thread.set(thread);
    this.#stack.set(stack);
    this.#flags.set(flags);
    this.length = keep;
    this.#sorted = true;
    if (keep === 0) this.#latest = -Infinity;
  }

  #gather(order: Uint32Array | undefined, from: number, to: number): SampleBatch {
    const length = to - from;
    if (order === undefined) {
      return {
        length,
        time: this.#time.slice(from, to),
        thread: this.#thread.slice(from, to),
        stack: this.#stack.slice(from, to),
        flags: this.#flags.slice(from, to),
      };
    }
    const time = new Float64Array(length);
    const thread = new Int32Array(length);
    const stack = new Int32Array(length);
    const flags = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const at = order[from + i]!;
      time[i] = this.#time[at]!;
      thread[i] = this.#thread[at]!;
      stack[i] = this.#stack[at]!;
      flags[i] = this.#flags[at]!;
    }
    return { length, time, thread, stack, flags };
  }

  /** Places of the samples in order of time. */
  #sort(): Uint32Array {
    const { length } = this;
    const times = this.#time;
    let order = new Uint32Array(length);
    let [first, last] = [Infinity, -Infinity];
    for (let i = 0; i < length; i++) {
      const time = times[i]!;
      if (time < first) first = time;
      if (time > last) last = time;
      order[i] = i;
    }
    if (length < FEW || !(last - first < MOST_SPREAD)) {
      return order.sort((a, b) => times[a]! - times[b]! || a - b);
    }
    // Digit by digit, the lowest first: each pass keeps the order of the one before.
    const digits = new Uint16Array(length);
    let next = new Uint32Array(length);
    for (let scale = 1; scale <= last - first; scale *= DIGITS) {
      const starts = new Uint32Array(DIGITS + 1);
      for (let i = 0; i < length; i++) {
        const digit = Math.floor((times[i]! - first) / scale) % DIGITS;
        digits[i] = digit;
        starts[digit + 1]!++;
      }
      for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1]! += starts[digit]!;
      for (let i = 0; i < length; i++) {
        const at = order[i]!;
        next[starts[digits[at]!]!++] = at;
      }
      [order, next] = [next, order];
    }
    return order;
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
