/** How much a target is slowed down: it counts its own rounds, with and without a profiler in turn. */
import { captureCpu, type How, Running } from "../tests/accuracy/running.ts";
import { cpythonCommand, usualCommand } from "./profilers.ts";
import { percent, print, printTable } from "./table.ts";

const counter = new URL("count.py", import.meta.url).pathname;
/** Of a capture, whole seconds; the profiler's start is not counted. */
const SECONDS = 5;
const START_MS = 1500;
const COUNTED_MS = 3000;

/** Wakes as often as a profiler, and does nothing. */
const sleeper = `
import sys, time
interval, seconds = map(float, sys.argv[1:])
end = time.monotonic() + seconds
while time.monotonic() < end:
    time.sleep(interval)
`;

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
  const hows: readonly How[] = [
    { intervalUs: 1000, seconds: SECONDS },
    { intervalUs: 100, seconds: SECONDS },
    { intervalUs: 80, seconds: SECONDS },
    { intervalUs: 1000, seconds: SECONDS, consistency: "exact" },
  ];
  for (const how of hows) {
    await using target = await Running.start(python, counter, ["50"]);
    const isExact = how.consistency === "exact";
    const ours: Speed[] = [];
    const theirs: Speed[] = [];
    const asleep: Speed[] = [];
    const nothing: Speed[] = [];
    const file = await Deno.makeTempFile();
    const there = ["taskset", "-c", String(captureCpu)];
    const cpython = [
      ...there,
      ...cpythonCommand(python, target.pid, { ...how, blocking: isExact }),
      ...["-o", file],
    ];
    const sleeping = [how.intervalUs / 1e6, SECONDS].map(String);
    let alone = await countRounds(target);
    for (let round = 0; round < rounds; round++) {
      const tachyon = await countBeside(target, usualCommand(target.pid, how));
      const between = await countRounds(target);
      const other = await countBeside(target, cpython);
      const next = await countRounds(target);
      const idle = await countBeside(target, [...there, python, "-I", "-c", sleeper, ...sleeping]);
      const after = await countRounds(target);
      ours.push(compare(tachyon, alone, between));
      theirs.push(compare(other, between, next));
      asleep.push(compare(idle, next, after));
      nothing.push(compare(next, between, after));
      alone = after;
    }
    await Deno.remove(file);
    for (const clock of ["wall", "cpu"] as const) {
      const cells = [ours, theirs, asleep, nothing].map((all) =>
        describe(all.map((one) => one[clock]))
      );
      const what = `${1e6 / how.intervalUs} Hz${isExact ? " --exact" : ""}`;
      rows.push([`${what}, ${clock === "wall" ? "wall" : "CPU"} time`, ...cells]);
    }
  }
  print();
  print(
    `Slow-down of the target at depth 50, mean and standard error of ${rounds} rounds. The last`,
  );
  print("column is the same measure with nothing beside the target, the one before it with a");
  print(
    "program on the profilers' CPU that wakes as often and does nothing. CPython's profiler has",
  );
  print("no exact readings beside a target that runs: it stands there with --blocking:");
  printTable(["", "tachyon", "CPython 3.15", "only wakes", "none"], rows);
}

/** What is lost against the mean of before and after, as shares. */
function compare(during: Speed, before: Speed, after: Speed): Speed {
  const lost = (clock: keyof Speed): number =>
    1 - 2 * during[clock] / (before[clock] + after[clock]);
  return { wall: lost("wall"), cpu: lost("cpu") };
}

function describe(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (values.length - 1) / values.length);
  return `${percent(mean, 1)} ± ${(error * 100).toFixed(1)}`;
}
