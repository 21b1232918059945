import type { Ending, Summary } from "../profile/metadata.ts";
import type { Quality } from "../profile/quality.ts";

/** What is known of a capture at its end besides its length. */
export type Noted = Omit<Summary, "durationUs" | "ending">;

/** Makes many ticks without waking the sampling thread for each. */
export interface TickRounds {
  /** True if a round may well be begun now. */
  mayBegin(): boolean;
  /**
   * Has the ticks to come made, if it can.
   * @param dues when they are due, on the reader's clock, µs; `slotUs`: the interval that each is for.
   */
  begin(dues: Float64Array, slotUs: number): boolean;
  /**
   * Waits until the round is over.
   * @returns how many of its ticks from the first one on were made or missed: the one after them is to be made
   * at once.
   */
  join(): number;
  /** When a tick was made, on the reader's clock, µs; 0: not in time. */
  madeAt(tick: number): number;
  /** Takes what a tick has read, as {@link Subject.tick}; `time` is the one at which it was made. */
  take(tick: number, time: number): Ending | undefined;
  /** Does what is to be done now and then besides; `now` as for {@link Subject.tick}. */
  tend(now: number): Ending | undefined;
}

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
  /** Absent where each tick is made by itself. */
  readonly rounds?: TickRounds;
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
