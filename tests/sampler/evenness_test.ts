import assert from "node:assert/strict";
import { Evenness } from "../../src/sampler/evenness.ts";

/** Notes a stretch for each of some times, a quarter of a second each. */
function noted(...stretches: number[]): Evenness {
  const evenness = new Evenness();
  for (const stretch of stretches) evenness.note(250_000, stretch);
  return evenness;
}

const times = (count: number, stretch: number): number[] => new Array(count).fill(stretch);

Deno.test("a rate that stays the same is even, however low", () => {
  assert.equal(new Evenness().distance, 0);
  assert.equal(noted(...times(100, 20)).distance, 0);
});

Deno.test("half of the time at a third of the rate puts a quarter of the samples in the wrong place", () => {
  const { distance } = noted(...times(40, 1), ...times(40, 3));
  assert.ok(Math.abs(distance - 0.25) < 1e-9, `${distance}`);
});

Deno.test("changes within a second are none that a program has to do with", () => {
  assert.ok(noted(...times(25, 0).flatMap(() => [1, 2, 1, 2])).distance < 1e-9);
});

Deno.test("a day is judged like a minute, in little memory", () => {
  const quarters = 4 * 86_400;
  const evenness = new Evenness();
  for (let i = 0; i < quarters; i++) evenness.note(250_000, i < quarters / 2 ? 1 : 3);
  assert.ok(Math.abs(evenness.distance - 0.25) < 0.01, `${evenness.distance}`);
});
