import assert from "node:assert/strict";
import { rejectedTotal } from "../../src/profile/quality.ts";
import { countSamples, seenStacks } from "../accuracy/captured.ts";
import { findFault } from "../accuracy/grammar.ts";
import { testedPythons } from "../accuracy/pythons.ts";
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

/** The most of the readings that may be thrown away. */
const MOST_REJECTED = 0.005;

for (const python of await testedPythons()) {
  for (const { what, script, args = [], allThreads = false } of cases) {
    Deno.test(`no stack of a stopped Python ${python.minor} is impossible when it runs ${what}`, async () => {
      await using target = await Running.start(python.path, script, args);
      const how = { intervalUs: 1000, seconds: 2, allThreads, consistency: "blocking" } as const;
      const { summary, quality, ...captured } = await capture(target.pid, how);
      const seen = seenStacks({ summary, quality, ...captured });
      const grammar = grammarOf(target, captured.pythonVersion);
      const faults = seen.map(({ stack }) => findFault(grammar, stack));
      assert.deepEqual(faults.filter((fault) => fault !== undefined), []);
      const rejected = rejectedTotal(quality);
      const counts = JSON.stringify({ quality, summary });
      assert.ok(rejected / (rejected + quality.samples) <= MOST_REJECTED, counts);
      assert.ok(countSamples(seen) > 300, counts);
      // The last stop may be longer than what was left of the allowance.
      assert.ok(summary.stops!.stoppedUs <= 0.3 * summary.durationUs, counts);
    });
  }
}
