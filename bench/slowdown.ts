/** How much a target is slowed down: it counts its own rounds, with and without a profiler in turn. */
import { captureCpu, type How, Running } from "../tests/accuracy/running.ts";
import { cpythonCommand, usualCommand } from "./profilers.ts";
import { median, percent, print, printTable } from "./table.ts";

const counter = new URL("count.py", import.meta.url).pathname;
/** Of a capture, whole seconds; the first one is the profiler's start, and not counted. */
const SECONDS = 3;
const START_MS = 1000;
const COUNTED_MS = 1800;

/** How fast a target runs. */
interface Speed {
  /** Rounds a second. */
  readonly wall: number;
  /** Rounds a second of its own CPU time: does not see that others take its CPU away, nor that we do. */
  readonly cpu: number;
}

async function countRounds(target: Running): Promise<Speed> {
  const first = target.lines().length;
  await new Promise((resolve) => setTimeout(resolve, COUNTED_MS));
  const points = target.lines().slice(first - 1, -1).map((line) => line.split(" ").map(Number));
  const [start, end] = [points[0], points.at(-1)];
  if (start === undefined || end === undefined || start === end) {
    throw new Error(`the target has printed nothing for ${COUNTED_MS} ms`);
  }
  const rounds = end[2]! - start[2]!;
  return { wall: rounds / (end[0]! - start[0]!), cpu: rounds / (end[1]! - start[1]!) };
}

async function countBeside(target: Running, command: readonly string[]): Promise<Speed> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, { args, stdout: "null", stderr: "null" }).spawn();
  await new Promise((resolve) => setTimeout(resolve, START_MS));
  const rounds = await countRounds(target);
  if (!(await child.status).success) throw new Error(`${command.join(" ")} failed`);
  return rounds;
}

/** Prints the slow-down by both profilers at ordinary rates. */
export async function benchSlowdown(python: string, rounds: number): Promise<void> {
  const rows: string[][] = [];
  await using target = await Running.start(python, counter, ["50"]);
  const hows: readonly How[] = [
    { intervalUs: 1000, seconds: SECONDS },
    { intervalUs: 100, seconds: SECONDS },
    { intervalUs: 80, seconds: SECONDS },
    { intervalUs: 1000, seconds: SECONDS, consistency: "exact" },
  ];
  for (const how of hows) {
    const isExact = how.consistency === "exact";
    const ours: Speed[] = [];
    const theirs: Speed[] = [];
    const nothing: Speed[] = [];
    const file = await Deno.makeTempFile();
    const cpython = [
      ...["taskset", "-c", String(captureCpu)],
      ...cpythonCommand(python, target.pid, { ...how, blocking: isExact }),
      ...["-o", file],
    ];
    let alone = await countRounds(target);
    for (let round = 0; round < rounds; round++) {
      const tachyon = await countBeside(target, usualCommand(target.pid, how));
      const between = await countRounds(target);
      const other = await countBeside(target, cpython);
      const after = await countRounds(target);
      ours.push(compare(tachyon, alone, between));
      theirs.push(compare(other, between, after));
      nothing.push(compare(between, alone, after));
      alone = after;
    }
    await Deno.remove(file);
    for (const clock of ["wall", "cpu"] as const) {
      const cells = [ours, theirs, nothing].map((all) => describe(all.map((one) => one[clock])));
      const what = `${1e6 / how.intervalUs} Hz${isExact ? " --exact" : ""}`;
      rows.push([`${what}, ${clock === "wall" ? "wall" : "CPU"} time`, ...cells]);
    }
  }
  print();
  print(
    `Slow-down of the target at depth 50, median and range of ${rounds} rounds; the last column `,
  );
  print(
    "is the same measure with no profiler at all, the noise of the machine. CPython's profiler",
  );
  print("has no exact readings beside a target that runs: it stands there with --blocking:");
  printTable(["", "tachyon", "CPython 3.15", "none"], rows);
}

/** What is lost against the mean of before and after, as shares. */
function compare(during: Speed, before: Speed, after: Speed): Speed {
  const lost = (clock: keyof Speed): number =>
    1 - 2 * during[clock] / (before[clock] + after[clock]);
  return { wall: lost("wall"), cpu: lost("cpu") };
}

function describe(values: readonly number[]): string {
  const range = [Math.min(...values), Math.max(...values)].map((value) => percent(value, 1));
  return `${percent(median(values), 1)} (${range.join(" … ")})`;
}
