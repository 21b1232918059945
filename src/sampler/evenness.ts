/** Windows that are kept at most; then each two become one. */
const MOST_WINDOWS = 256;
/** Length of a window at first, µs. */
const WINDOW = 1_000_000;

/**
 * Tells how evenly ticks were spread over a capture whose rate was changed on the way: what a program did while they
 * were dense has too large a share, and what it did while they were not has too small a one.
 */
export class Evenness {
  #windowUs = WINDOW;
  /** Of each window that is over: its length, and what ticks it had of those that were asked for, both in µs. */
  #lengths: number[] = [];
  #ticked: number[] = [];
  #length = 0;
  #inTick = 0;

  /** For so long, µs, the interval was so many times as long as asked. */
  note(us: number, stretch: number): void {
    this.#length += us;
    this.#inTick += us / stretch;
    if (this.#length < this.#windowUs) return;
    this.#lengths.push(this.#length);
    this.#ticked.push(this.#inTick);
    this.#length = this.#inTick = 0;
    if (this.#lengths.length < MOST_WINDOWS) return;
    this.#windowUs *= 2;
    this.#lengths = addPairs(this.#lengths);
    this.#ticked = addPairs(this.#ticked);
  }

  /** What the share of anything can be off for it at most, between 0 and 1: a total variation distance. */
  get distance(): number {
    const lengths = [...this.#lengths, this.#length];
    const ticked = [...this.#ticked, this.#inTick];
    const whole = lengths.reduce((a, b) => a + b);
    const ticks = ticked.reduce((a, b) => a + b);
    if (ticks === 0) return 0;
    return lengths.reduce((sum, us, i) => sum + Math.abs(us / whole - ticked[i]! / ticks) / 2, 0);
  }
}

/** Adds each two neighbours of an even number of values. */
function addPairs(values: readonly number[]): number[] {
  return Array.from({ length: values.length / 2 }, (_, i) => values[2 * i]! + values[2 * i + 1]!);
}
