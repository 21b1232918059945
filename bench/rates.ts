/** The highest rate of good samples, and CPU time at ordinary rates, beside CPython's profiler. */
import { type How, Running } from "../tests/accuracy/running.ts";
import { type Outcome, runCpython, runExecutable, runTachyon } from "./profilers.ts";
import { median, percent, print, printTable } from "./table.ts";

const counter = new URL("count.py", import.meta.url).pathname;

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Of one capture; whole ones. */
  readonly seconds: number;
}

/** Both profilers in turn, some times, on one target. */
async function alternate<Ours>(
  run: (python: string, pid: number, how: How) => Promise<Ours>,
  python: string,
  depth: number,
  intervalUs: number,
  { rounds, seconds }: Effort,
): Promise<{ ours: Ours[]; theirs: Outcome[] }> {
  await using target = await Running.start(python, counter, [String(depth)]);
  const ours: Ours[] = [];
  const theirs: Outcome[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await run(python, target.pid, { intervalUs, seconds }));
    theirs.push(await runCpython(python, target.pid, { intervalUs, seconds }));
  }
  return { ours, theirs };
}

/** Prints how many good samples a second each can take. */
export async function benchRates(python: string, effort: Effort): Promise<void> {
  const rows: string[][] = [];
  for (const depth of [10, 50, 200]) {
    const { ours, theirs } = await alternate(runTachyon, python, depth, 1, effort);
    const good = (runs: Outcome[]): number => median(runs.map((run) => run.good / effort.seconds));
    const failed = (runs: Outcome[]): string => percent(median(runs.map((run) => run.failed)));
    rows.push([
      `${depth}`,
      good(ours).toFixed(0),
      failed(ours),
      good(theirs).toFixed(0),
      failed(theirs),
      (good(ours) / good(theirs)).toFixed(1),
    ]);
  }
  print();
  print(`Good samples a second, as fast as it goes (interval 1 µs); ${describe(effort)}:`);
  printTable(["depth", "tachyon", "rejected", "CPython 3.15", "failed", "ratio"], rows);
}

/** Of a capture that is long beside what it takes to start. */
const LONG_SECONDS = 60;

/**
 * Prints the CPU time of captures of the executable at ordinary rates, its start and end included.
 * @param isLong measure a long capture, too.
 */
export async function benchCpu(python: string, effort: Effort, isLong: boolean): Promise<void> {
  const rows: string[][] = [];
  const { rounds } = effort;
  const long = { rounds, seconds: LONG_SECONDS };
  const usual = [
    { hz: 1000, each: effort, isKept: false },
    ...(isLong ? [{ hz: 1000, each: long, isKept: false }] : []),
    { hz: 10_000, each: effort, isKept: false },
    // It is read from another CPU there.
    { hz: 12_500, each: effort, isKept: false },
  ];
  const kept = usual.slice(0, -1).map((one) => ({ ...one, isKept: true }));
  for (const { hz, each, isKept } of [...usual, ...kept]) {
    const options = isKept ? ["--max-slowdown", "100"] : [];
    const run: typeof runExecutable = (python, pid, how) =>
      runExecutable(python, pid, how, options);
    const { ours, theirs } = await alternate(run, python, 50, 1e6 / hz, each);
    const cpu = (runs: readonly Pick<Outcome, "cpu">[]): number =>
      median(runs.map((run) => run.cpu));
    rows.push([
      `${hz}${isKept ? ", kept" : ""}`,
      `${each.seconds}`,
      cpu(ours).toFixed(2),
      median(ours.map((run) => run.rate)).toFixed(0),
      [...new Set(ours.map((run) => run.rejected))].join(", "),
      cpu(theirs).toFixed(2),
      median(theirs.map((run) => run.rate)).toFixed(0),
      percent(median(theirs.map((run) => run.failed))),
      (cpu(ours) / cpu(theirs)).toFixed(2),
    ]);
  }
  print();
  print(`CPU seconds of a capture at depth 50, start and end included; medians of ${rounds} each.`);
  print("Kept: whatever exact readings take of the program's time (--max-slowdown 100):");
  printTable(
    ["Hz", "s", "tachyon", "achieved", "rejected", "CPython 3.15", "achieved", "failed", "ratio"],
    rows,
  );
}

function describe({ rounds, seconds }: Effort): string {
  return `${rounds} × ${seconds} s each in turn, medians`;
}
