/** How right the states of threads are, beside CPython 3.15's own profiler. The targets say the truth. */
import type { Mode } from "../src/profile/metadata.ts";
import {
  type Doing,
  type DoingCase,
  measureDoing,
  type Thing,
  WITH_EXCEPTION,
} from "../tests/accuracy/doing.ts";
import { type How, Running } from "../tests/accuracy/running.ts";
import { missedShare, sharesDuring } from "../tests/accuracy/told.ts";
import { minorOf, type Python } from "../scripts/pythons.ts";
import { runCpythonThreads } from "./profilers.ts";
import { percent, print, printTable } from "./table.ts";

const CASES: readonly (readonly [what: DoingCase, mode: Mode, about: string])[] = [
  ["gil", "gil", "takes turns at the GIL"],
  ["bound", "cpu", "both want the GIL"],
  ["hash", "cpu", "C without the GIL, and Python"],
  ["cpu", "cpu", "sleeps most of the time"],
  ["exceptions", "exception", "exceptions"],
];

/** Captures of which more than this was lost to the machine are made again, once. */
const MOST_LOST = 0.02;
const MOST_TRIES = 2;

/** Captures a case until little of it is lost; the better of two tries. */
async function measureCase(
  python: Python,
  what: DoingCase,
  how: How,
): Promise<Doing & { readonly lost: number }> {
  let best: (Doing & { readonly lost: number }) | undefined;
  for (let i = 0; i < MOST_TRIES && (best?.lost ?? 1) > MOST_LOST; i++) {
    const doing = await measureDoing(python, what, how);
    const lost = doing.untold + missedShare(doing.captured);
    if (lost < (best?.lost ?? Infinity)) best = { ...doing, lost };
  }
  return best!;
}

/** Prints a table of what was found of each thing that the targets do. */
export async function measureStates(pythons: readonly Python[], seconds: number): Promise<void> {
  const rows: string[][] = [];
  const how = { intervalUs: 1000, seconds };
  for (const python of pythons) {
    const { path, freeThreaded } = python;
    const minor = minorOf(python);
    for (const [what, asked, about] of CASES) {
      const mode = freeThreaded && asked === "gil" ? "cpu" : asked;
      const { things, captured, lost } = await measureCase(python, what, { ...how, mode });
      const theirs = minor === "3.15" ? await measureTheirs(path, what, mode, seconds) : undefined;
      const { ticks } = captured.quality;
      for (const { name, truth, found } of things) {
        const most = 1.96 * Math.sqrt(truth * (1 - truth) / ticks) + 0.01;
        const their = theirs?.find((thing) => thing.name === name);
        rows.push([
          `${minor} ${mode}, ${about}: ${name}`,
          percent(truth, 1),
          percent(found, 1),
          percent(most, 1),
          Math.abs(truth - found) <= most ? "yes" : "no",
          percent(lost, 1),
          their === undefined ? "" : percent(their.truth, 1),
          their === undefined ? "" : percent(their.found, 1),
        ]);
      }
    }
  }
  print();
  print(
    `Shares of ${seconds} s at 1 kHz; CPython's are of a time of its own. Lost is what ticks were missed of, ` +
      "and what the program says nothing about as it stood still:",
  );
  printTable(
    ["", "truth", "tachyon", "to be within", "is", "lost", "truth then", "CPython 3.15"],
    rows,
  );
}

async function measureTheirs(
  python: string,
  what: DoingCase,
  mode: Mode,
  seconds: number,
): Promise<Thing[]> {
  await using target = await Running.start(python, "doing.py", [what]);
  const how = { intervalUs: 1000, seconds, mode, allThreads: what !== "exceptions" };
  const startedAt = Date.now();
  const { ticks, seen } = await runCpythonThreads(python, target.pid, how);
  const told = JSON.parse(await target.finish());
  const summary = { durationUs: (Date.now() - startedAt) * 1000 };
  return [...sharesDuring({ startedAt, summary }, told)].map(([name, truth]) => {
    const found = seen
      .filter(({ tid, names }) =>
        what === "exceptions" ? names.includes(name) : tid === told.tids[name]
      )
      .reduce((sum, { count }) => sum + count, 0);
    const has = what !== "exceptions" || WITH_EXCEPTION.includes(name);
    return { name, truth: has ? truth : 0, found: found / ticks };
  });
}
