import assert from "node:assert/strict";
import { describeDoing } from "../../src/cli/thread_lines.ts";
import type { Mode } from "../../src/profile/metadata.ts";
import { Profile, STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { ProfileBuilder } from "../collectors/profiles.ts";

/** A profile of threads whose samples have these states. */
function profileOf(mode: Mode, threads: Readonly<Record<string, readonly number[]>>): Profile {
  const { metadata } = new ProfileBuilder({ mode }).profile;
  const profile = new Profile(metadata);
  profile.quality.ticks = 8;
  for (const [id, [name, states]] of Object.entries(threads).entries()) {
    profile.threads.push({ tid: id === 0 ? 0 : 40 + id, name, main: id === 0, interpreter: 0 });
    profile.add({
      length: states.length,
      time: Float64Array.from(states, (_, i) => i * 1000),
      thread: new Int32Array(states.length).fill(id),
      stack: new Int32Array(states.length),
      flags: Int32Array.from(states, (status) => status << STATUS_SHIFT),
    });
  }
  return profile;
}

const { hasGil, onCpu, waitsForGil, hasException, cpuUnknown, main } = STATUS;

Deno.test("threads are told with the shares of what they did, the busiest first, those without samples not", () => {
  const profile = profileOf("wall", {
    "": [main, main, main | cpuUnknown, main | hasException],
    "work\x1b[31m": [hasGil | onCpu, hasGil, waitsForGil, hasGil | onCpu],
    "none": [],
  });
  assert.deepEqual(describeDoing(profile), [
    "work\\x1b[31m (41): GIL 75.0%, waits for it 25.0%, on a CPU 50.0%, exceptions 0%",
    "main thread: GIL 0%, waits for it 0%, on a CPU 0%, exceptions 25.0%",
  ]);
});

Deno.test("what nobody looked at is not told, and many threads are cut short", () => {
  assert.deepEqual(describeDoing(profileOf("wall", { "a": [cpuUnknown] })), ["a: not known"]);
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`t${i}`, [0]]));
  const lines = describeDoing(profileOf("wall", many));
  assert.deepEqual([lines.length, lines.at(-1)], [21, "10 more threads do less"]);
});

Deno.test("in a mode threads are told with the share of time that was kept", () => {
  const profile = profileOf("gil", { "a": [hasGil | cpuUnknown, hasGil | cpuUnknown] });
  assert.deepEqual(describeDoing(profile), ["a: has the GIL 25.0% of the time"]);
});
