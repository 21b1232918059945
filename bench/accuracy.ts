/**
 * `deno task accuracy [--long]`: how whole and how unbiased the stacks are, beside CPython 3.15's own
 * profiler. The truth is a capture from the target's own CPU, where it cannot run while it is read.
 */
import { basename } from "node:path";
import { findTestPythons, type Python, testedMinors } from "../scripts/pythons.ts";
import {
  countSamples,
  depthDistance,
  meanDepth,
  type Place,
  type Seen,
  shareOf,
} from "../tests/accuracy/captured.ts";
import { findFault, type Grammar } from "../tests/accuracy/grammar.ts";
import { captureCpu, grammarOf, Running, targetCpu } from "../tests/accuracy/running.ts";
import { type Outcome, runCpython, runTachyon } from "./profilers.ts";
import { percent, print, printMachine, printTable } from "./table.ts";

const long = Deno.args.includes("--long");
const seconds = long ? 6 : 2;
const how = { intervalUs: 100, seconds };

/** Samples whose stack cannot have been. */
function countImpossible(grammar: Grammar, seen: readonly Seen[]): number {
  // CPython's profiler gives base names only.
  const script = basename(grammar.script);
  const whole = (place: Place): Place =>
    place.file === script ? { ...place, file: grammar.script } : place;
  return countSamples(seen.filter(({ stack }) => findFault(grammar, stack.map(whole))));
}

async function measureChains(python: Python, work: number): Promise<string[][]> {
  await using target = await Running.start(python.path, "chains.py", ["50", String(work)]);
  const grammar = grammarOf(target, python.version);
  const exact = await runTachyon(python.path, target.pid, { ...how, sameCpu: true });
  const again = await runTachyon(python.path, target.pid, { ...how, sameCpu: true });
  const row = (who: string, { seen, failed }: Outcome): string[] => [
    `${python.minor} ${who}, ${work ? `${work} rounds` : "no work"} a call`,
    `${countImpossible(grammar, seen)} of ${countSamples(seen)}`,
    percent(failed),
    meanDepth(seen).toFixed(2),
    depthDistance(seen, exact.seen).toFixed(3),
  ];
  const rows = [
    row("truth, again", again),
    row("tachyon", await runTachyon(python.path, target.pid, how)),
  ];
  if (python.minor !== "3.15") return rows;
  return [...rows, row("CPython", await runCpython(python.path, target.pid, how))];
}

async function measureLeaf(
  python: Python,
  [depth, loop, work]: readonly [number, number, number],
): Promise<string[]> {
  await using target = await Running.start(python.path, "leaf.py", [depth, loop, work].map(String));
  const share = ({ seen }: Outcome): string =>
    percent(shareOf(seen, (stack) => stack.at(-1)?.name === "leaf"), 1);
  const { path, minor } = python;
  const truth = await runTachyon(path, target.pid, { ...how, sameCpu: true });
  const ours = await runTachyon(path, target.pid, how);
  const again = await runTachyon(path, target.pid, { ...how, sameCpu: true });
  const what = `${minor}, depth ${depth}, loop of ${loop}, ${work ? `${work} rounds` : "no work"}`;
  const row = [what, `${share(truth)}, ${share(again)}`, share(ours)];
  if (minor !== "3.15") return [...row, "", "", ""];
  const theirs = await runCpython(path, target.pid, how);
  const blocking = { ...how, intervalUs: 1000, seconds: long ? 10 : 4, blocking: true };
  const stopped = await runCpython(path, target.pid, blocking);
  return [...row, share(theirs), percent(theirs.failed, 0), share(stopped)];
}

const pythons = (await findTestPythons()).filter(({ minor }) => testedMinors.includes(minor));
await printMachine(`deno task accuracy${long ? " --long" : ""}`, pythons.map((p) => p.version));
print(`Target on CPU ${targetCpu}, profilers on CPU ${captureCpu}, 10 kHz, ${seconds} s each.`);

const chains: string[][] = [];
for (const python of pythons) {
  for (const work of [0, 3, 12]) chains.push(...await measureChains(python, work));
}
print();
print("Two chains of 50 calls in turn:");
printTable(["", "impossible", "rejected", "mean depth", "distance of depths"], chains);

const leaves: string[][] = [];
for (const python of pythons) {
  for (const shape of [[10, 20, 0], [50, 20, 0], [200, 200, 0], [50, 20, 12]] as const) {
    leaves.push(await measureLeaf(python, shape));
  }
}
print();
print(
  "Share of a short function that is called in a loop, the truth before and after; CPython's\n`--blocking` at 1 kHz:",
);
printTable(["", "truth", "tachyon", "CPython", "its failed", "CPython --blocking"], leaves);
