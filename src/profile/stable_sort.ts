/** Fewer numbers are sorted by comparing. */
const FEW = 512;
/** And such that are so far from each other: as µs, more than eight years. */
const MOST_SPREAD = 2 ** 48;
/** Values of a digit that all others are sorted by. */
const DIGITS = 1 << 11;

/** Sorts again and again in the same room, so that nothing is left behind. */
export class StableSorter {
  #room: [Uint32Array, Uint32Array] = [new Uint32Array(0), new Uint32Array(0)];
  #digits = new Uint16Array(0);
  readonly #starts = new Uint32Array(DIGITS + 1);

  /**
   * Puts places in ascending order of the numbers that stand there; those of equal numbers stay in the
   * order in which they are.
   * @param before the order in which they are: what the last call returned; absent: 0, 1, 2 and so on.
   * @returns places, valid until the next call.
   */
  sort(numbers: Float64Array | Int32Array, before?: Uint32Array): Uint32Array {
    const { length } = numbers;
    let order = before ?? this.#listPlaces(length);
    let [first, last] = [Infinity, -Infinity];
    for (let i = 0; i < length; i++) {
      const number = numbers[i]!;
      if (number < first) first = number;
      if (number > last) last = number;
    }
    if (length < FEW || !(last - first < MOST_SPREAD)) {
      return order.sort((a, b) => numbers[a]! - numbers[b]!);
    }
    const [one, other] = this.#room;
    let next = (order.buffer === one.buffer ? other : one).subarray(0, length);
    const digits = this.#digits;
    const starts = this.#starts;
    // Digit by digit, the lowest first: each pass keeps the order of the one before.
    for (let scale = 1; scale <= last - first; scale *= DIGITS) {
      starts.fill(0);
      for (let i = 0; i < length; i++) {
        const digit = Math.floor((numbers[order[i]!]! - first) / scale) % DIGITS;
        digits[i] = digit;
        starts[digit + 1]!++;
      }
      for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1]! += starts[digit]!;
      for (let i = 0; i < length; i++) next[starts[digits[i]!]!++] = order[i]!;
      [order, next] = [next, order];
    }
    return order;
  }

  #listPlaces(length: number): Uint32Array {
    if (length > this.#digits.length) {
      this.#room = [new Uint32Array(length), new Uint32Array(length)];
      this.#digits = new Uint16Array(length);
    }
    const places = this.#room[0].subarray(0, length);
    for (let i = 0; i < length; i++) places[i] = i;
    return places;
  }
}
