import assert from "node:assert/strict";
import { REJECTIONS } from "../../src/profile/quality.ts";
import { Timeline } from "../../src/profile/timeline.ts";

/** Counts of the first reasons, and none of all others. */
function rejections(first: readonly number[]): number[] {
  return REJECTIONS.map((_, i) => first[i] ?? 0);
}

Deno.test("readings are counted second by second and thread by thread", () => {
  const timeline = new Timeline();
  timeline.keep(999_999, 0);
  timeline.keep(1_000_000, 0);
  timeline.keep(1_500_000, 2);
  timeline.reject(1_600_000, 2, REJECTIONS.indexOf("broken-chain"));
  timeline.miss(2_000_000, 7);
  assert.equal(timeline.length, 3);
  assert.deepEqual([0, 1, 2].map((step) => timeline.at(step, 0).good), [1, 1, 0]);
  assert.deepEqual(timeline.at(1, 2), { good: 1, rejected: rejections([0, 0, 1]) });
  assert.deepEqual([0, 1, 2].map((step) => timeline.missedAt(step)), [0, 0, 7]);
  assert.equal(timeline.at(1, 9).good, 0);
});

Deno.test("a long capture has longer steps, not more of them, and loses no count", () => {
  const timeline = new Timeline();
  const seconds = 5000;
  for (let second = 0; second < seconds; second++) {
    timeline.keep(second * 1e6 + 1, 1);
    timeline.keep(second * 1e6 + 2, 1);
    timeline.reject(second * 1e6 + 3, 1, second % 2);
    timeline.miss(second * 1e6 + 4, 3);
  }
  assert.equal(timeline.stepUs, 8e6);
  assert.equal(timeline.length, 625);
  for (let step = 0; step < timeline.length; step++) {
    assert.deepEqual(timeline.at(step, 1), { good: 16, rejected: rejections([4, 4]) });
    assert.equal(timeline.missedAt(step), 24);
  }
});

Deno.test("one very late reading makes the steps long enough at once", () => {
  const timeline = new Timeline();
  timeline.keep(0, 0);
  timeline.keep(900e6, 0);
  timeline.keep(1e12, 0);
  const good = Array.from({ length: timeline.length }, (_, step) => timeline.at(step, 0).good);
  assert.ok(timeline.length <= 1024);
  assert.equal(good[0], 2);
  assert.equal(good.at(-1), 1);
});
