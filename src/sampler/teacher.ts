/** Exact readings a second that are always made, and the most that new calls may ask for. */
const STEADY_RATE = 20;
/** The first, where what other readings miss has to be known well. */
const CLOSE_RATE = 100;
const HIGHEST_RATE = 800;
/** From one refusal to the next try, µs. */
const TRY_AGAIN = 1_000_000;
/** A CPU that nobody lets us onto for so long is one that we may not be on, µs. */
const LONGEST_DELAY = 50_000;
/** Exact readings a second that code may ask for which no exact reading has met. */
const HURRY_RATE = 4000;
const HURRIED_VISIT = 3;
/** Readings of one visit to the target's CPU. */
const VISIT = 8;
/** Readings with which a capture begins, and how many in a row that teach nothing end it before. */
const OPENING = 250;
const ENOUGH = 64;

/** Exact readings that may still be made at one tick, by all processes of a program together. */
export interface Permits {
  left: number;
}

/**
 * Decides when to read exactly. While a thread of ours runs on the CPU on which a thread of the target
 * would run, that one cannot: what is read then is one moment, whatever the target was doing. A few such
 * readings teach which calls are possible.
 */
export class Teacher {
  /** Exact readings made. */
  readings = 0;
  /** False while the system does not let us be on the target's CPU. */
  able = true;

  #left = OPENING;
  #isOpening = true;
  /** Readings in a row that have taught nothing. */
  #idle = 0;
  #steadyRate = STEADY_RATE;
  #steadyVisits = 0;
  /** Readings that are still to be made of the steady visit. */
  #steadyLeft = 0;
  #credit = 0;
  #steadyAt = 0;
  #updated = 0;
  #asked = false;
  #refusedAt = 0;
  /** When the first reading came too late since the last one that was made; infinite: none did. */
  #lateSince = Infinity;
  #hurry = 0;
  #hurriedAt = 0;

  /**
   * @param always every reading is to be exact.
   * @param permits bound those that many processes would all make at the same tick, when each of them is
   * new: visits to their CPUs would take longer than the tick. Steady visits take place in any case.
   */
  constructor(readonly always: boolean, readonly permits?: Permits) {}

  /** Number of the steady visit that the next reading belongs to, 0 if it belongs to none. */
  get visitNumber(): number {
    return this.#steadyLeft > 0 ? this.#steadyVisits : 0;
  }

  /** A call was seen that nobody has shown yet. */
  ask(): void {
    this.#asked = true;
  }

  /**
   * Has five times as many exact readings made for good, so that they show how far off the others are. To go back
   * again would have them show more of what the program did at one time than at another.
   */
  watchClosely(): void {
    this.#steadyRate = CLOSE_RATE;
  }

  /**
   * True if the next tick is to be an exact reading from which something can be learned.
   * @param now µs on any clock that does not jump, the same for all that ask for a time here.
   */
  wants(now: number): boolean {
    if (!this.able && now - this.#refusedAt < TRY_AGAIN) return false;
    this.able = true;
    this.#credit = Math.min(OPENING, this.#credit + (now - this.#updated) * HIGHEST_RATE / 1e6);
    this.#updated = now;
    if (this.#left > 0) return this.#steadyLeft > 0 || this.isPermitted();
    if (now >= this.#steadyAt) {
      this.#steadyVisits++;
      this.#steadyLeft = this.#left = VISIT;
      // At random, so that no regular habit of the target decides what is seen.
      this.#steadyAt = now + VISIT * 1e6 / this.#steadyRate * (0.5 + Math.random());
      return true;
    }
    if (this.#asked && this.#credit >= VISIT && this.isPermitted()) {
      this.#left = VISIT;
      return true;
    }
    return false;
  }

  /** True if one more process may make an exact reading at this tick. */
  isPermitted(): boolean {
    return this.permits === undefined || this.permits.left-- > 0;
  }

  /**
   * True if an exact reading may be made at once, besides those that are planned.
   */
  mayHurry(time: number): boolean {
    if (!this.able) return false;
    const earned = Math.max(0, time - this.#hurriedAt) * HURRY_RATE / 1e6;
    this.#hurry = Math.min(HURRY_RATE / 10, this.#hurry + earned);
    this.#hurriedAt = time;
    if (this.#hurry < 1) return false;
    this.#hurry--;
    // Where there is new code there is more of it: stay for a while.
    this.#left = Math.max(this.#left, HURRIED_VISIT);
    return true;
  }

  /** An exact reading could not be made, as we may not go where the target runs. */
  refuse(now: number): void {
    this.able = false;
    this.#lateSince = Infinity;
    this.#refusedAt = now;
    this.#left = 0;
  }

  /** An exact reading could not be made, as we did not get to where the target runs in time. */
  delay(now: number): void {
    this.#lateSince = Math.min(this.#lateSince, now);
    if (now - this.#lateSince > LONGEST_DELAY) this.refuse(now);
  }

  /** An exact reading has shown so many calls that were new. */
  note(news: number): void {
    this.#idle = news > 0 ? 0 : this.#idle + 1;
    if (!this.#isOpening || this.#idle < ENOUGH) return;
    this.#isOpening = false;
    this.#left = this.#steadyLeft;
  }

  /** One exact reading has been tried; `made`: it held; `teaches`: something can be learned from it. */
  count(made: boolean, teaches = true): void {
    if (this.#left > 0) this.#left--;
    if (this.#left === 0) this.#isOpening = false;
    if (this.#steadyLeft > 0) this.#steadyLeft--;
    this.#credit = Math.max(0, this.#credit - 1);
    if (made) this.#lateSince = Infinity;
    if (!made || !teaches) return;
    this.readings++;
    this.#asked = false;
  }
}
