import assert from "node:assert/strict";
import { rejectedTotal } from "../../src/profile/quality.ts";
import { type Captured, countSamples, type Seen, seenStacks } from "./captured.ts";
import { findFault } from "./grammar.ts";
import { compareVersions } from "../../scripts/pythons/version.ts";
import { testedMinors } from "../../scripts/pythons.ts";
import { allPythons } from "./pythons.ts";
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

/** The most of the readings that may be thrown away, and of the stacks that may be impossible. */
const bounds = { rejected: 0.005, impossible: 0 };
/** Where frames are objects that are used again in any order, up to 3.10. */
const oldBounds = { rejected: 0.02, impossible: 0.001 };
/** Cases that are enough where a version is not tested throughout. */
const fewCases = ["chains.py", "maze.py", "recursion.py", "threads.py"];

for (const python of await allPythons()) {
  const most = compareVersions(python.version, "3.11.0") < 0 ? oldBounds : bounds;
  const isFull = testedMinors.includes(python.minor) || Deno.env.get("TACHYON_TESTS") === "all";
  const some = cases.filter((one) => isFull || fewCases.includes(one.script));
  for (const { what, script, args = [], allThreads = false, rule } of some) {
    Deno.test(`no stack is impossible and few are rejected when a Python ${python.minor} runs ${what}`, async () => {
      await using target = await Running.start(python.path, script, args);
      const captured = await capture(target.pid, { intervalUs: 100, seconds: 2, allThreads });
      const grammar = grammarOf(target, captured.pythonVersion);
      const seen = seenStacks(captured);
      const judge = (one: Seen): string | undefined => findFault(grammar, one.stack) ?? rule?.(one);
      const impossible = countSamples(seen.filter((one) => judge(one) !== undefined));
      const within = impossible <= most.impossible * countSamples(seen);
      assert.ok(within, listFaults(seen, judge).join("\n"));
      const rejected = rejectedShare(captured);
      assert.ok(rejected <= most.rejected, `rejected: ${JSON.stringify(captured.quality)}`);
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
