/**
 * Counts the arrays that were replaced by larger ones: who has passed their addresses on (`FrameLoops`) looks
 * them up again when it has moved. Whatever replaces an array that the loops in C use must count here.
 */
export const growth = { count: 0 };

/**
 * A map from two 32-bit integers to one that is not negative: open addressing over typed arrays, so
 * that a look-up allocates nothing, and the loops in C (`ffi/helper/tables.c`) can do it. Entries are never removed, only overwritten.
 */
export class PairMap {
  firsts: Int32Array;
  seconds: Int32Array;
  /** Value + 1; 0 marks a free place. As many as a power of two. */
  values: Int32Array;
  #mask: number;
  #size = 0;

  constructor(capacity = 1024) {
    let places = 16;
    while (places < capacity * 2) places *= 2;
    this.firsts = new Int32Array(places);
    this.seconds = new Int32Array(places);
    this.values = new Int32Array(places);
    this.#mask = places - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** The value of a pair, or −1. */
  get(first: number, second: number): number {
    const mask = this.#mask;
    let place = hash(first, second) & mask;
    for (;;) {
      const value = this.values[place]!;
      if (value === 0) return -1;
      if (this.firsts[place] === (first | 0) && this.seconds[place] === (second | 0)) {
        return value - 1;
      }
      place = (place + 1) & mask;
    }
  }

  /** Sets the value of a pair; `value` is 0 or more. */
  set(first: number, second: number, value: number): void {
    if (this.#size * 2 >= this.#mask) this.#grow();
    const place = this.#placeOf(first | 0, second | 0);
    if (this.values[place] === 0) this.#size++;
    this.firsts[place] = first;
    this.seconds[place] = second;
    this.values[place] = value + 1;
  }

  #placeOf(first: number, second: number): number {
    let place = hash(first, second) & this.#mask;
    while (
      this.values[place] !== 0 &&
      (this.firsts[place] !== first || this.seconds[place] !== second)
    ) {
      place = (place + 1) & this.#mask;
    }
    return place;
  }

  #grow(): void {
    const [first, second, value] = [this.firsts, this.seconds, this.values];
    const places = value.length * 2;
    growth.count++;
    this.firsts = new Int32Array(places);
    this.seconds = new Int32Array(places);
    this.values = new Int32Array(places);
    this.#mask = places - 1;
    for (let i = 0; i < value.length; i++) {
      if (value[i] === 0) continue;
      const place = this.#placeOf(first[i]!, second[i]!);
      this.firsts[place] = first[i]!;
      this.seconds[place] = second[i]!;
      this.values[place] = value[i]!;
    }
  }
}

/** `mix_pair` of `ffi/helper/tables.c`: mixes two integers well enough for the low bits to differ (multipliers of MurmurHash3's finaliser). */
function hash(first: number, second: number): number {
  let mixed = Math.imul(first, 0x85ebca6b) ^ Math.imul(second, 0xc2b2ae35);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** The same array with room for at least `length` integers. */
export function withRoom(array: Int32Array, length: number): Int32Array {
  if (length <= array.length) return array;
  const grown = new Int32Array(Math.max(length, array.length * 2));
  growth.count++;
  grown.set(array);
  return grown;
}
