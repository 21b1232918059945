import assert from "node:assert/strict";
import { createLoops } from "../../ffi/helper/loops.ts";

const loops = createLoops();

Deno.test("firstDifference agrees with a plain loop when lengths and places vary", () => {
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const store = new Uint8Array(4096).map(() => next(256));
  for (let round = 0; round < 5000; round++) {
    const length = next(round % 2 === 0 ? 40 : 1200);
    const a = store.subarray(next(64), 2048);
    const b = new Uint8Array(2048 + 16).subarray(next(16));
    b.set(a.subarray(0, length));
    for (let change = next(3); change > 0; change--) {
      const at = next(length + 20);
      b[at] = (b[at] ?? 0) ^ (1 << next(8));
    }
    let expected = 0;
    while (expected < length && a[expected] === b[expected]) expected++;
    assert.equal(loops.firstDifference(a, b, length), expected, `round ${round}`);
  }
});
