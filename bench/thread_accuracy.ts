/** How right the shares of threads are that live for milliseconds, beside CPython 3.15's own profiler. */
import { minorOf, type Python } from "../scripts/pythons.ts";
import { countWith, type Seen, seenStacks } from "../tests/accuracy/captured.ts";
import { capture, Running } from "../tests/accuracy/running.ts";
import { sharesDuring } from "../tests/accuracy/told.ts";
import { runCpython } from "./profilers.ts";
import { percent, print, printTable } from "./table.ts";

/** Threads of three lengths, one after another, each in a function of its own. */
const TARGET = "brief.py";
const LENGTHS = ["brief", "short", "longer"];

/** Prints a table: share of the time that threads of each length took, found and in truth. */
export async function measureThreads(pythons: readonly Python[], seconds: number): Promise<void> {
  const rows: string[][] = [];
  for (const python of pythons) {
    await using running = await Running.start(python.path, TARGET, []);
    const how = { intervalUs: 1000, seconds, allThreads: true } as const;
    const captured = await capture(running.pid, how);
    const truth = sharesDuring(captured, JSON.parse(await running.finish()));
    rows.push(row(minorOf(python), seenStacks(captured), captured.quality.ticks, truth));
    if (minorOf(python) !== "3.15") continue;
    await using again = await Running.start(python.path, TARGET, []);
    const startedAt = Date.now();
    const { seen, rate } = await runCpython(python.path, again.pid, how);
    const summary = { durationUs: (Date.now() - startedAt) * 1000 };
    const then = sharesDuring({ startedAt, summary }, JSON.parse(await again.finish()));
    rows.push(row("CPython 3.15", seen, rate * seconds, then));
  }
  print();
  print(
    `Share of the time that threads take which live for 3, 20 and 150 ms, one after another, at 1 kHz with \`-a\`, ${seconds} s (in truth):`,
  );
  printTable(["", "3 ms", "20 ms", "150 ms"], rows);
}

function row(
  who: string,
  seen: readonly Seen[],
  ticks: number,
  truth: ReadonlyMap<string, number>,
): string[] {
  const cells = LENGTHS.map((length) => {
    const found = countWith(seen, length) / ticks;
    return `${percent(found, 1)} (${percent(truth.get(length)!, 1)})`;
  });
  return [who, ...cells];
}
