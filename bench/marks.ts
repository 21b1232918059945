/** How true the shares of the collector, of C code and of instructions are, beside CPython 3.15's own profiler. */
import { minorOf, type Python } from "../scripts/pythons.ts";
import { listOpcodes } from "../src/profile/opcodes.ts";
import { type Place, type Seen, seenStacks, shareOf } from "../tests/accuracy/captured.ts";
import { capture, Running } from "../tests/accuracy/running.ts";
import { sharesDuring } from "../tests/accuracy/told.ts";
import { runCpython } from "./profilers.ts";
import { percent } from "./table.ts";

type Stack = readonly Place[];

/** A share that the target measures under a name, and the samples that should make it up. */
interface Mark {
  readonly what: string;
  readonly script: string;
  readonly measured: string;
  is(stack: Stack, baseOf: (opcode: number) => string): boolean;
  /** CPython's collapsed stacks can show it. */
  readonly shown: boolean;
}

const isNative = (name: string): boolean => name.startsWith("<native");

/** Whether C code stands right above a function. */
function callsC(stack: Stack, name: string, isLeaf: boolean): boolean {
  const at = stack.findLastIndex((place) => place.name === name);
  return at >= 0 && isNative(stack[at + 1]?.name ?? "") && (!isLeaf || at + 2 === stack.length);
}

const marks: readonly Mark[] = [
  {
    what: "`<GC>`",
    script: "collecting.py",
    measured: "gc",
    is: (stack) => stack.some(({ name }) => name === "<GC>"),
    shown: true,
  },
  {
    what: "`binascii.crc32`, a C function that is the leaf",
    script: "calling.py",
    measured: "check",
    is: (stack) => callsC(stack, "check", true),
    shown: true,
  },
  {
    what: "`sorted` with a key, between frames or the leaf",
    script: "calling.py",
    measured: "order",
    is: (stack) => callsC(stack, "order", false),
    shown: true,
  },
  {
    what: "BINARY_OP (of large numbers)",
    script: "calling.py",
    measured: "multiply",
    is: (stack, baseOf) => /^BINARY_/.test(baseOf(opcodeIn(stack, "multiply"))),
    shown: false,
  },
  {
    what: "CONTAINS_OP (in a long text)",
    script: "calling.py",
    measured: "seek",
    is: (stack, baseOf) => /^(CONTAINS|COMPARE)_OP$/.test(baseOf(opcodeIn(stack, "seek"))),
    shown: false,
  },
];

/** The opcode of a function that is the leaf. */
function opcodeIn(stack: Stack, name: string): number {
  const leaf = stack.at(-1);
  return leaf?.name === name ? leaf.opcode ?? -1 : -1;
}

/** Rows of a table: what, in truth and by tachyon, in truth and by CPython's profiler. */
export async function measureMarks(python: Python, seconds: number): Promise<string[][]> {
  const { path } = python;
  const minor = minorOf(python);
  const rows: string[][] = [];
  for (const script of new Set(marks.map((mark) => mark.script))) {
    await using target = await Running.start(path, script, []);
    const features = ["gc", "native", "opcodes"] as const;
    const captured = await capture(target.pid, { intervalUs: 1000, seconds, features });
    const startedAt = Date.now();
    const how = { intervalUs: 1000, seconds, native: true };
    const theirs = minor === "3.15" ? await runCpython(path, target.pid, how) : undefined;
    const their = { startedAt, summary: { durationUs: (Date.now() - startedAt) * 1000 } };
    const told = JSON.parse(await target.finish());
    const opcodes = listOpcodes(captured.pythonVersion);
    const share = (seen: readonly Seen[], mark: Mark): string =>
      percent(shareOf(seen, (stack) => mark.is(stack, (opcode) => opcodes[opcode]?.base ?? "")), 1);
    const truth = (during: typeof their, { measured }: Mark): string =>
      percent(sharesDuring(during, told).get(measured)!, 1);
    for (const mark of marks.filter((mark) => mark.script === script)) {
      rows.push([
        `${minor}, ${mark.what}`,
        truth(captured, mark),
        share(seenStacks(captured), mark),
        ...(theirs === undefined || !mark.shown
          ? ["", ""]
          : [truth(their, mark), share(theirs.seen, mark)]),
      ]);
    }
  }
  return rows;
}
