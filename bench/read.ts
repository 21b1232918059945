/** `deno run -A bench/read.ts`: the cost of calls into the C helper and of reading a process. */
import { linux } from "../ffi/linux/platform.ts";
import { isOpen, Ranges } from "../ffi/process.ts";
import { findPythons } from "../scripts/pythons.ts";
import { Running } from "../tests/accuracy/running.ts";
import { print, printMachine, printTable } from "./table.ts";

const counter = new URL("count.py", import.meta.url).pathname;
const ROUNDS = 9;
const CALLS = 20_000;

/** Nanoseconds of one call, best of some rounds. */
function time(call: () => unknown): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < CALLS; i++) call();
    best = Math.min(best, (performance.now() - start) * 1e6 / CALLS);
  }
  return best;
}

/** Measures and prints the table. */
export async function benchReads(python: string): Promise<void> {
  await using target = await Running.start(python, counter, ["10"]);
  const opened = linux.open(target.pid);
  if (!isOpen(opened)) throw new Error(`${opened.fault}: ${opened.detail}`);
  const reader = linux.readerThread();
  const loops = linux.loops();
  const address = opened.modules().map((module) => module.section("PyRuntime"))
    .find((span) => span !== undefined)!.address;
  const into = new Uint8Array(1 << 16);
  const other = new Uint8Array(1 << 16);
  const reading = (count: number, length: number): number => {
    const ranges = new Ranges(count);
    for (let i = 0; i < count; i++) ranges.push(address + i * length, length);
    if (opened.read(ranges, into) !== ranges.bytes) throw new Error("the read came short");
    return time(() => opened.read(ranges, into));
  };
  const rows: [string, number][] = [
    ["read 8 B", reading(1, 8)],
    ["read 16 KiB", reading(1, 16_384)],
    ["read 20 ranges of 64 B", reading(20, 64)],
    [
      "firstDifference of 16 KiB that agree",
      time(() => {
        loops.firstDifference(other, other, 16_384);
      }),
    ],
    ["now", time(() => reader.now())],
  ];
  opened.close();
  print();
  print(`Calls into the helper, best of ${ROUNDS} × ${CALLS}:`);
  printTable(["call", "ns"], rows.map(([what, ns]) => [what, ns.toFixed(0)]));
}

if (import.meta.main) {
  const python = (await findPythons()).findLast((python) => !python.freeThreaded);
  if (python === undefined) throw new Error("no Python: deno task pythons --provision");
  await printMachine("deno run -A bench/read.ts", [python.version]);
  await benchReads(python.path);
}
