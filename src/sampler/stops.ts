import type { Platform, Process, ReaderThread, Stopper } from "../../ffi/process.ts";
import type { StopSummary } from "../profile/metadata.ts";
import type { AttachFault } from "./capture.ts";

/** Stopped time that can be saved up, µs: longer stops are made up for afterwards. */
const RESERVE = 20_000;
/** Stops of one tick: a thread may stand where its stack is half changed. */
export const MOST_STOPS = 3;

/** Tries to open a process for stopping, as long as there is hope, and for how long at most, µs. */
const MOST_TRIES = 20;
const PATIENCE = 3_000_000;
/** From one try to the next, µs. */
const PAUSE = 5_000;

/**
 * Makes ready to stop a process. It is tried again where the machine is too busy for an answer, and where
 * the process is said not to be there but is: a thread of it may just have ended.
 */
export function openStopper(
  platform: Pick<Platform, "openStopper">,
  process: Pick<Process, "pid" | "alive">,
  clock: Pick<ReaderThread, "now" | "sleepUntil">,
): Stopper | AttachFault {
  const until = clock.now() + PATIENCE;
  for (let tries = 1;; tries++) {
    const opened = platform.openStopper(process.pid);
    if (!("fault" in opened)) return opened;
    const { fault, detail } = opened;
    const mayHelp = fault === "unanswered" || (fault === "no-such-process" && process.alive());
    if (!mayHelp || tries === MOST_TRIES || clock.now() > until) {
      return fault === "unanswered"
        ? { fault: "not-stoppable", detail: "the machine is too busy" }
        : { fault, detail };
    }
    clock.sleepUntil(clock.now() + PAUSE, 0);
  }
}

/** Stops the target for its readings, and bounds the time that this takes from it. */
export class Stops {
  #credit = RESERVE;
  #countedAt: number;
  #countedUs = 0;
  #skipped = 0;

  /** @param most the most of the target's time that stops may take, as a share. */
  constructor(readonly stopper: Stopper, readonly reader: ReaderThread, readonly most: number) {
    this.#countedAt = reader.now();
  }

  /** False while the target has been stopped for too long already: the tick is to be left out. */
  allow(now: number): boolean {
    const stoppedUs = this.stopper.stoppedUs();
    const earned = (now - this.#countedAt) * this.most;
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
