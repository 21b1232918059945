import assert from "node:assert/strict";
import { describeFilter, FilteredProfile, type Tests } from "../../src/analysis/sample_filter.ts";
import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import { NO_STACK } from "../../src/profile/tables.ts";
import { ProfileBuilder } from "../collectors/profiles.ts";

const FILTER = { threads: [], include: ["x"], exclude: [] };

/** Two threads, each once in a stack `main` → `work` and once in `main` alone, and once in none. */
function makeProfile(): { profile: Profile; batch: SampleBatch } {
  const builder = new ProfileBuilder();
  builder.thread(100, "");
  builder.thread(200, "worker-1");
  const main = { file: "/srv/app.py", name: "main", first: 1, line: 2 };
  const work = { file: "/lib/tools.py", name: "Tool.work", first: 5, line: 6 };
  const stacks = [builder.stack([main, work]), builder.stack([main]), NO_STACK];
  const { profile } = builder;
  const batch = {
    length: 6,
    time: Float64Array.of(0, 0, 1, 1, 2, 2),
    thread: Int32Array.of(0, 1, 0, 1, 0, 1),
    stack: Int32Array.of(...stacks.flatMap((stack) => [stack, stack])),
    flags: new Int32Array(6),
  };
  profile.quality.samples = 4;
  profile.quality.rejected[0] = 3;
  profile.timeline.reject(0, 1, 0, 3);
  return { profile, batch };
}

function filter(tests: Tests): { kept: SampleBatch; filtered: Profile } {
  const { profile, batch } = makeProfile();
  const one = new FilteredProfile(profile, FILTER, tests);
  const kept = one.add(batch);
  one.finish();
  assert.equal(profile.quality.filtered, 0);
  return { kept, filtered: one.profile };
}

Deno.test("stacks are kept that have a function or file that fits", () => {
  for (const pattern of [/work/, /tools\.py/]) {
    const { kept, filtered } = filter({ include: (text) => pattern.test(text) });
    assert.equal(kept.length, 2);
    assert.deepEqual([...kept.stack.subarray(0, 2)], [1, 1]);
    assert.deepEqual(filtered.counts.map((column) => [...column.view()]), [[0, 1], [0, 1]]);
    assert.equal(filtered.quality.samples, 2);
    assert.equal(filtered.quality.filtered, 2);
  }
});

Deno.test("stacks are left out that have a function or file that must not be there", () => {
  const { kept } = filter({ exclude: (text) => text.startsWith("Tool.") });
  // Threads without any frame have no such function.
  assert.deepEqual([...kept.stack.subarray(0, kept.length)], [0, 0, NO_STACK, NO_STACK]);
});

Deno.test("threads are known by their names, their ids, and the first one by that of Python", () => {
  const threadsOf = (test: (text: string) => boolean): number[] => {
    const { kept } = filter({ thread: test });
    return [...new Set(kept.thread.subarray(0, kept.length))];
  };
  assert.deepEqual(threadsOf((text) => text === "worker-1"), [1]);
  assert.deepEqual(threadsOf((text) => text === "200"), [1]);
  assert.deepEqual(threadsOf((text) => text === "MainThread"), [0]);
  assert.deepEqual(threadsOf((text) => text === ""), []);
});

Deno.test("a filter keeps those of the samples in steady visits that it keeps of all", () => {
  const { profile, batch } = makeProfile();
  for (const thread of [0, 1]) for (const stack of [0, 1]) profile.control.add(7, thread, stack);
  const one = new FilteredProfile(profile, FILTER, {
    include: (text) => text === "Tool.work",
    thread: (text) => text === "200",
  });
  one.add(batch);
  one.finish();
  const { visit, thread, stack } = one.profile.control;
  assert.deepEqual([visit, thread, stack].map((column) => [...column.view()]), [[7], [1], [1]]);
});

Deno.test("a filtered profile says so, shares tables, and keeps what is known of readings", () => {
  const { filtered } = filter({ thread: (text) => text === "200" });
  assert.deepEqual(filtered.metadata.filters, [FILTER]);
  assert.equal(filtered.stacks.length, 2);
  assert.equal(filtered.quality.rejected[0], 3);
  assert.equal(filtered.timeline.at(0, 1).rejected[0], 3);
  assert.equal(
    filter({ thread: (text) => text === "100" }).filtered.timeline.at(0, 1).rejected[0],
    0,
  );
});

Deno.test("filters are told in words", () => {
  const words = { threads: ["w*", "7"], include: ["a|b"], exclude: ["c"] };
  assert.equal(describeFilter(words), 'threads "w*" or "7", with /a|b/, without /c/');
});
