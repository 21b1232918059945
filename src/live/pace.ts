/** Looks whose times are kept. */
const KEPT = 3;

/** Keeps what is done again and again below a share of a CPU. */
export class Pace {
  /** The first times say little: the program that takes them is being compiled. */
  readonly #took: number[] = new Array(KEPT - 1).fill(0);

  /** @param most share of a CPU, at most. */
  constructor(readonly most: number) {}

  /**
   * Notes how long it took this time, ms.
   * @param step time from one to the next if that allows it, ms.
   * @returns how long to wait.
   */
  wait(took: number, step: number): number {
    this.#took.push(took);
    if (this.#took.length > KEPT) this.#took.shift();
    // What others did on the CPU meanwhile is in some of the times, and no cost of ours.
    return Math.max(step, Math.min(...this.#took) / this.most);
  }
}
