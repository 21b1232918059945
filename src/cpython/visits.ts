import { LATE, NOT_THERE, type Process, type Ranges } from "../../ffi/process.ts";

/** Visits that linger, after one in which something had to be fetched late, or all of it again. */
const LINGERING_VISITS = 64;
/** How long to wait for a visit to begin where nothing is lost by it, µs. */
export const PLENTY = 50_000;

/**
 * Reads for one thread, where it is asked for from the CPU on which the thread runs or ran last, if that is
 * allowed: the thread cannot run then.
 */
export class Visits {
  /** A visit was asked for, and we may not be where the thread runs. */
  wasRefused = false;
  /** A visit was asked for, and we did not get there in time. */
  wasLate = false;
  /** How the next reading is made, and the last one was. */
  readonly how = { linger: false, patienceUs: PLENTY };
  #isOn = false;
  /** The last reading could not be made there. */
  #isElsewhere = false;
  /** Visits to come that wait for what is fetched late. */
  #linger = 0;
  /** A visit is on its way that nobody has asked for the result of. */
  #isPlanned = false;
  /** Readings of this visit. */
  #readings = 0;

  constructor(readonly process: Process, readonly tid: number) {}

  /** True if the next visit has been planned. */
  get isPlanned(): boolean {
    return this.#isPlanned;
  }

  /**
   * Has a visit made at a time to come, if that can be; it counts as the first reading of the visit then, if
   * that is for the same.
   * @param at µs on the clock of the thread that reads.
   */
  plan(ranges: Ranges, into: Uint8Array, at: number): boolean {
    this.#isPlanned = this.#linger === 0 &&
      this.process.plan?.(this.tid, ranges, into, at) === true;
    return this.#isPlanned;
  }

  /** True if visits are to stay for what is fetched late. */
  get isLingering(): boolean {
    return this.#linger > 0;
  }

  /** True during a visit that is over by now, so that the thread runs on. */
  get isOver(): boolean {
    return this.#isOn && !this.#isElsewhere && !this.how.linger;
  }

  /** Something is missing in what was read: the next visits are to stay for it. */
  stay(): void {
    this.#linger = LINGERING_VISITS;
  }

  /** Takes back what was planned. */
  drop(): void {
    if (this.#isPlanned) this.process.drop?.();
    this.#isPlanned = false;
  }

  /** From now until `end`, readings are visits. */
  begin(): void {
    this.#isOn = true;
    this.wasRefused = this.wasLate = this.#isElsewhere = false;
    this.#readings = 0;
  }

  /**
   * @param late what was read since the last reading of the visit.
   * @returns true if the thread could not run in that reading, and in all that was read since.
   */
  end(late: number): boolean {
    this.#isOn = false;
    if (this.#linger > 0) this.#linger--;
    const isHeld = !this.#isElsewhere && this.process.leave();
    if (late === 0) return isHeld;
    this.stay();
    return isHeld && this.how.linger;
  }

  read(ranges: Ranges, into: Uint8Array): number {
    const { process } = this;
    if (this.#isOn && !this.#isElsewhere) {
      // What is to be read has changed under the reading before: this time it must not.
      if (this.#readings++ > 0) this.stay();
      this.how.linger = this.#linger > 0;
      this.#isPlanned = false;
      const read = process.visit(this.tid, ranges, into, this.how);
      this.wasLate = read === LATE;
      if (read !== NOT_THERE && !this.wasLate) return read;
      this.#isElsewhere = true;
      // A thread that has ended is nowhere; that says nothing of the others.
      this.wasRefused = !this.wasLate &&
        (process.cannotVisit === true || process.threadCpu(this.tid) >= 0);
    }
    this.drop();
    return process.read(ranges, into);
  }
}
