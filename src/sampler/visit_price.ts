import type { Process } from "../../ffi/process.ts";

/** Visits of one figure, and figures of which the lowest is believed: the machine stands still now and then. */
const ENOUGH = 64;
const FIGURES = 4;

/** Measures what visits take of a thread's time while it is visited again and again. */
export class VisitPrice {
  readonly #figures: number[] = [];
  #took = 0;
  #made = 0;
  #sumUs = 0;
  #visits = 0;

  /**
   * To be called now and then.
   * @param counts whether what has been made since the last call is to be counted: a few visits now and then,
   * of which each finds the CPU's caches full of other things, say nothing of many.
   */
  look({ visitsTook = 0, visitsMade = 0 }: Process, counts: boolean): void {
    const made = (visitsMade - this.#made) >>> 0;
    if (counts) {
      this.#sumUs += visitsTook - this.#took;
      this.#visits += made;
    }
    this.#took = visitsTook;
    this.#made = visitsMade;
    if (this.#visits < ENOUGH) return;
    if (this.#figures.length === FIGURES) this.#figures.shift();
    this.#figures.push(this.#sumUs / this.#visits);
    this.#sumUs = this.#visits = 0;
  }

  /** Of one visit, µs; undefined until it has been measured. */
  get us(): number | undefined {
    return this.#figures.length < FIGURES ? undefined : Math.min(...this.#figures);
  }

  /** What was measured is not to count any more. */
  forget(): void {
    this.#figures.length = 0;
    this.#sumUs = this.#visits = 0;
  }
}
