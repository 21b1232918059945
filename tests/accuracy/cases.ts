/** Targets whose impossible stacks are known, and what may be found of them. */
import { compareVersions } from "../../scripts/pythons/version.ts";
import { rejectedTotal } from "../../src/profile/quality.ts";
import { type Captured, countSamples, type Seen, seenStacks } from "./captured.ts";
import { findFault } from "./grammar.ts";
import { capture, cpus, type Disturbance, grammarOf, Running } from "./running.ts";

export interface Case {
  readonly what: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly allThreads?: boolean;
  /** Run on all CPUs, the capture's included. */
  readonly everywhere?: boolean;
  /** What else must hold of a stack; a sentence if it does not. */
  readonly rule?: (seen: Seen) => string | undefined;
}

export const cases: readonly Case[] = [
  { what: "chains of calls that share no function", script: "chains.py", args: ["50", "0"] },
  { what: "chains of calls that work", script: "chains.py", args: ["50", "10"] },
  { what: "generators, coroutines and callbacks", script: "maze.py" },
  { what: "recursion that goes up and down", script: "recursion.py" },
  { what: "instances by the thousand", script: "classes.py" },
  { what: "four threads", script: "threads.py", allThreads: true, rule: checkThread },
  { what: "code that is made, run and forgotten", script: "made.py" },
  { what: "recursion to 3000 frames", script: "deep.py", args: ["3000"], rule: checkBottom },
];

/** What else is tried where threads run in parallel. */
export const parallelCases: readonly Case[] = [
  {
    what: "four threads on all CPUs",
    script: "threads.py",
    allThreads: true,
    everywhere: true,
    rule: checkThread,
  },
  { what: "threads that come and go", script: "crews.py", allThreads: true, rule: checkThread },
];

/** The most of the readings that may be thrown away, and of the stacks that may be impossible. */
export interface Bounds {
  readonly rejected: number;
  readonly impossible: number;
}

const bounds: Bounds = { rejected: 0.005, impossible: 0 };
/** Where frames are objects that are used again in any order. */
const oldBounds: Bounds = { rejected: 0.02, impossible: 0.001 };

/** A rate at which programs that call quickly are read from another CPU, too. */
export const fromAfar = { intervalUs: 90, jitter: true };

/** What is asked of a version of Python. */
export function boundsOf(version: string): Bounds {
  return compareVersions(version, "3.11.0") < 0 ? oldBounds : bounds;
}

/** What two seconds of a case gave. */
export interface Outcome {
  readonly captured: Captured;
  readonly samples: number;
  readonly impossible: number;
  readonly rejected: number;
  /** Threads with samples. */
  readonly threads: number;
  /** What is wrong with impossible stacks, the most frequent first; ten at most. */
  readonly faults: readonly string[];
}

/** Captures a case of an interpreter and judges what was found. */
export async function judgeCase(
  python: string,
  one: Case,
  disturb?: Disturbance,
): Promise<Outcome> {
  const { script, args = [], allThreads = false, everywhere = false, rule } = one;
  await using target = await Running.start(python, script, args, everywhere ? cpus : undefined);
  const captured = await capture(target.pid, { ...fromAfar, seconds: 2, allThreads }, disturb);
  const grammar = grammarOf(target, captured.pythonVersion);
  const seen = seenStacks(captured);
  const faults = new Map<string, number>();
  for (const one of seen) {
    const fault = findFault(grammar, one.stack) ?? rule?.(one);
    if (fault !== undefined) faults.set(fault, (faults.get(fault) ?? 0) + one.count);
  }
  const sorted = [...faults].sort(([, a], [, b]) => b - a);
  return {
    captured,
    samples: countSamples(seen),
    impossible: sorted.reduce((sum, [, count]) => sum + count, 0),
    rejected: rejectedTotal(captured.quality),
    threads: new Set(seen.map(({ thread }) => thread)).size,
    faults: sorted.slice(0, 10).map(([fault, count]) => `${count} × ${fault}`),
  };
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
