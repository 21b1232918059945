/** Fewer numbers are sorted by comparing. */
const FEW = 512;
/** And such that are so far from each other: as µs, more than eight years. */
const MOST_SPREAD = 2 ** 48;
/** Values of a digit that all others are sorted by. */
const DIGITS = 1 << 11;

/**
 * Puts places in ascending order of the numbers that stand there; those of equal numbers stay in the order
 * in which they are.
 * @param order places; of no use afterwards.
 */
export function sortStably(order: Uint32Array, numbers: Float64Array | Int32Array): Uint32Array {
  const { length } = order;
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < length; i++) {
    const number = numbers[order[i]!]!;
    if (number < first) first = number;
    if (number > last) last = number;
  }
  if (length < FEW || !(last - first < MOST_SPREAD)) {
    return order.sort((a, b) => numbers[a]! - numbers[b]!);
  }
  // Digit by digit, the lowest first: each pass keeps the order of the one before.
  const digits = new Uint16Array(length);
  let sorted: Uint32Array = order;
  let next: Uint32Array = new Uint32Array(length);
  for (let scale = 1; scale <= last - first; scale *= DIGITS) {
    const starts = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < length; i++) {
      const digit = Math.floor((numbers[sorted[i]!]! - first) / scale) % DIGITS;
      digits[i] = digit;
      starts[digit + 1]!++;
    }
    for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1]! += starts[digit]!;
    for (let i = 0; i < length; i++) next[starts[digits[i]!]!++] = sorted[i]!;
    [sorted, next] = [next, sorted];
  }
  return sorted;
}

/** The places 0, 1, 2 and so on. */
export function listPlaces(length: number): Uint32Array {
  const places = new Uint32Array(length);
  for (let i = 0; i < length; i++) places[i] = i;
  return places;
}
