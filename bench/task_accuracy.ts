/** How right the shares of asyncio's tasks are and what they cost, beside CPython 3.15's own profiler. */
import type { AsyncMode } from "../src/profile/metadata.ts";
import { minorOf, type Python } from "../scripts/pythons.ts";
import { countWith, type Seen, seenStacks } from "../tests/accuracy/captured.ts";
import { capture, Running } from "../tests/accuracy/running.ts";
import { sharesDuring } from "../tests/accuracy/told.ts";
import { runCpython, runTachyon } from "./profilers.ts";
import { percent, print, printTable } from "./table.ts";

const target = new URL("../tests/asyncio/targets/busy.py", import.meta.url).pathname;
const MODES: readonly AsyncMode[] = ["running", "all"];
const SLEEPERS = 200;
/** The load whose cost is measured. */
const MANY = 1000;
const COST = { intervalUs: 10_000, seconds: 10, asyncMode: "all" } as const;

/** The function that works; the target says for how long it did. */
const WORKS = "burn";

/** Different tasks that sleep. */
function sleepers(seen: readonly Seen[]): number {
  const names = seen.flatMap(({ stack }) => stack.map(({ file, name }) => `${file} ${name}`));
  return new Set(names.flatMap((name) => /\bsleeper \d+/.exec(name)?.[0] ?? [])).size;
}

/** Prints tables of what was found and of what it costs. */
export async function measureTasks(pythons: readonly Python[], seconds: number): Promise<void> {
  const rows: string[][] = [];
  for (const python of pythons) {
    for (const mode of MODES) rows.push(await measureShare(python, mode, seconds));
  }
  print();
  print(
    `Time of a task that works now and then, beside ${SLEEPERS} that sleep, ${seconds} s; CPython's is of a time of its own:`,
  );
  printTable(
    ["", "truth", "tachyon", "within", "sleepers", "truth then", "CPython 3.15", "its sleepers"],
    rows,
  );
  const costs: string[][] = [];
  for (const python of pythons.filter(({ minor }) => ["3.13", "3.15"].includes(minor))) {
    costs.push(await measureCost(python));
  }
  print();
  print(
    `CPU time of a capture of ${MANY} tasks at 100 Hz with \`--async-mode all\` for ${COST.seconds} s, from its start to its end, as a share of a core:`,
  );
  printTable(["", "tachyon", "readings kept", "CPython 3.15", "readings kept"], costs);
}

async function measureShare(python: Python, mode: AsyncMode, seconds: number): Promise<string[]> {
  const { path } = python;
  const minor = minorOf(python);
  const how = { intervalUs: mode === "all" ? 10_000 : 1000, seconds, asyncMode: mode } as const;
  await using running = await Running.start(path, target, []);
  const captured = await runOurs(running, how);
  const truth = sharesDuring(captured, JSON.parse(await running.finish())).get(WORKS)!;
  const found = countWith(captured.seen, WORKS) / captured.quality.ticks;
  const most = 1.96 * Math.sqrt(truth * (1 - truth) / captured.quality.ticks) + 0.01;
  const row = [
    `${minor} ${mode}`,
    percent(truth, 1),
    percent(found, 1),
    `${percent(most, 1)} ${Math.abs(truth - found) <= most ? "yes" : "NO"}`,
    String(sleepers(captured.seen)),
  ];
  if (minor !== "3.15") return [...row, "", "", ""];
  await using again = await Running.start(path, target, []);
  const startedAt = Date.now();
  const { seen, rate } = await runCpython(path, again.pid, how);
  const summary = { durationUs: (Date.now() - startedAt) * 1000 };
  const told = JSON.parse(await again.finish());
  const then = sharesDuring({ startedAt, summary }, told).get(WORKS)!;
  const theirs = countWith(seen, WORKS) / (rate * how.seconds);
  return [...row, percent(then, 1), percent(theirs, 1), String(sleepers(seen))];
}

async function runOurs(
  { pid }: Running,
  how: Parameters<typeof capture>[1],
): Promise<Awaited<ReturnType<typeof capture>> & { readonly seen: readonly Seen[] }> {
  const captured = await capture(pid, how);
  return { ...captured, seen: seenStacks(captured) };
}

async function measureCost({ path, minor }: Python): Promise<string[]> {
  await using running = await Running.start(path, target, [String(MANY)]);
  const share = ({ cpu, rate }: { readonly cpu: number; readonly rate: number }): string[] => [
    percent(cpu / COST.seconds, 0),
    percent(Math.min(1, rate * COST.intervalUs / 1e6), 0),
  ];
  const ours = share(await runTachyon(path, running.pid, COST));
  if (minor !== "3.15") return [minor, ...ours, "", ""];
  return [minor, ...ours, ...share(await runCpython(path, running.pid, COST))];
}
