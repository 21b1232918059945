import type { Pauses } from "../profile/metadata.ts";

/** Shortest time without a tick that counts, µs; and in intervals between ticks. */
const SHORTEST = 1_000_000;
const FEWEST = 3;

/** Counts the times in which nothing was read. */
export class PauseCounter {
  #count = 0;
  #totalUs = 0;
  #longestUs = 0;

  /** @param us from one tick to the next, whose usual distance is an interval. */
  note(us: number, intervalUs: number): void {
    if (us < SHORTEST || us < FEWEST * intervalUs) return;
    this.#count++;
    this.#totalUs += us;
    this.#longestUs = Math.max(this.#longestUs, us);
  }

  /** What there was; undefined if there was none. */
  get pauses(): Pauses | undefined {
    if (this.#count === 0) return undefined;
    return { count: this.#count, totalUs: this.#totalUs, longestUs: this.#longestUs };
  }
}
