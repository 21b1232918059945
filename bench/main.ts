/**
 * `deno task bench [--long] [rates] [cpu] [slowdown] [threads] [states] [reads] [memory] [replay] [report] [diff] [ps] [dump] [startup] [rotation] [live [--minutes N]]`:
 * what tachyon costs and how fast it can go, beside CPython 3.15's own profiler on the same target in the same minutes. About three minutes for
 * all of it but `memory`, `replay`, `report`, `diff`, `ps`, `dump`, `startup`, `rotation` and `live`, which must be asked for; `--long` is for
 * the docs, and takes memory for ten minutes, and diff for twenty.
 */
import { findTestPythons } from "../scripts/pythons.ts";
import { captureCpu, targetCpu } from "../tests/accuracy/running.ts";
import { benchDiff } from "./diff.ts";
import { benchDump } from "./dump.ts";
import { benchLive } from "./live.ts";
import { benchLiveLong, benchLiveRest } from "./live_long.ts";
import { benchMemory } from "./memory.ts";
import { benchPs } from "./ps.ts";
import { benchReads } from "./read.ts";
import { benchCpu, benchRates } from "./rates.ts";
import { benchReplay } from "./replay.ts";
import { benchReport } from "./report.ts";
import { benchRotation } from "./rotation.ts";
import { benchSlowdown } from "./slowdown.ts";
import { benchStates } from "./states.ts";
import { benchStartup } from "./startup.ts";
import { benchThreads } from "./threads.ts";
import { print, printMachine } from "./table.ts";

const long = Deno.args.includes("--long");
/** `--minutes N` with `live`: leaves a screen alone for so long and watches what becomes of its memory. */
const minutesAt = Deno.args.indexOf("--minutes");
const minutes = minutesAt < 0 ? 0 : Number(Deno.args[minutesAt + 1]);
const only = Deno.args.filter((argument, i) =>
  !argument.startsWith("--") && (minutesAt < 0 || i !== minutesAt + 1)
);
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
const python = (await findTestPythons()).find(({ minor }) => minor === "3.15");
if (python === undefined) throw new Error("Python 3.15 is missing: deno task pythons --provision");
await printMachine(["deno task bench", ...Deno.args].join(" "), [python.version]);
print(
  `Target on CPU ${targetCpu}, profilers on CPU ${captureCpu}. CPython: ` +
    "`python3.15 -m profiling.sampling attach -r RATE -d SECONDS --collapsed PID`.",
);
if (wanted("rates")) await benchRates(python.path, { rounds: long ? 5 : 1, seconds: long ? 5 : 3 });
if (wanted("cpu")) {
  await benchCpu(python.path, { rounds: long ? 3 : 1, seconds: long ? 10 : 4 }, long);
}
if (wanted("slowdown")) await benchSlowdown(python.path, long ? 8 : 2);
if (wanted("threads")) await benchThreads(python.path, long ? 10 : 4);
if (wanted("states")) await benchStates(python.path, long ? 10 : 4);
if (only.includes("memory")) await benchMemory(python.path, long ? 600 : 60);
if (only.includes("rotation")) await benchRotation(python.path, long ? 600 : 120);
if (only.includes("replay")) await benchReplay(python.path);
if (only.includes("live")) {
  if (minutes > 0) await benchLiveLong(python.path, minutes);
  else {
    await benchLiveRest(python.path, long ? 30 : 10);
    await benchLive(python.path, long ? 20 : 8, long ? 3 : 1);
  }
}
if (only.includes("dump")) await benchDump(python.path);
if (only.includes("startup")) {
  // The newest that py-spy knows, too.
  const older = (await findTestPythons()).find(({ minor }) => minor === "3.13") ?? python;
  await benchStartup(older.path, long ? 40 : 15);
}
if (only.includes("report")) await benchReport();
if (only.includes("ps")) await benchPs((await findTestPythons()).map(({ path }) => path));
if (only.includes("diff")) {
  await benchDiff(
    python.path,
    long
      ? { pairs: 20, seconds: 10, planted: 20, plantedSeconds: 20 }
      : { pairs: 4, seconds: 4, planted: 2, plantedSeconds: 20 },
  );
}
if (wanted("reads")) await benchReads(python.path);
