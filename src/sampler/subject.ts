import type { Ending, Summary } from "../profile/metadata.ts";
import type { Quality } from "../profile/quality.ts";

/** What is known of a capture at its end besides its length. */
export type Noted = Omit<Summary, "durationUs" | "ending">;

/** What the clock of a capture drives: one process, or a program with all its children. */
export interface Subject {
  /** Longest time without a tick or a {@link rest}, µs. */
  readonly napUs: number;
  /** Counts so far; to be asked for now and then. */
  readonly quality: Quality;
  /** All samples before this time have been handed on; µs since the first tick. */
  readonly settledUntil: number;
  /** Does before the first tick what takes long. */
  begin(): void;
  /**
   * Prepares for the next tick, if it can.
   * @param at when it is due, on the reader's clock, µs.
   * @returns by how much later {@link tick} may come for it, µs.
   */
  plan?(at: number): number;
  /**
   * Reads what there is to be read.
   * @param time µs since the first tick; `now`: the same on the reader's clock.
   */
  tick(time: number, now: number): Ending | undefined;
  /**
   * Some ticks could not be kept.
   * @param ticks that were missed before the next one.
   * @param withheld ticks left out on purpose since the start.
   */
  miss(ticks: number, withheld: number): void;
  /** Looks whether all is well while there is no tick; `now` as for {@link tick}. */
  rest(now: number): Ending | undefined;
  /**
   * There are no more ticks: hands on what was held back.
   * @param last time of the last tick; `start`: the first one's on the reader's clock.
   */
  finish(last: number, start: number): Noted;
}
