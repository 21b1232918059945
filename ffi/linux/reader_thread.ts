import type { ReaderThread } from "../process.ts";
import { type Helper, loadHelper } from "../helper/library.ts";

/** The clock of the thread that calls this; its timers lose their slack (50 µs by default). */
export function createReaderThread(): ReaderThread {
  return new LinuxReaderThread(loadHelper());
}

class LinuxReaderThread implements ReaderThread {
  readonly #helper: Helper;

  constructor(helper: Helper) {
    this.#helper = helper;
    helper.tach_begin_thread();
  }

  now(): number {
    return this.#helper.tach_now();
  }

  sleepUntil(deadline: number, spin: number): void {
    this.#helper.tach_sleep_until(deadline, spin);
  }

  prefer(): boolean {
    return this.#helper.tach_prefer() === 0;
  }
}
