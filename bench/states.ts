/** What it costs to tell what threads are doing, with many of them, beside CPython's profiler. */
import type { Mode } from "../src/profile/metadata.ts";
import { type How, Running } from "../tests/accuracy/running.ts";
import { type Outcome, runCpython, runTachyon } from "./profilers.ts";
import { percent, print, printTable } from "./table.ts";

const target = new URL("threads.py", import.meta.url).pathname;
const MODES: readonly Mode[] = ["wall", "cpu", "gil", "exception"];

/** Length of a capture from which the cost of starting is known, s; theirs takes whole seconds. */
const SHORT = 1;

/**
 * Prints what a tick costs at 1 kHz with 50 threads, in every mode. Starting and writing are not counted: they
 * are in a short capture as well as in a long one.
 */
export async function benchStates(python: string, seconds: number): Promise<void> {
  await using running = await Running.start(python, target, ["50"]);
  const rows: string[][] = [];
  async function measure(who: string, run: (seconds: number) => Promise<Outcome>): Promise<void> {
    const [short, long] = [await run(SHORT), await run(seconds)];
    const ticks = long.rate * seconds - short.rate * SHORT;
    const perTick = (long.cpu - short.cpu) * 1e6 / ticks;
    rows.push([
      who,
      long.rate.toFixed(0),
      (long.good / seconds).toFixed(0),
      perTick.toFixed(0),
      percent(perTick / how.intervalUs, 1),
    ]);
  }
  const how = { intervalUs: 1000, allThreads: true };
  const { pid } = running;
  const ours = (more: Partial<How>) => (seconds: number) =>
    runTachyon(python, pid, { ...how, ...more, seconds });
  for (const mode of MODES) await measure(`tachyon, ${mode}`, ours({ mode }));
  await measure("tachyon, wall with states", ours({ states: true }));
  for (const mode of MODES) {
    await measure(
      `CPython 3.15, ${mode}`,
      (seconds) => runCpython(python, pid, { ...how, mode, seconds }),
    );
  }
  print();
  print(`50 threads, two of which work, all sampled at 1 kHz for ${seconds} s:`);
  printTable(
    ["", "ticks a second", "good samples a second", "CPU time a tick, µs", "of a CPU at 1 kHz"],
    rows,
  );
}
