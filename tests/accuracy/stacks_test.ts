import assert from "node:assert/strict";
import { rejectedTotal } from "../../src/profile/quality.ts";
import { type Captured, countSamples, type Seen, seenStacks } from "./captured.ts";
import { findFault } from "./grammar.ts";
import { testedPythons } from "./pythons.ts";
import { capture, grammarOf, Running } from "./running.ts";

interface Case {
  readonly what: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly allThreads?: boolean;
  /** What else must hold of a stack; a sentence if it does not. */
  readonly rule?: (seen: Seen) => string | undefined;
}

const cases: readonly Case[] = [
  { what: "chains of calls that share no function", script: "chains.py", args: ["50", "0"] },
  { what: "chains of calls that work", script: "chains.py", args: ["50", "10"] },
  { what: "generators, coroutines and callbacks", script: "maze.py" },
  { what: "recursion that goes up and down", script: "recursion.py" },
  { what: "instances by the thousand", script: "classes.py" },
  { what: "four threads", script: "threads.py", allThreads: true, rule: checkThread },
  { what: "code that is made, run and forgotten", script: "made.py" },
  { what: "recursion to 3000 frames", script: "deep.py", args: ["3000"], rule: checkBottom },
];

/** The most of the readings that may be thrown away. */
const MOST_REJECTED = 0.005;

for (const python of await testedPythons()) {
  for (const { what, script, args = [], allThreads = false, rule } of cases) {
    Deno.test(`no stack is impossible and few are rejected when a Python ${python.minor} runs ${what}`, async () => {
      await using target = await Running.start(python.path, script, args);
      const captured = await capture(target.pid, { intervalUs: 100, seconds: 2, allThreads });
      const grammar = grammarOf(target, captured.pythonVersion);
      const seen = seenStacks(captured);
      assert.deepEqual(listFaults(seen, (one) => findFault(grammar, one.stack) ?? rule?.(one)), []);
      const rejected = rejectedShare(captured);
      assert.ok(rejected <= MOST_REJECTED, `rejected: ${JSON.stringify(captured.quality)}`);
      assert.ok(countSamples(seen) > 1000, `samples: ${JSON.stringify(captured.quality)}`);
    });
  }
}

/** What is wrong with stacks, the most frequent first; ten at most. */
function listFaults(seen: readonly Seen[], judge: (one: Seen) => string | undefined): string[] {
  const counts = new Map<string, number>();
  for (const one of seen) {
    const fault = judge(one);
    if (fault !== undefined) counts.set(fault, (counts.get(fault) ?? 0) + one.count);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, 10).map(([fault, count]) => `${count} × ${fault}`);
}

function rejectedShare({ quality }: Captured): number {
  const rejected = rejectedTotal(quality);
  return rejected / (rejected + quality.samples);
}

/** A thread's functions begin with its letter. */
function checkThread({ stack }: Seen): string | undefined {
  const letters = new Set(
    stack.filter((place) => place.file === "<threads>").map((place) => place.name[0]),
  );
  return letters.size > 1 ? `one thread in functions of ${[...letters].join(" and ")}` : undefined;
}

/** `rest` is called by the 3001st `down`. */
function checkBottom({ stack }: Seen): string | undefined {
  const depth = stack.filter((place) => place.name === "down").length;
  const rests = stack.at(-1)?.name === "rest";
  if (depth > 3001 || (rests && depth !== 3001)) return `${depth} calls of down`;
  return undefined;
}
