/** When ticks are due: one in each interval, at its start or at a random point of it. */
export class Schedule {
  /** Asked-for ticks left out because the interval was stretched. A mean, not always whole. */
  withheld = 0;
  /** Start of the interval whose tick is to come, µs since the schedule began. */
  #start = 0;
  /** When the tick to come was due at first. */
  #due = 0;
  #stretch = 1;
  #slot: number;
  /** What is left of a missed tick that was not counted yet. */
  #missedPart = 0;

  /**
   * @param intervalUs length of an interval, µs.
   * @param random uniform in [0, 1): where in its interval a tick falls; absent: at its start. Each point
   * of time is equally likely to be read then, whatever the target does at regular times.
   */
  constructor(readonly intervalUs: number, readonly random?: () => number) {
    this.#slot = intervalUs;
  }

  /** Length of the intervals now, µs. */
  get slotUs(): number {
    return this.#slot;
  }

  /** Makes the intervals to come so many times as long as was asked for, 1 or more. */
  stretch(factor: number): void {
    this.#stretch = factor;
    this.#slot = this.intervalUs * factor;
  }

  /**
   * When the next tick is due. One that would be late already falls in what is left of its interval.
   * @param now µs since the schedule began.
   */
  next(now: number): number {
    this.#due = this.#start;
    if (this.random === undefined) return this.#due;
    this.#due += this.random() * this.#slot;
    if (this.#due >= now) return this.#due;
    const left = this.#start + this.#slot - now;
    // With nothing left it stays due when it was, so that it is seen how late it is.
    if (left > 0) this.#due = now + this.random() * left;
    return Math.max(this.#due, now);
  }

  /**
   * When that tick and the ones after it are due, as {@link next} says of the first; it is next to say the same
   * of the first that is not {@link keep kept}.
   * @param into as many as there is room for, µs since the schedule began.
   */
  ahead(into: Float64Array): void {
    into[0] = this.#due;
    for (let i = 1; i < into.length; i++) {
      into[i] = this.#start + this.#slot * (i + (this.random?.() ?? 0));
    }
  }

  /** A tick was made in time, or its time went by: the next one is due when {@link ahead} has said. */
  keep(next: number): void {
    this.withheld += this.#stretch - 1;
    this.#start += this.#slot;
    this.#due = next;
  }

  /**
   * The tick is made, perhaps late.
   * @returns the asked-for ticks after it whose time went by meanwhile.
   */
  take(time: number): number {
    const over = Math.max(0, Math.floor((time - this.#due) / this.#slot));
    this.withheld += this.#stretch - 1;
    this.#start += (over + 1) * this.#slot;
    this.#missedPart += over * this.#stretch;
    const missed = Math.floor(this.#missedPart);
    this.#missedPart -= missed;
    return missed;
  }
}

/**
 * A generator of uniform numbers in [0, 1), quick and good enough to place ticks (mulberry32).
 * @param seed any 32 bits.
 */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A seed that differs each time. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Int32Array(1))[0]!;
}
