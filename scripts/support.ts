/**
 * `deno task support [versions]` tries everything on each Python found here and writes the table in
 * `docs/python-support.md` from what it saw. Takes half a minute a version, on a machine that does nothing
 * else; rows of versions that were not tried stay as they are.
 */
import { isOpen } from "../ffi/process.ts";
import { linux } from "../ffi/linux/platform.ts";
import { cases, judgeCase, parallelCases } from "../tests/accuracy/cases.ts";
import { Running } from "../tests/accuracy/running.ts";
import { type Place, Reading, runtimeOf } from "../tests/cpython/stacks.ts";
import { Stopped } from "../tests/cpython/stopped.ts";
import {
  findFreeThreadedPythons,
  findTestPythons,
  freeThreadedMinors,
  minorOf,
  nameOf,
  olderMinors,
  type Python,
  testedMinors,
} from "./pythons.ts";
import { repository } from "./repository.ts";
import { run, say } from "./shell.ts";
import { replaceRows, type Row } from "./support/table.ts";

const page = `${repository}/docs/python-support.md`;
const SCENES = ["nested", "generators", "coroutines", "callbacks", "classes", "names", "evaluated"];
const program = `
import time
def spin():
    end = time.monotonic() + 1
    while time.monotonic() < end: pass
spin()
`;

/** A thread and a task with names that no other program has. */
const named = `
import asyncio, threading, time
async def poll():
    while True:
        spin(0.01)
        await asyncio.sleep(0.001)
async def main():
    task = asyncio.create_task(poll())
    if hasattr(task, "set_name"): task.set_name("poll-\u00b5")
    await task
def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
def wait():
    while True: time.sleep(0.01)
threading.Thread(target=wait, name="\u00e9crivain-7", daemon=True).start()
print("{}", flush=True)
asyncio.run(main())
`;

/** Our own command line, from the sources. */
async function tachyon(args: readonly string[]): Promise<string> {
  const main = ["run", "-q", "-A", "--lock=deno.lock", "--frozen", "src/main.ts", ...args];
  return await run(Deno.execPath(), main, { cwd: repository });
}

/** True if what a command prints has a function of the target in it. */
async function shows(name: string, command: () => Promise<string>): Promise<boolean> {
  try {
    return (await command()).includes(name);
  } catch (error) {
    say(String(error));
    return false;
  }
}

async function tryAttach(python: Python): Promise<boolean> {
  await using target = await Running.start(python.path, "recursion.py", []);
  return await shows("three", () => tachyon(["attach", "-d", "1", String(target.pid)]));
}

async function tryRun(python: Python): Promise<boolean> {
  const script = await Deno.makeTempFile({ suffix: ".py" });
  try {
    await Deno.writeTextFile(script, program);
    return await shows("spin", () => tachyon(["run", "--python", python.path, script]));
  } finally {
    await Deno.remove(script);
  }
}

/** Whether the names of threads and tasks are seen. */
async function tryNames(python: Python): Promise<{ names: boolean; tasks: boolean }> {
  const script = await Deno.makeTempFile({ suffix: ".py" });
  try {
    await Deno.writeTextFile(script, named);
    await using target = await Running.start(python.path, script, []);
    const pid = String(target.pid);
    const attach = (...options: string[]): Promise<string> =>
      tachyon(["attach", "-d", "1", ...options, "-o", "-", pid]);
    return {
      names: await shows("écrivain-7", () => attach("-a", "--speedscope")),
      tasks: await shows("poll-µ", () => attach("--async-aware", "--collapsed")),
    };
  } finally {
    await Deno.remove(script);
  }
}

/** Compares frames with what stopped programs have told of themselves: whole, and without columns. */
async function tryPlaces(python: Python): Promise<{ lines: boolean; columns: boolean }> {
  const same = { lines: true, columns: true };
  const lineOf = ([file, name, line]: Place): string => `${file}:${name}:${line}`;
  for (const scene of SCENES) {
    await using stopped = await Stopped.start(python, scene);
    const process = linux.open(stopped.pid);
    if (!isOpen(process)) throw new Error(`cannot open ${stopped.pid}`);
    const found = new Reading(runtimeOf(process)).all();
    process.close();
    for (const { tid, frames } of stopped.told) {
      const ours = found.find((one) => one.state.tid === tid)?.frames ?? [];
      same.lines &&= ours.map(lineOf).join() === frames.map(lineOf).join();
      same.columns &&= JSON.stringify(ours) === JSON.stringify(frames);
    }
  }
  // Who knows no columns says so of all of them.
  same.columns &&= Number(python.minor.slice(2)) >= 11;
  return same;
}

async function tryPython(python: Python): Promise<Row> {
  const mark = (good: boolean): string => good ? "yes" : "no";
  const attach = await tryAttach(python);
  const start = await tryRun(python);
  const { names, tasks } = await tryNames(python);
  const { lines, columns } = await tryPlaces(python);
  let [samples, impossible, rejected, readings, threads] = [0, 0, 0, 0, 0];
  for (const one of python.freeThreaded ? [...cases, ...parallelCases] : cases) {
    const outcome = await judgeCase(python.path, one);
    samples += outcome.samples;
    impossible += outcome.impossible;
    rejected += outcome.rejected;
    readings += outcome.rejected + outcome.captured.quality.samples;
    if (one.allThreads === true) threads = outcome.threads;
    say(`${minorOf(python)} ${one.what}: ${outcome.impossible} of ${outcome.samples} impossible`);
    for (const fault of outcome.faults) say(`  ${fault}`);
  }
  return {
    version: minorOf(python),
    cells: [
      nameOf(python),
      mark(attach),
      mark(start),
      mark(threads >= 4),
      mark(names),
      mark(lines),
      mark(columns),
      mark(tasks),
      `${impossible} of ${samples}`,
      `${(rejected / readings * 100).toFixed(2)} %`,
    ],
  };
}

async function main(): Promise<number> {
  const supported = [
    ...olderMinors,
    ...testedMinors,
    ...freeThreadedMinors.map((minor) => `${minor}t`),
  ];
  const wanted = Deno.args.length > 0 ? Deno.args : supported;
  const found = [...await findTestPythons(), ...await findFreeThreadedPythons()];
  const pythons = found.filter((python) => wanted.includes(minorOf(python)));
  const rows: Row[] = [];
  for (const python of pythons) {
    rows.push(await tryPython(python));
    await Deno.writeTextFile(page, replaceRows(await Deno.readTextFile(page), rows));
  }
  const missing = wanted.filter((minor) => !pythons.some((python) => minorOf(python) === minor));
  if (missing.length > 0) say(`support: ${missing.join(", ")} not here, not tried`);
  return missing.length > 0 ? 1 : 0;
}

Deno.exit(await main());
