import assert from "node:assert/strict";
import { type Clocks, watchSleep } from "../../src/cli/sleep_watch.ts";

function watch(...readings: (Clocks | undefined)[]): () => number {
  return watchSleep(() => readings.shift());
}

Deno.test("the machine was asleep for as long as one clock went on and the other stood still", () => {
  const asleep = watch(
    { always: 50e6, awake: 3e6 },
    { always: 60e6, awake: 13e6 },
    { always: 3_660e6, awake: 13e6 },
  );
  assert.equal(asleep(), 0);
  assert.equal(asleep(), 3600e6);
});

Deno.test("what clocks differ by while they are read is no sleep, nor is what no clock tells", () => {
  assert.equal(watch({ always: 0, awake: 0 }, { always: 10_400_000, awake: 10_000_000 })(), 0);
  assert.equal(watch({ always: 0, awake: 0 }, { always: 9_000_000, awake: 10_000_000 })(), 0);
  assert.equal(watch(undefined, { always: 5e6, awake: 0 })(), 0);
  assert.equal(watchSleep()(), 0);
});
