import assert from "node:assert/strict";
import { minorOf } from "../../scripts/pythons.ts";
import { rejectedTotal } from "../../src/profile/quality.ts";
import { countSamples, seenStacks } from "../accuracy/captured.ts";
import { findFault } from "../accuracy/grammar.ts";
import { parallelPythons, testedPythons } from "../accuracy/pythons.ts";
import { capture, grammarOf, Running } from "../accuracy/running.ts";

interface Case {
  readonly what: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly allThreads?: boolean;
}

const cases: readonly Case[] = [
  { what: "chains of calls that share no function", script: "chains.py", args: ["50", "0"] },
  { what: "generators, coroutines and callbacks", script: "maze.py" },
  { what: "four threads", script: "threads.py", allThreads: true },
];

/** The share of the readings that may be thrown away; a few are no share. */
const MOST_REJECTED = 0.005;
const FEW_REJECTED = 5;
/** Samples that tell enough; where stops take long, as others use the machine, there is more than one capture. */
const ENOUGH = 300;
const MOST_CAPTURES = 20;

for (const python of [...await testedPythons(), ...await parallelPythons()]) {
  // Where threads run in parallel, that they do is what there is to see.
  const chosen = cases.filter(({ allThreads }) => allThreads || !python.freeThreaded);
  for (const { what, script, args = [], allThreads = false } of chosen) {
    Deno.test(`no stack of a stopped Python ${minorOf(python)} is impossible when it runs ${what}`, async () => {
      await using target = await Running.start(python.path, script, args);
      const how = { intervalUs: 1000, seconds: 2, allThreads, consistency: "blocking" } as const;
      let [samples, judged, rejected] = [0, 0, 0];
      for (let tries = 0; samples <= ENOUGH && tries < MOST_CAPTURES; tries++) {
        const { summary, quality, ...captured } = await capture(target.pid, how);
        const seen = seenStacks({ summary, quality, ...captured });
        const grammar = grammarOf(target, captured.pythonVersion);
        const faults = seen.map(({ stack }) => findFault(grammar, stack));
        assert.deepEqual(faults.filter((fault) => fault !== undefined), []);
        samples += countSamples(seen);
        // A target that gets no CPU between two stops stands where it stood: that is the machine's doing.
        if (quality.ticks > quality.missedTicks) {
          rejected += rejectedTotal(quality);
          judged += rejectedTotal(quality) + quality.samples;
        }
        // The last stop may be longer than what was left of the allowance.
        const { stoppedUs } = summary.stops!;
        assert.ok(stoppedUs <= 0.3 * summary.durationUs, JSON.stringify({ quality, summary }));
      }
      const counts = `${samples} samples, ${rejected} of ${judged} rejected`;
      assert.ok(samples > ENOUGH, counts);
      assert.ok(rejected <= FEW_REJECTED + MOST_REJECTED * judged, counts);
    });
  }
}

Deno.test("200 threads and the one that runs are all read while they are stopped", async () => {
  const script = new URL("../e2e/targets/many_threads.py", import.meta.url).pathname;
  const [python] = (await testedPythons()).slice(-1);
  await using target = await Running.start(python!.path, script, ["200"]);
  const how = { intervalUs: 50_000, allThreads: true, consistency: "blocking" } as const;
  let samples: number[] = [];
  for (let tries = 0; samples.length === 0 && tries < MOST_CAPTURES; tries++) {
    const captured = await capture(target.pid, { ...how, seconds: 1 });
    const { quality, tids } = captured;
    // Where others have the machine, it may be that no stop was in time.
    if (quality.samples === 0) continue;
    assert.equal(tids.length, 201);
    const seen = seenStacks(captured);
    samples = tids.map((_, thread) => countSamples(seen.filter((one) => one.thread === thread)));
    const leaves = new Set(seen.map(({ stack }) => stack.at(-1)!.name.split(".").at(-1)));
    assert.deepEqual([...leaves].sort(), ["wait", "work"]);
    assert.ok(rejectedTotal(quality) <= FEW_REJECTED + MOST_REJECTED * quality.samples);
  }
  assert.ok(Math.min(...samples) > 0, samples.join());
});
