/** Different states: six bits that may be set together. */
const STATES = 64;

/** How often each thread was seen in each state (`STATUS`). */
export class StateCounts {
  readonly #counts: Int32Array[] = [];

  /** Counts a sample. */
  add(thread: number, status: number): void {
    (this.#counts[thread] ??= new Int32Array(STATES))[status]!++;
  }

  /** Samples of a thread whose state has all of these bits, and none of others that are named. */
  count(thread: number, bits: number, none = 0): number {
    let sum = 0;
    const counts = this.#counts[thread];
    for (let status = 0; counts !== undefined && status < STATES; status++) {
      if ((status & bits) === bits && (status & none) === 0) sum += counts[status]!;
    }
    return sum;
  }
}
