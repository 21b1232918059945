import type { ReaderThread } from "../../ffi/process.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { ThreadBirths } from "../cpython/thread_births.ts";
import { listThreads, type ThreadState } from "../cpython/thread_list.ts";

/** The most of the time that may go into listings which only changes ask for, and how much can be saved up, µs. */
const SHARE = 0.25;
const MOST_SAVED = 5000;

/** Lists the threads of a target, when that is due and no more often than it is worth. */
export class Roll {
  #listedAt = -Infinity;
  /** The list is known not to be that of now. */
  #isStale = false;
  /** Time that may go into listings, µs, and up to when it has been saved, on the clock. */
  #saved = MOST_SAVED;
  #savedUntil = 0;
  readonly #births: ThreadBirths | undefined;

  /** @param all threads that come are wanted at once, too. */
  constructor(readonly runtime: Runtime, readonly clock: ReaderThread, all: boolean) {
    if (all) this.#births = new ThreadBirths(runtime);
  }

  /** What tells of threads that come, where they are wanted and the list is that of now. */
  get births(): ThreadBirths | undefined {
    return this.#isStale ? undefined : this.#births;
  }

  /** A thread has gone: the list is to be made anew. */
  spoil(): void {
    this.#isStale = true;
  }

  /**
   * True if the threads are to be listed.
   * @param now µs on the clock.
   * @param interval from one listing to the next, µs, if nothing has changed.
   */
  isDue(now: number, interval: number): boolean {
    if (now - this.#listedAt > interval) return true;
    if (!this.#isStale) this.#isStale = this.#births?.changed() === true;
    this.#saved = Math.min(MOST_SAVED, this.#saved + SHARE * (now - this.#savedUntil));
    this.#savedUntil = now;
    return this.#isStale && this.#saved > 0;
  }

  /** Lists all threads, those that have not begun to run without a `tid`. */
  take(now: number): ThreadState[] {
    this.#listedAt = now;
    this.#births?.note();
    const states = listThreads(this.runtime);
    this.#isStale = this.#births !== undefined && states.some(({ tid }) => tid === 0);
    return states;
  }

  /** All that follows from the list that was begun at a time has been done. */
  pay(begun: number): void {
    this.#saved -= this.clock.now() - begun;
  }
}
