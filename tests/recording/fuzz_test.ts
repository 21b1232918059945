import assert from "node:assert/strict";
import { sourceOfBytes } from "./recordings.ts";
import { openRecording } from "../../src/recording/open.ts";
import { makeSources } from "./mutations.ts";
import { Random } from "./random_capture.ts";

/** Cases; `deno task recordings` has a million. */
const CASES = Number(Deno.env.get("TACHYON_FUZZ") ?? 20_000);
/** What reading a file of a few kilobytes may take at most. */
const MOST_MS = 5000;
const MOST_MEMORY = 512 * 1024 * 1024;
/** And the process in all, with what the system's allocator keeps of memory that was given back. */
const MOST_GROWTH = 1024 * 1024 * 1024;

Deno.test(`a reader of ${CASES} broken recordings ends, in bounded time and memory`, async () => {
  const sources = makeSources(16);
  const seeds = new Random(Number(Deno.env.get("TACHYON_FUZZ_SEED") ?? 1));
  const atStart = Deno.memoryUsage().rss;
  const ends = { fault: 0, whole: 0, recovered: 0 };
  for (let number = 0; number < CASES; number++) {
    const seed = seeds.below(2 ** 31);
    const bytes = sources[number % sources.length]!(new Random(seed));
    const start = performance.now();
    try {
      const recording = openRecording(sourceOfBytes(bytes));
      if ("code" in recording) ends.fault++;
      else {
        let samples = 0;
        for (const batch of recording.read()) samples += batch.length;
        assert.ok(recording.progress >= 0 && recording.progress <= 1);
        assert.ok(Number.isFinite(recording.summary.durationUs));
        assert.ok(recording.samples === 0 || samples <= recording.samples);
        ends[recording.recovered === undefined ? "whole" : "recovered"]++;
      }
    } catch (error) {
      throw new Error(`case ${number}, random numbers of ${seed}`, { cause: error });
    }
    const took = performance.now() - start;
    assert.ok(took < MOST_MS, `case ${number}, random numbers of ${seed}: ${took} ms`);
    if (number % 200 === 0) {
      // What was closed is let go of at the next turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const { rss, heapUsed, external } = Deno.memoryUsage();
      assert.ok(
        heapUsed + external < MOST_MEMORY,
        `${heapUsed + external} bytes in case ${number}`,
      );
      assert.ok(rss - atStart < MOST_GROWTH, `${rss - atStart} bytes more after case ${number}`);
    }
  }
  // A change that nothing notices, one that is noticed late, and one that leaves nothing to read.
  for (const [end, count] of Object.entries(ends)) {
    assert.ok(count > CASES / 50, `${end}: ${count} of ${CASES}`);
  }
});
