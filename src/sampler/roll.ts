import type { ReaderThread } from "../../ffi/process.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { ThreadBirths } from "../cpython/thread_births.ts";
import { listThreads, type ThreadState } from "../cpython/thread_list.ts";

/** A listing that only a change asks for waits for so many times as long as the last one took. */
const REST = 4;

/** Lists the threads of a target, when that is due and no more often than it is worth. */
export class Roll {
  #listedAt = -Infinity;
  /** The list is known not to be that of now. */
  #isStale = false;
  /** When the last listing began, and until when the list may stay so, on the clock. */
  #begun = 0;
  #restUntil = -Infinity;
  readonly #births: ThreadBirths | undefined;

  /** @param all threads that come are wanted at once, too. */
  constructor(readonly runtime: Runtime, readonly clock: ReaderThread, all: boolean) {
    if (all) this.#births = new ThreadBirths(runtime);
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
    return this.#isStale && now >= this.#restUntil;
  }

  /** Lists all threads, those that have not begun to run without a `tid`. */
  take(now: number): ThreadState[] {
    this.#listedAt = now;
    this.#begun = this.clock.now();
    this.#births?.note();
    const states = listThreads(this.runtime);
    this.#isStale = this.#births !== undefined && states.some(({ tid }) => tid === 0);
    return states;
  }

  /** All that follows from the list has been done. */
  rest(): void {
    const now = this.clock.now();
    this.#restUntil = now + REST * (now - this.#begun);
  }
}
