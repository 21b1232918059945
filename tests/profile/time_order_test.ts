import assert from "node:assert/strict";
import { TimeOrder } from "../../src/profile/time_order.ts";
import { Random } from "../recording/random_capture.ts";
import { join } from "../recording/recordings.ts";

/** Pushes times with their place as the stack. */
function pushAll(order: TimeOrder, times: readonly number[]): void {
  times.forEach((time, place) => order.push(time, 0, place, 0));
}

for (const count of [10, 50_000]) {
  for (const spread of [3, 100_000, 2 ** 40, 2 ** 60]) {
    Deno.test(`${count} samples within ${spread} µs come in order, equals as they came`, () => {
      const random = new Random(count + spread);
      const times = Array.from({ length: count }, () => random.below(spread) - 1000);
      const order = new TimeOrder();
      pushAll(order, times);
      const { time, stack } = join(order.release(0));
      const expected = [...times.keys()].sort((a, b) => times[a]! - times[b]! || a - b);
      assert.deepEqual([...stack], expected);
      assert.deepEqual([...time], expected.map((place) => times[place]));
      assert.equal(order.length, 0);
    });
  }
}

Deno.test("samples that are held back come after those that were not, in order with later ones", () => {
  const order = new TimeOrder();
  pushAll(order, [5, 1, 9, 3, 7]);
  assert.deepEqual([...join(order.release(2)).time], [1, 3, 5]);
  pushAll(order, [8, 6]);
  assert.deepEqual([...join(order.release(3)).time], [6]);
  assert.deepEqual([...join(order.release(3)).time], []);
  assert.deepEqual([...join(order.release(0)).time], [7, 8, 9]);
});
