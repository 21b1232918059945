import assert from "node:assert/strict";
import { selectSamples } from "../../assets/report/select.ts";
import { layOutTime } from "../../assets/report/spans.ts";
import { buildTree } from "../../assets/report/tree.ts";
import { STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { TimeSlices } from "../../src/report/slices.ts";
import { ProfileBuilder } from "../collectors/profiles.ts";
import { ALL, batchOf, roundTrip } from "./payloads.ts";

/** `f` calls `g` in the first half of a second, `h` in the second; 1 kHz. */
function halves(): { builder: ProfileBuilder; batch: ReturnType<typeof batchOf> } {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const [f, g, h] = ["f", "g", "h"].map((name) => ({ file: "/x.py", name, first: 1, line: 2 }));
  builder.sample(thread, [f!, g!], 500).sample(thread, [f!, h!], 500);
  const samples = Array.from({ length: 1000 }, (_, i) => ({
    time: i * 1000,
    thread,
    stack: i < 500 ? 1 : 2,
    flags: (i < 500 ? STATUS.hasGil | STATUS.onCpu : STATUS.waitsForGil) << STATUS_SHIFT,
  }));
  return { builder, batch: batchOf(samples) };
}

Deno.test("a picture by time shows what ran when, and goes on over slices", async () => {
  const { builder, batch } = halves();
  const model = await roundTrip(builder.profile, [batch]);
  assert.equal(model.header.slices, 100);
  const options = { steps: [], grouping: "function", mergeRecursion: false } as const;
  const tree = buildTree(model, selectSamples(model, ALL), options);
  const boxes = layOutTime(model, ALL, tree, { from: 0, to: 100, least: 0.01 });
  const listed = [...boxes.node].map((node, box) => [
    tree.key[node],
    boxes.left[box],
    boxes.right[box],
  ]);
  assert.deepEqual(listed, [[-1, 0, 100], [0, 0, 100], [1, 0, 50], [2, 50, 100]]);
});

Deno.test("a range of time keeps its samples only", async () => {
  const { builder, batch } = halves();
  const model = await roundTrip(builder.profile, [batch]);
  const selection = selectSamples(model, { without: new Set(), range: [40, 60] });
  assert.equal(selection.samples, 200);
  assert.deepEqual([...selection.self], [0, 100, 100]);
});

Deno.test("states of threads are counted by slice, and only what was seen is told", async () => {
  const { builder, batch } = halves();
  const model = await roundTrip(builder.profile, [batch]);
  assert.deepEqual(model.header.states, ["gil", "cpu", "waiting"]);
  const states = (slice: number): number[] => [...model.groups[slice]!.states];
  assert.deepEqual(states(0), [10, 10, 0, 0, 0]);
  assert.deepEqual(states(99), [0, 0, 10, 0, 0]);
});

Deno.test("slices double in length so that their number has a limit", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  builder.sample(thread, [{ file: "/x.py", name: "f", line: 1 }]);
  const time = new TimeSlices();
  for (let second = 0; second < 3600; second++) {
    time.add(builder.profile, batchOf([{ time: second * 1e6, thread, stack: 0 }]));
  }
  assert.ok(time.slices.length <= 512);
  assert.equal(time.samples, 3600);
  assert.equal(time.entries.length, time.slices.length);
  assert.equal(time.entries.count.view().reduce((sum, count) => sum + count, 0), 3600);
  assert.equal(time.sliceUs, 10_240_000);
});

Deno.test("samples whose times were not all seen are shown without a time line", async () => {
  const { builder } = halves();
  const some = batchOf([{ time: 0, thread: 0, stack: 1 }, { time: 50_000, thread: 0, stack: 1 }]);
  const model = await roundTrip(builder.profile, [some]);
  assert.equal(model.header.slices, 1);
  assert.equal(model.samples, 1000);
});
