import type { ReaderThread } from "../process.ts";
import { type Helper, loadHelper } from "../helper/library.ts";

/**
 * The clock and place of the thread that calls this; its timers lose their slack (50 µs by default).
 * `moveTo` and `moveBack` concern this thread alone, not the process.
 */
export function createReaderThread(): ReaderThread {
  return new LinuxReaderThread(loadHelper());
}

class LinuxReaderThread implements ReaderThread {
  readonly #helper: Helper;
  readonly #cpus: number;

  constructor(helper: Helper) {
    this.#helper = helper;
    this.#cpus = Math.max(1, helper.tach_begin_thread());
  }

  now(): number {
    return this.#helper.tach_now();
  }

  sleepUntil(deadline: number, spin: number): void {
    this.#helper.tach_sleep_until(deadline, spin);
  }

  cpu(): number {
    return this.#helper.tach_cpu();
  }

  prefer(): boolean {
    return this.#helper.tach_prefer() === 0;
  }

  switches(): number {
    return this.#helper.tach_switches();
  }

  moveTo(cpu: number): boolean {
    return this.#helper.tach_move_to(cpu) === 0;
  }

  moveBack(): void {
    this.#helper.tach_move_back();
  }

  cpus(): number {
    return this.#cpus;
  }
}
