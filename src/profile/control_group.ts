import { Column } from "./tables.ts";

/** Samples that are held at most; then every second visit goes. */
const MOST_SAMPLES = 1 << 16;

/**
 * The samples of steady visits, kept beside the counts: they were read while the target could not run,
 * at times that nothing in the target had a say in. All other samples can be held against them. Samples
 * of one visit follow each other closely and are likely to be alike.
 */
export class ControlGroup {
  /** Number of the visit of each sample, 1 or more, not falling. */
  readonly visit: Column = new Column();
  readonly thread: Column = new Column();
  readonly stack: Column = new Column();
  /** Only visits whose number this divides are held. */
  #every = 1;

  get length(): number {
    return this.visit.length;
  }

  /** Adds a sample of a visit. */
  add(visit: number, thread: number, stack: number): void {
    if (visit % this.#every !== 0) return;
    if (this.length >= MOST_SAMPLES) this.#thin();
    this.visit.push(visit);
    this.thread.push(thread);
    this.stack.push(stack);
  }

  #thin(): void {
    this.#every *= 2;
    const { visit, thread, stack } = this;
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      if (visit.at(i) % this.#every !== 0) continue;
      visit.set(kept, visit.at(i));
      thread.set(kept, thread.at(i));
      stack.set(kept, stack.at(i));
      kept++;
    }
    visit.length = thread.length = stack.length = kept;
  }
}
