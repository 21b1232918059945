import assert from "node:assert/strict";
import { addOutermost, sumBelow } from "../../src/analysis/outermost.ts";
import { StackGroups } from "../../src/live/stack_groups.ts";
import { StackTable } from "../../src/profile/tables.ts";

const GROUPS = 7;
/** Frames 0 to 20, three to a group. */
const groupOfFrame = Int32Array.from({ length: GROUPS * 3 }, (_, frame) => frame % GROUPS);

/** Adds stacks at random, `deep` of them on top of the one before. */
function grow(stacks: StackTable, count: number, deep: number): void {
  for (let i = 0; i < count; i++) {
    const { length } = stacks;
    const below = Math.random() < deep ? length - 1 : Math.floor(Math.random() * (length + 1)) - 1;
    stacks.push(below, Math.floor(Math.random() * groupOfFrame.length));
  }
}

/** Holds sums that grow with the table against sums of the whole. */
function compare(stacks: StackTable, groups: StackGroups): void {
  const leaves = Float64Array.from({ length: stacks.length }, () => Math.floor(Math.random() * 3));
  const sums = groups.sum(stacks, groupOfFrame, GROUPS, leaves);
  const keyOf = Int32Array.from(stacks.frame.view(), (frame) => groupOfFrame[frame]!);
  const total = new Float64Array(GROUPS);
  addOutermost(stacks, keyOf, sumBelow(stacks, leaves), total);
  const self = new Float64Array(GROUPS);
  leaves.forEach((count, stack) => self[keyOf[stack]!]! += count);
  assert.deepEqual(sums, { samples: leaves.reduce((a, b) => a + b), self, total });
}

for (const [shape, deep] of [["bushy", 0.3], ["deep", 0.999]] as const) {
  Deno.test(`functions of ${shape} trees that grow are summed up as of the whole, recursion once`, () => {
    const stacks = new StackTable();
    const groups = new StackGroups();
    for (const count of [1, 10, 2000, 5, 3000, 0, 1]) {
      grow(stacks, count, deep);
      compare(stacks, groups);
    }
  });
}

Deno.test("stacks without samples yet count nothing", () => {
  const stacks = new StackTable();
  grow(stacks, 5, 1);
  const groups = new StackGroups();
  const sums = groups.sum(stacks, groupOfFrame, GROUPS, Float64Array.of(2));
  assert.equal(sums.self.reduce((a, b) => a + b), 2);
  assert.equal(sums.total.reduce((a, b) => a + b), 2);
});
