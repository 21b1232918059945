/** Random numbers that are the same in every run, so that a failure can be repeated. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to 2³² − 1 (the generator is "mulberry32"). */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `end` − 1. */
  below(end: number): number {
    return Math.floor(this.word() / 0x1_0000_0000 * end);
  }

  /** One of the elements. */
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** UTF-16 units of any value, lone surrogates included. */
  text(longest: number): string {
    let text = "";
    for (let left = this.below(longest + 1); left > 0; left--) {
      const kind = this.below(4);
      const unit = kind === 0 ? 0xd800 + this.below(0x800) : this.below(kind === 1 ? 0x10000 : 128);
      text += String.fromCharCode(unit);
    }
    return text;
  }
}
