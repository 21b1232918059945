/** Remembers the last result of a function of values that are compared by identity. */
export function memoize<A extends unknown[], R>(make: (...args: A) => R): (...args: A) => R {
  let last: { args: A; result: R } | undefined;
  return (...args) => {
    if (last === undefined || args.some((value, i) => value !== last!.args[i])) {
      last = { args, result: make(...args) };
    }
    return last.result;
  };
}
