import type { ReaderThread, Stopper } from "../../ffi/process.ts";
import type { StopSummary } from "../profile/metadata.ts";

/** The most of the target's time that we take by stopping it. */
const MOST_STOPPED = 0.2;
/** Stopped time that can be saved up, µs: longer stops are made up for afterwards. */
const RESERVE = 20_000;
/** Stops of one tick: a thread may stand where its stack is half changed. */
export const MOST_STOPS = 3;

/** Stops the target for its readings, and bounds the time that this takes from it. */
export class Stops {
  #credit = RESERVE;
  #countedAt: number;
  #countedUs = 0;
  #skipped = 0;

  constructor(readonly stopper: Stopper, readonly reader: ReaderThread) {
    this.#countedAt = reader.now();
  }

  /** False while the target has been stopped for too long already: the tick is to be left out. */
  allow(now: number): boolean {
    const stoppedUs = this.stopper.stoppedUs();
    const earned = (now - this.#countedAt) * MOST_STOPPED;
    this.#credit = Math.min(RESERVE, this.#credit + earned - (stoppedUs - this.#countedUs));
    this.#countedAt = now;
    this.#countedUs = stoppedUs;
    if (this.#credit > 0) return true;
    this.#skipped++;
    return false;
  }

  /**
   * Does something while the target stands still.
   * @param action gets whether it does: it cannot be stopped in time when the kernel is too busy.
   * @returns false if the target, or the right to stop it, is gone.
   */
  during(action: (stopped: boolean) => void): boolean {
    const stopped = this.stopper.suspend();
    if (stopped === undefined) return false;
    try {
      action(stopped);
    } finally {
      this.stopper.resume();
    }
    return true;
  }

  /** True if the target has stood still up to now. */
  holds(): boolean {
    return this.stopper.holds();
  }

  summary(): StopSummary {
    return { stoppedUs: this.stopper.stoppedUs(), skippedTicks: this.#skipped };
  }
}
