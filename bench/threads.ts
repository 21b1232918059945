/** Many threads: what rate is reached with `-a`, and what it costs, beside CPython's profiler. */
import { Running } from "../tests/accuracy/running.ts";
import { type Outcome, runCpython, runTachyon } from "./profilers.ts";
import { percent, print, printTable } from "./table.ts";

const target = new URL("threads.py", import.meta.url).pathname;

/** Prints rate and CPU time at 1 kHz with 200 threads, in turn for each profiler. */
export async function benchThreads(python: string, seconds: number): Promise<void> {
  await using running = await Running.start(python, target, ["200"]);
  const how = { intervalUs: 1000, seconds, allThreads: true };
  const row = (who: string, { rate, cpu, failed, good }: Outcome): string[] => [
    who,
    rate.toFixed(0),
    (good / seconds).toFixed(0),
    percent(failed),
    (cpu / seconds).toFixed(2),
  ];
  const rows = [
    row("tachyon", await runTachyon(python, running.pid, how)),
    row("CPython 3.15", await runCpython(python, running.pid, how)),
  ];
  print();
  print(`200 threads, two of which work, all sampled at 1 kHz for ${seconds} s:`);
  printTable(["", "ticks a second", "good samples a second", "failed", "CPUs used"], rows);
}
