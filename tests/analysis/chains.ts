/** Profiles of made-up programs whose shares are known. */

import { EXACT_SAMPLE, Profile, VISIT_SHIFT } from "../../src/profile/profile.ts";
import { NO_STACK } from "../../src/profile/tables.ts";
import { createRandom } from "../../src/sampler/schedule.ts";
import { METADATA } from "../collectors/profiles.ts";

/** A program that is in one of some functions, each at the depth of its number plus one. */
export class Chain {
  readonly profile = new Profile(METADATA);
  readonly random: () => number;
  #state = 0;

  /**
   * @param shares how much of the time each function runs.
   * @param repeat chance that it stays in its function from one sample to the next.
   */
  constructor(readonly shares: readonly number[], readonly repeat: number, seed: number) {
    this.random = createRandom(seed);
    this.profile.threads.push({ tid: 1, name: "", interpreter: 0, main: true });
    const { strings, frames, stacks } = this.profile;
    let prefix = NO_STACK;
    shares.forEach((_, i) => {
      const name = strings.push(`f${i}`) - 1;
      const where = { file: name, name, firstLine: 1, line: 1, endLine: 1 };
      const frame = frames.push({ ...where, column: 0, endColumn: 0, opcode: -1, kind: 0 });
      prefix = stacks.push(prefix, frame);
    });
    this.#state = this.draw(shares);
  }

  /** Draws a function. */
  draw(shares: readonly number[]): number {
    let left = this.random();
    const at = shares.findIndex((share) => (left -= share) < 0);
    return at < 0 ? shares.length - 1 : at;
  }

  /**
   * Takes samples.
   * @param visit number of a steady visit, 0 for none.
   * @param shares in place of the true ones: what a biased reading shows.
   */
  sample(count: number, visit = 0, shares = this.shares): this {
    const flags = visit > 0 ? EXACT_SAMPLE | visit << VISIT_SHIFT : 0;
    const stack = Int32Array.from({ length: count }, () => {
      if (this.random() >= this.repeat) this.#state = this.draw(shares);
      return this.#state;
    });
    this.profile.add({
      length: count,
      time: new Float64Array(count),
      thread: new Int32Array(count),
      stack,
      flags: new Int32Array(count).fill(flags),
    });
    const { quality } = this.profile;
    quality.samples += count;
    if (visit > 0) {
      quality.exact += count;
      quality.control += count;
      quality.controlTried += count;
    }
    return this;
  }

  /** Takes samples as a capture does: a visit of 8 after each `between` others. */
  capture(visits: number, between: number, shares = this.shares): this {
    for (let visit = 1; visit <= visits; visit++) this.sample(between, 0, shares).sample(8, visit);
    return this;
  }
}
