import { Evenness } from "./evenness.ts";

/** From one look at our own CPU time to the next, µs. */
const LOOK = 250_000;
/** Weight of the newest look in what a tick is thought to cost. */
const NEWEST = 0.5;
/** The longest interval that the limit may lead to, µs. */
const LONGEST = 1_000_000;
/**
 * What a tick is thought to cost under a low limit until it is known, µs: what was sampled more often than the rest
 * for the first quarter of a second would have too large a share.
 */
const LIKELY = 60;
const LOW = 0.5;

/**
 * Keeps our own CPU time within a limit: what a tick costs is measured, the interval is made long enough
 * to pay for it, and short again when ticks cost less.
 */
export class Budget {
  /** How many times as long as asked the interval is to be, 1 or more. */
  stretch: number;
  #lookedAt: number;
  #cpuBefore: number;
  #ticks = 0;
  #cost: number;
  readonly #evenness = new Evenness();

  /**
   * @param share CPU time per wall time that we may use: 1 is one CPU.
   * @param cpuTime CPU time used so far by our whole process, µs.
   * @param least what {@link stretch} is to be at least.
   */
  constructor(
    readonly share: number,
    readonly intervalUs: number,
    readonly cpuTime: () => number,
    now: number,
    readonly least = 1,
  ) {
    this.#lookedAt = now;
    this.#cpuBefore = cpuTime();
    this.#cost = share < LOW ? LIKELY : 0;
    this.stretch = this.#bearable();
  }

  /** What the share of anything can be off at most because the rate has changed on the way. */
  get unevenness(): number {
    return this.#evenness.distance;
  }

  /**
   * Counts a tick; looks at the clock of our CPU time a few times a second.
   * @param now µs on a clock that runs evenly.
   * @returns true if {@link stretch} has changed.
   */
  spend(now: number): boolean {
    this.#ticks++;
    if (now - this.#lookedAt < LOOK) return false;
    const cpu = this.cpuTime();
    const cost = (cpu - this.#cpuBefore) / this.#ticks;
    // Half of the first look is forgiven: it holds our own start.
    this.#cost += (cost - this.#cost) * NEWEST;
    this.#evenness.note(now - this.#lookedAt, this.stretch);
    this.#cpuBefore = cpu;
    this.#lookedAt = now;
    this.#ticks = 0;
    const before = this.stretch;
    this.stretch = this.#bearable();
    return this.stretch !== before;
  }

  #bearable(): number {
    const needed = Math.min(this.#cost / this.share, Math.max(LONGEST, this.intervalUs));
    return Math.max(this.least, needed / this.intervalUs);
  }
}
