import assert from "node:assert/strict";
import { countCalls } from "../../src/analysis/callers.ts";
import { groupFrames } from "../../src/analysis/functions.ts";
import { countMerged, mergeStacks } from "../../src/analysis/merged_stacks.ts";
import type { FrameSpec } from "../collectors/profiles.ts";
import { ProfileBuilder } from "../collectors/profiles.ts";
import { Random } from "../cpython/random.ts";

/** A stack and how often it was seen. */
type Seen = readonly [stack: readonly FrameSpec[], count: number];

/** Random stacks of few functions, so that there is much recursion. */
function makeStacks(random: Random): Seen[] {
  return Array.from({ length: 60 }, () => {
    const stack = Array.from({ length: 1 + random.below(9) }, () => {
      const name = random.pick(["a", "b", "c", "d"]);
      return { file: "x.py", name, first: 1, line: 1 + random.below(2) };
    });
    return [stack, 1 + random.below(5)];
  });
}

function build(seen: readonly Seen[]): ProfileBuilder {
  const builder = new ProfileBuilder();
  const threads = [builder.thread(1), builder.thread(2)];
  for (const [index, [stack, count]] of seen.entries()) {
    builder.sample(threads[index % 2]!, stack, count);
  }
  return builder;
}

function add(counts: Map<string, number>, keys: Iterable<string>, count: number): void {
  for (const key of new Set(keys)) counts.set(key, (counts.get(key) ?? 0) + count);
}

Deno.test("calls are counted once a sample, like those of stacks looked at one by one", () => {
  const seen = makeStacks(new Random(11));
  const self = new Map<string, number>();
  const total = new Map<string, number>();
  const callSelf = new Map<string, number>();
  const callTotal = new Map<string, number>();
  for (const [stack, count] of seen) {
    const names = stack.map(({ name }) => name);
    const calls = names.slice(1).map((name, index) => `${names[index]}>${name}`);
    add(self, names.slice(-1), count);
    add(total, names, count);
    add(callSelf, calls.slice(-1), count);
    add(callTotal, calls, count);
  }

  const { profile } = build(seen);
  const { functionOf, firstFrame } = groupFrames(profile);
  const nameOf = (group: number): string =>
    profile.strings[profile.frames.name.at(firstFrame[group]!)]!;
  const graph = countCalls(profile, functionOf, firstFrame.length);
  for (const group of firstFrame.keys()) {
    assert.equal(graph.self[group], self.get(nameOf(group)) ?? 0);
    assert.equal(graph.total[group], total.get(nameOf(group)));
  }
  assert.equal(graph.calls.length, callTotal.size);
  for (const { caller, callee, self, total } of graph.calls) {
    const call = `${nameOf(caller)}>${nameOf(callee)}`;
    assert.deepEqual([self, total], [callSelf.get(call) ?? 0, callTotal.get(call)], call);
  }
});

Deno.test("merged stacks have the counts of all stacks that read the same", () => {
  const seen = makeStacks(new Random(12));
  const expected = new Map<string, number>();
  for (const [stack, count] of seen) add(expected, [stack.map(({ name }) => name).join()], count);

  const { profile } = build(seen);
  const { functionOf, firstFrame } = groupFrames(profile);
  const merged = mergeStacks(profile.stacks, functionOf);
  const scratch = new Float64Array(merged.stacks.length);
  const found = new Map<string, number>();
  for (const column of profile.counts) {
    for (const [stack, count] of countMerged(column, merged, scratch)) {
      const names = merged.stacks.frames(stack).reverse().map((group) =>
        profile.strings[profile.frames.name.at(firstFrame[group]!)]!
      );
      add(found, [names.join()], count);
    }
  }
  assert.deepEqual(found, expected);
  assert.ok(scratch.every((count) => count === 0));
});
