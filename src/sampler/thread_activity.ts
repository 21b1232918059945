import { ACTIVITY, type ActivityWatch, BLOCKED, RUNNABLE } from "../../ffi/process.ts";

/** Looks between which the system has counted nothing for so long, µs, that the thread had no CPU. */
const LONGEST_UNCOUNTED = 1_200_000;
/** The same, where it cannot be waited for: counts are renewed this often at least while a thread runs, µs. */
const COUNTED_EACH = 20_000;

/** Whether a thread was on a CPU, as far as it is decided. */
export type Verdict = "open" | "on" | "off";

/**
 * Looks at a runnable thread between which the system has counted nothing. It was on a CPU at all of them or
 * at none: to leave a CPU or to get one counts. Which it was shows at the next count.
 */
export class Stay {
  verdict: Verdict = "open";
  /** Time of the first and the last look, µs. */
  last: number;

  constructor(readonly first: number) {
    this.last = first;
  }

  /** Decides without waiting for more. */
  force(): Verdict {
    if (this.verdict === "open") {
      this.verdict = this.last - this.first > COUNTED_EACH ? "off" : "on";
    }
    return this.verdict;
  }
}

/**
 * Tells whether a thread is *on* a CPU, not only runnable: a runnable thread may wait for a CPU that others
 * have. The system counts the time that a thread had a CPU, that it waited for one, and how often it got one, a
 * little late; so the answer for a look comes with a later one.
 */
export class ThreadActivity {
  /** The stay that the last look belongs to; undefined if the thread was not runnable. */
  stay: Stay | undefined;
  /** The last one, which may be open when the thread is not runnable any more: it is counted late. */
  #last: Stay | undefined;
  #ran = 0;
  #waited = 0;
  #runs = 0;

  constructor(readonly watch: ActivityWatch) {}

  /** Whether it was runnable or blocked at the last look; false if it is gone. */
  get isKnown(): boolean {
    const state = this.watch.row[ACTIVITY.state];
    return state === RUNNABLE || state === BLOCKED;
  }

  /** Address of the futex that it was blocked on at the last look, or 0. */
  get futex(): number {
    return this.watch.row[ACTIVITY.futex]!;
  }

  /** Looks at the thread. @param time µs. */
  look(time: number): void {
    this.watch.refresh();
    this.#note(time);
  }

  /** Takes what a look at the thread has told somebody else at that time. */
  note(time: number, told: Float64Array): void {
    this.watch.row.set(told.subarray(ACTIVITY.state), ACTIVITY.state);
    this.#note(time);
  }

  #note(time: number): void {
    const { row } = this.watch;
    const last = this.#last;
    const stay = this.stay ?? (last?.verdict === "open" ? last : undefined);
    const counted = row[ACTIVITY.runs] !== this.#runs || row[ACTIVITY.ran] !== this.#ran;
    if (stay !== undefined && stay.verdict === "open") {
      if (counted) stay.verdict = this.#judge(row);
      else if (time - stay.first > LONGEST_UNCOUNTED) stay.verdict = "off";
    }
    this.#ran = row[ACTIVITY.ran]!;
    this.#waited = row[ACTIVITY.waited]!;
    this.#runs = row[ACTIVITY.runs]!;
    if (row[ACTIVITY.state] !== RUNNABLE) this.stay = undefined;
    else if (stay === undefined || counted) {
      this.stay = this.#last = new Stay(time);
      // Nothing is counted here: runnable is all that can be known.
      if (this.#runs === 0) this.stay.verdict = "on";
    } else {
      this.stay = stay;
      stay.last = time;
    }
  }

  /** Nobody looks any more: what is open is decided by what is known. */
  close(): void {
    this.#last?.force();
    this.watch.close();
  }

  /** What a stay was that ended with these counts. */
  #judge(row: Float64Array): Verdict {
    // What ran without being given a CPU had one.
    if (row[ACTIVITY.runs] === this.#runs) return "on";
    // It got a CPU since. If it had one before, it has used it, left it and waited shortly, if at all; if it
    // waited, it has waited all the time and not run for longer than since the last look.
    const ran = row[ACTIVITY.ran]! - this.#ran;
    const waited = row[ACTIVITY.waited]! - this.#waited;
    return ran > waited ? "on" : "off";
  }
}
