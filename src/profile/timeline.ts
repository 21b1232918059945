import { Column } from "./tables.ts";
import { REJECTIONS } from "./quality.ts";

/** Steps that are held at most; then each two become one. */
const MOST_STEPS = 1024;
/** What a step counts: good samples, then rejected readings by {@link REJECTIONS} index. */
const FIELDS = 1 + REJECTIONS.length;

/** How the readings of one thread came out in one step of time. */
export interface Step {
  readonly good: number;
  /** By {@link REJECTIONS} index. */
  readonly rejected: readonly number[];
}

/**
 * How readings came out over time: good and rejected by thread, and ticks missed. A step is a second at
 * first and grows twice as long whenever there are too many of them, so memory does not grow with time.
 */
export class Timeline {
  /** Length of a step, µs. */
  stepUs = 1_000_000;
  /** Number of steps so far. */
  length = 0;
  readonly #threads = new Map<number, Column>();
  readonly #missed = new Column();

  /** Counts samples that were kept. */
  keep(time: number, thread: number): void {
    const step = this.#step(time);
    this.#of(thread).add(step * FIELDS, 1);
  }

  /** Counts readings that were thrown away. */
  reject(time: number, thread: number, reason: number, count = 1): void {
    const step = this.#step(time);
    this.#of(thread).add(step * FIELDS + 1 + reason, count);
  }

  /** Counts ticks that were missed up to a time. */
  miss(time: number, ticks: number): void {
    this.#missed.add(this.#step(time), ticks);
  }

  /** One thread in one step. */
  at(step: number, thread: number): Step {
    const column = this.#threads.get(thread);
    const field = (i: number): number => column?.at(step * FIELDS + i) ?? 0;
    return { good: field(0), rejected: REJECTIONS.map((_, i) => field(i + 1)) };
  }

  /** Ticks missed in one step. */
  missedAt(step: number): number {
    return this.#missed.at(step);
  }

  #of(thread: number): Column {
    let column = this.#threads.get(thread);
    if (column === undefined) this.#threads.set(thread, column = new Column(FIELDS * 16));
    return column;
  }

  #step(time: number): number {
    let step = Math.max(0, Math.floor(time / this.stepUs));
    while (step >= MOST_STEPS) {
      for (const column of this.#threads.values()) halve(column, FIELDS);
      halve(this.#missed, 1);
      this.stepUs *= 2;
      this.length = Math.ceil(this.length / 2);
      step = Math.floor(time / this.stepUs);
    }
    if (step >= this.length) this.length = step + 1;
    return step;
  }
}

/** Adds each odd row to the even one before it and closes the gaps. */
function halve(column: Column, fields: number): void {
  const rows = Math.ceil(column.length / fields);
  for (let row = 0; row < rows; row++) {
    for (let field = 0; field < fields; field++) {
      const value = column.at(row * fields + field);
      if (row % 2 === 0) column.set((row >> 1) * fields + field, value);
      else column.add((row >> 1) * fields + field, value);
    }
  }
  for (let i = Math.ceil(rows / 2) * fields; i < column.length; i++) column.set(i, 0);
}
