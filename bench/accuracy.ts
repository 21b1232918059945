/**
 * `deno task accuracy [--long] [chains] [leaves] [marks] [start] [states] [tasks] [threads] [tree]`: how whole and how unbiased the stacks are, and how right marks, states, tasks and short threads, beside CPython 3.15's own
 * profiler. The truth is a capture from the target's own CPU, where it cannot run while it is read.
 */
import { basename } from "node:path";
import {
  findFreeThreadedPythons,
  findTestPythons,
  olderMinors,
  type Python,
  testedMinors,
} from "../scripts/pythons.ts";
import {
  countSamples,
  depthDistance,
  meanDepth,
  type Place,
  type Seen,
  shareOf,
} from "../tests/accuracy/captured.ts";
import { plusMinus } from "../src/analysis/intervals.ts";
import { findFault, type Grammar } from "../tests/accuracy/grammar.ts";
import { captureCpu, grammarOf, Running, targetCpu } from "../tests/accuracy/running.ts";
import { measureMarks } from "./marks.ts";
import { type Outcome, type OwnOutcome, runCpython, runTachyon } from "./profilers.ts";
import { measureStart } from "./start.ts";
import { measureStates } from "./state_accuracy.ts";
import { measureTasks } from "./task_accuracy.ts";
import { measureThreads } from "./thread_accuracy.ts";
import { measureTree } from "./tree_accuracy.ts";
import { percent, print, printMachine, printTable } from "./table.ts";

const long = Deno.args.includes("--long");
const only = Deno.args.filter((argument) => argument !== "--long");
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
const seconds = 2;
const rounds = long ? 5 : 1;
const how = { intervalUs: 100, seconds };
/** Where the rate is kept, whatever exact readings would take. */
const faster = { intervalUs: 80, seconds, jitter: true };
/** Often enough, and seldom enough for the target to have its CPU, and the caches of it, to itself in between. */
const true2kHz = { intervalUs: 500, seconds: 2.5 * seconds, sameCpu: true };

/** Depth, calls of the leaf in its loop, and rounds that each of them runs. */
const shapes = [
  [10, 20, 0],
  [10, 200, 0],
  [50, 20, 0],
  [50, 200, 0],
  [200, 20, 0],
  [200, 200, 0],
  [50, 20, 12],
] as const;

/** The free-threaded one that has all that is measured. */
async function findParallel(): Promise<Python[]> {
  return (await findFreeThreadedPythons()).filter(({ minor }) => minor === "3.14");
}

/** Samples whose stack cannot have been. */
function countImpossible(grammar: Grammar, seen: readonly Seen[]): number {
  // CPython's profiler gives base names only.
  const script = basename(grammar.script);
  const whole = (place: Place): Place =>
    place.file === script ? { ...place, file: grammar.script } : place;
  return countSamples(seen.filter(({ stack }) => findFault(grammar, stack.map(whole))));
}

/** The same capture several times. */
interface Repeated {
  readonly seen: readonly Seen[][];
  readonly failed: readonly number[];
}

/** Captures in turn, round by round: two true ones, ours, ours with `--exact` and at a higher rate, and CPython's. */
async function measureChains(python: Python, work: number): Promise<string[][]> {
  await using target = await Running.start(python.path, "chains.py", ["50", String(work)]);
  const { path, minor } = python;
  const { pid } = target;
  const grammar = grammarOf(target, python.version);
  const ways: Record<string, () => Promise<Outcome>> = {
    "truth": () => runTachyon(path, pid, true2kHz),
    "truth, again": () => runTachyon(path, pid, true2kHz),
    "tachyon": () => runTachyon(path, pid, how),
    "tachyon --exact": () =>
      runTachyon(path, pid, { ...how, consistency: "exact", maxSlowdown: 1 }),
    "tachyon at 12.5 kHz": () => runTachyon(path, pid, faster),
    ...(minor === "3.15" ? { "CPython": () => runCpython(path, pid, how) } : {}),
  };
  const results = new Map<string, Repeated>();
  for (let round = 0; round < rounds; round++) {
    for (const [who, run] of Object.entries(ways)) {
      const { seen, failed } = await run();
      const before = results.get(who) ?? { seen: [], failed: [] };
      results.set(who, { seen: [...before.seen, [...seen]], failed: [...before.failed, failed] });
    }
  }
  const truth = results.get("truth")!;
  return Object.keys(ways).slice(1).map((who) => {
    const { seen, failed } = results.get(who)!;
    const all = seen.flat();
    const distances = seen.map((one, round) => depthDistance(one, truth.seen[round]!));
    return [
      `${minor} ${who}, ${work ? `${work} rounds` : "no work"} a call`,
      `${countImpossible(grammar, all)} of ${countSamples(all)}`,
      percent(Math.max(...failed)),
      `${meanDepth(all).toFixed(2)} (${meanDepth(truth.seen.flat()).toFixed(2)})`,
      `${depthDistance(all, truth.seen.flat()).toFixed(3)}`,
      distances.map((distance) => distance.toFixed(3)).join(" "),
    ];
  });
}

/** Readings a second, in kHz. */
function rate(outcome: Outcome): string {
  return `${(outcome.rate / 1000).toFixed(1)} kHz`;
}

async function measureLeaf(
  python: Python,
  [depth, loop, work]: readonly [number, number, number],
): Promise<string[]> {
  await using target = await Running.start(python.path, "leaf.py", [depth, loop, work].map(String));
  const leaf = ({ seen }: Outcome): number =>
    shareOf(seen, (stack) => stack.at(-1)?.name === "leaf");
  const share = (outcome: Outcome): string => percent(leaf(outcome), 1);
  const within = (outcome: OwnOutcome): string =>
    `${share(outcome)} ± ${(plusMinus(leaf(outcome), outcome.independent) * 100).toFixed(1)}`;
  const { path, minor } = python;
  const truth = await runTachyon(path, target.pid, true2kHz);
  const ours = await runTachyon(path, target.pid, how);
  const exact = await runTachyon(path, target.pid, {
    ...how,
    intervalUs: 1000,
    consistency: "exact",
  });
  const beyond = await runTachyon(path, target.pid, faster);
  const again = await runTachyon(path, target.pid, true2kHz);
  const what = `${minor}, depth ${depth}, loop of ${loop}, ${work ? `${work} rounds` : "no work"}`;
  const row = [
    what,
    `${within(truth)}, ${within(again)}`,
    within(ours),
    rate(ours),
    within(exact),
    within(beyond),
  ];
  if (minor !== "3.15") return [...row, "", "", ""];
  const theirs = await runCpython(path, target.pid, how);
  const blocking = { ...how, intervalUs: 1000, seconds: long ? 10 : 4, blocking: true };
  const stopped = await runCpython(path, target.pid, blocking);
  return [...row, share(theirs), percent(theirs.failed, 0), share(stopped)];
}

const pythons = (await findTestPythons()).filter(({ minor }) => testedMinors.includes(minor));
await printMachine(`deno task accuracy${long ? " --long" : ""}`, pythons.map((p) => p.version));
print(
  `Target on CPU ${targetCpu}, profilers on CPU ${captureCpu}, asked for 10 kHz, ${seconds} s each; ` +
    `truth at 2 kHz, ${true2kHz.seconds} s.`,
);

if (wanted("chains")) {
  const rows: string[][] = [];
  for (const python of pythons) {
    for (const work of [0, 3, 12]) rows.push(...await measureChains(python, work));
  }
  print();
  print(`Two chains of 50 calls in turn, ${rounds} × ${seconds} s, captures of all kinds in turn:`);
  printTable(
    [
      "",
      "impossible",
      "most rejected",
      "mean depth (truth)",
      "distance of depths",
      "in each round",
    ],
    rows,
  );
}

if (wanted("leaves")) {
  const rows: string[][] = [];
  for (const python of pythons) {
    for (const shape of shapes) rows.push(await measureLeaf(python, shape));
  }
  print();
  print(
    "Share of a short function that is called in a loop, the truth before and after; tachyon's",
  );
  print("`--exact` and CPython's `--blocking` at 1 kHz:");
  printTable(
    [
      "",
      "truth, %",
      "tachyon",
      "its rate",
      "tachyon --exact",
      "at 12.5 kHz",
      "CPython",
      "its failed",
      "CPython --blocking",
    ],
    rows,
  );
}

/** One interpreter of each version, those without a GIL last. */
async function findAll(): Promise<Python[]> {
  const supported = (await findTestPythons()).filter(({ minor, freeThreaded }) =>
    [...olderMinors, ...testedMinors].includes(minor) && !freeThreaded
  );
  return [...supported, ...await findParallel()];
}

if (wanted("marks")) {
  const rows: string[][] = [];
  for (const python of await findAll()) {
    rows.push(...await measureMarks(python, long ? 10 : 4));
  }
  print();
  print(
    "Shares that programs measure themselves, at 1 kHz; each profiler's truth is of its own time:",
  );
  printTable(["", "truth", "tachyon", "truth", "CPython --native"], rows);
}

if (wanted("start")) {
  const newest = pythons.find(({ minor }) => minor === "3.15");
  if (newest !== undefined) await measureStart(newest.path, long ? 20 : 5);
}

if (wanted("states")) {
  const minors = ["3.9", "3.12", ...testedMinors];
  const all = (await findTestPythons()).filter(({ minor }) => minors.includes(minor));
  all.push(...await findParallel());
  await measureStates(all, long ? 10 : 5);
}

if (wanted("tasks")) {
  const able = (await findTestPythons()).filter(({ minor }) =>
    [...olderMinors, ...testedMinors].includes(minor) && Number(minor.slice(2)) >= 11
  );
  able.push(...await findParallel());
  await measureTasks(able, long ? 10 : 4);
}

if (wanted("threads")) await measureThreads(await findAll(), long ? 10 : 4);

if (wanted("tree")) {
  const [other] = pythons;
  for (const python of pythons.slice(1).reverse()) await measureTree(python, other!);
}
