/** How often the stack of each thread was another one than at the sample before. */
export class Runs {
  /** Samples by thread. */
  readonly samples: number[] = [];
  /** Changes by thread. */
  readonly changes: number[] = [];
  /** Stack of each thread's last sample. */
  readonly #last: number[] = [];

  /** Counts the next sample of a thread. */
  add(thread: number, stack: number): void {
    const seen = this.samples[thread] ?? 0;
    this.samples[thread] = seen + 1;
    if (seen === 0) this.changes[thread] = 0;
    else if (this.#last[thread] !== stack) this.changes[thread]!++;
    this.#last[thread] = stack;
  }
}
