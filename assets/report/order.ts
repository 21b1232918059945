/** Numbers from 0 up in the order of their weights, heaviest first; equal ones by number. */
export function orderByWeight(weights: Float64Array): Uint32Array {
  const length = weights.length;
  let most = 0;
  let whole = true;
  for (const weight of weights) {
    if (weight > most) most = weight;
    whole &&= Number.isInteger(weight);
  }
  if (!whole || (most + 1) * length > Number.MAX_SAFE_INTEGER) {
    const order = Uint32Array.from(weights.keys());
    return order.sort((a, b) => weights[b]! - weights[a]! || a - b);
  }
  // Weight and number in one: numbers alone sort many times faster than with a comparison.
  const packed = new Float64Array(length);
  for (let i = 0; i < length; i++) packed[i] = (most - weights[i]!) * length + i;
  packed.sort();
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = packed[i]! % length;
  return order;
}

/** Numbers from 0 up in the order of the ranks of what they stand for. */
export function orderByRank(keys: Int32Array, rankOf: Int32Array): Uint32Array {
  const starts = new Uint32Array(rankOf.length + 2);
  // −1, the root's key, comes first.
  const rank = (key: number): number => key < 0 ? 0 : rankOf[key]! + 1;
  for (const key of keys) starts[rank(key) + 1]!++;
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) order[starts[rank(keys[i]!)]!++] = i;
  return order;
}
