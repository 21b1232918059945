/**
 * `deno task bench [--long]`: what tachyon costs and how fast it can go, beside CPython 3.15's own
 * profiler on the same target in the same minutes. About two minutes; `--long` is for the docs.
 */
import { findTestPythons } from "../scripts/pythons.ts";
import { captureCpu, targetCpu } from "../tests/accuracy/running.ts";
import { benchReads } from "./read.ts";
import { benchCpu, benchRates } from "./rates.ts";
import { benchSlowdown } from "./slowdown.ts";
import { print, printMachine } from "./table.ts";

const long = Deno.args.includes("--long");
const python = (await findTestPythons()).find(({ minor }) => minor === "3.15");
if (python === undefined) throw new Error("Python 3.15 is missing: deno task pythons --provision");
await printMachine(`deno task bench${long ? " --long" : ""}`, [python.version]);
print(
  `Target on CPU ${targetCpu}, profilers on CPU ${captureCpu}. CPython: ` +
    "`python3.15 -m profiling.sampling attach -r RATE -d SECONDS --collapsed PID`.",
);
await benchRates(python.path, { rounds: long ? 5 : 1, seconds: long ? 5 : 3 });
await benchCpu(python.path, { rounds: long ? 3 : 1, seconds: long ? 10 : 4 });
await benchSlowdown(python.path, long ? 8 : 2);
await benchReads(python.path);
