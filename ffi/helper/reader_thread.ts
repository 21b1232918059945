import type { ReaderThread } from "../process.ts";
import type { Helper } from "./functions.ts";
import { loadHelper } from "./library.ts";

/** The clock of the thread that calls this; Linux's timers lose their slack (50 µs by default). */
export function createReaderThread(): ReaderThread {
  return new HelperThread(loadHelper());
}

class HelperThread implements ReaderThread {
  readonly #helper: Helper;

  constructor(helper: Helper) {
    this.#helper = helper;
    helper.tach_begin_thread();
  }

  now(): number {
    return this.#helper.tach_now();
  }

  sleepUntil(deadline: number, spin: number): number {
    return this.#helper.tach_sleep_until(deadline, spin);
  }

  prefer(): boolean {
    return this.#helper.tach_prefer() === 0;
  }
}
