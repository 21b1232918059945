import assert from "node:assert/strict";
import { PartProfile } from "../../src/analysis/part_profile.ts";
import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import { REPLACED } from "../../src/profile/profile.ts";
import { emptyQuality } from "../../src/profile/quality.ts";
import { NO_STACK } from "../../src/profile/tables.ts";
import { ProfileBuilder } from "../collectors/profiles.ts";

const MAIN = { file: "/srv/app.py", name: "main", first: 1, line: 2 };
const WORK = { file: "/lib/tools.py", name: "work", first: 5, line: 6 };
const REST = { file: "/lib/tools.py", name: "rest", first: 9, line: 9 };

/** Three ticks of two threads: `rest` in the first alone, `work` from then on. */
function makeWhole(): { whole: Profile; batch: SampleBatch } {
  const builder = new ProfileBuilder();
  builder.thread(100);
  builder.thread(200, "worker");
  const rest = builder.stack([MAIN, REST]);
  const work = builder.stack([MAIN, WORK]);
  const batch = {
    length: 6,
    time: Float64Array.of(0, 0, 1000, 1000, 2000, 2000),
    thread: Int32Array.of(0, 1, 0, 1, 0, 1),
    stack: Int32Array.of(rest, rest, work, NO_STACK, work, work),
    flags: new Int32Array(6),
  };
  return { whole: builder.profile, batch };
}

function nameStack({ stacks, frames, strings }: Profile, stack: number): string {
  return stacks.frames(stack).map((frame) => strings[frames.name.at(frame)]).join(" < ");
}

Deno.test("a part has its own times, and nothing in its tables that did not occur in it", () => {
  const { whole, batch } = makeWhole();
  const part = new PartProfile(whole, 1000, {
    ...whole.metadata,
    startedAt: 5000,
    part: { number: 2, atUs: 1000 },
  });
  const own = part.add(batch, 2, 6);
  const { profile } = part;
  assert.deepEqual([...own.time], [0, 0, 1000, 1000]);
  assert.deepEqual([...own.stack].map((stack) => nameStack(profile, stack)), [
    "work < main",
    "",
    "work < main",
    "work < main",
  ]);
  assert.equal(profile.stacks.length, 2);
  assert.deepEqual(
    new Set(profile.strings),
    new Set(["/srv/app.py", "main", "/lib/tools.py", "work"]),
  );
  assert.deepEqual(profile.metadata.part, { number: 2, atUs: 1000 });
  assert.equal(profile.metadata.startedAt, 5000);
  assert.equal(profile.quality.samples, 3);
});

Deno.test("a part counts what was lost in it, and ticks from its beginning to its end", () => {
  const { whole, batch } = makeWhole();
  const part = new PartProfile(whole, 1000, {
    ...whole.metadata,
    startedAt: 5000,
    part: { number: 2, atUs: 1000 },
  });
  part.lose(1500, 1, 2, batch.stack[2]!);
  part.lose(1500, 1, REPLACED, batch.stack[2]!);
  part.miss(1900, 3);
  part.add(batch, 2, 3);
  const before = { ...emptyQuality(), ticks: 10, missedTicks: 1, samples: 8, rejected: [1, 1, 1] };
  const after = { ...emptyQuality(), ticks: 15, missedTicks: 4, samples: 20, rejected: [3, 3, 3] };
  part.close(before, after);
  const { quality, rejectedAt, replacedAt, timeline } = part.profile;
  assert.equal(quality.ticks, 5);
  assert.equal(quality.missedTicks, 3);
  assert.equal(quality.samples, 1);
  assert.deepEqual(quality.rejected, [0, 0, 1, 0, 0, 0, 0]);
  const own = part.profile.stacks.length - 1;
  assert.deepEqual([rejectedAt.at(own), replacedAt.at(own)], [1, 1]);
  assert.equal(timeline.missedAt(0), 3);
});

Deno.test("processes are told apart in parts, each with its own samples", () => {
  const { whole, batch } = makeWhole();
  const info = { parent: 0, command: [], pythonVersion: "3.14.0", startedUs: 0 };
  const quality = { ...emptyQuality(), ticks: 5 };
  whole.processes.push({ ...info, pid: 7, quality: emptyQuality() }, { ...info, pid: 8, quality });
  whole.threads[1] = { ...whole.threads[1]!, process: 1 };
  const part = new PartProfile(whole, 0, whole.metadata);
  part.add(batch, 0, 2);
  quality.ticks = 9;
  const next = new PartProfile(whole, 1000, whole.metadata);
  quality.ticks = 20;
  part.close(emptyQuality(), emptyQuality(), next);
  const [own, ...others] = part.profile.processes;
  assert.deepEqual(others, []);
  assert.deepEqual([own!.pid, own!.quality.ticks, own!.quality.samples], [8, 4, 1]);
  assert.deepEqual(part.profile.threads.map(({ process }) => process), [undefined, 0]);
});

Deno.test("a thread that is renamed has its new name in the part that goes on", () => {
  const { whole, batch } = makeWhole();
  const part = new PartProfile(whole, 0, {
    ...whole.metadata,
    startedAt: 0,
    part: { number: 1, atUs: 0 },
  });
  part.add(batch, 0, 2);
  whole.threads[1] = { ...whole.threads[1]!, name: "renamed" };
  part.add(batch, 2, 3);
  assert.deepEqual(part.profile.threads.map(({ name }) => name), ["", "renamed"]);
});
