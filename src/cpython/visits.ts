import { NOT_THERE, type Process, type Ranges } from "../../ffi/process.ts";

/** Visits that linger, after one in which something had to be fetched late. */
const LINGERING_VISITS = 64;

/**
 * Reads for one thread, where it is asked for from the CPU on which the thread runs or ran last, if that is
 * allowed: the thread cannot run then.
 */
export class Visits {
  /** A visit was asked for, and we may not be where the thread runs. */
  wasRefused = false;
  #isOn = false;
  /** Visits to come that wait for what is fetched late. */
  #linger = 0;

  constructor(readonly process: Process, readonly tid: number) {}

  /** From now until `end`, readings are visits. */
  begin(): void {
    this.#isOn = true;
    this.wasRefused = false;
  }

  /**
   * @param late what was read since the last reading of the visit.
   * @returns true if the thread could not run in that reading, and in all that was read since.
   */
  end(late: number): boolean {
    this.#isOn = false;
    const lingered = this.#linger > 0;
    if (lingered) this.#linger--;
    const isHeld = !this.wasRefused && this.process.leave();
    if (late === 0) return isHeld;
    this.#linger = LINGERING_VISITS;
    return isHeld && lingered;
  }

  read(ranges: Ranges, into: Uint8Array): number {
    const { process } = this;
    if (this.#isOn && !this.wasRefused) {
      const read = process.visit(this.tid, ranges, into, this.#linger > 0);
      if (read !== NOT_THERE) return read;
      this.wasRefused = true;
    }
    return process.read(ranges, into);
  }
}
