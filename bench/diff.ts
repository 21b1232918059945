/** How well comparisons tell a slow-down from noise, on real runs one after the other on this machine. */

import { run } from "../scripts/shell.ts";
import { createRandom } from "../src/sampler/schedule.ts";
import { percent, print, printTable } from "./table.ts";

const program = new URL("slower.py", import.meta.url).pathname;
const main = new URL("../src/main.ts", import.meta.url).pathname;
const config = new URL("../deno.json", import.meta.url).pathname;
/** Rounds of the program that tell how fast this machine is. */
const TRIAL_ROUNDS = 500;
/** The work that is planted, in percent of what `price` does. */
const PLANTED = 10;

/** How many comparisons of how long runs. */
export interface DiffSize {
  readonly pairs: number;
  readonly seconds: number;
  readonly planted: number;
  readonly plantedSeconds: number;
}

interface Change {
  readonly significant: boolean;
  readonly difference: number;
  /** Absent where there are too few samples to ask. */
  readonly p?: number | null;
}

/** The part of `tachyon diff --json` that is looked at. */
interface Difference {
  readonly functions: readonly {
    readonly name: string;
    readonly self: Change;
    readonly total: Change;
  }[];
}

const SCALES = ["share", "time"] as const;

/** Compares pairs of equal runs, and of runs of which one has a tenth more to do in one function. */
export async function benchDiff(python: string, size: DiffSize): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tachyon-bench-" });
  try {
    const trial = Number(await run(python, [program, String(TRIAL_ROUNDS), "0"]));
    const record = async (name: string, seconds: number, extra: number): Promise<string> => {
      const rounds = String(Math.ceil(TRIAL_ROUNDS * seconds / trial));
      const path = `${folder}/${name}.bin`;
      const options = ["--quiet", "--python", python, "--binary", "-o", path];
      await tachyon(["run", ...options, program, rounds, String(extra)]);
      return path;
    };
    const equal: string[][] = [];
    for (let pair = 0; pair < size.pairs; pair++) {
      const one = await record("one", size.seconds, 0);
      const other = await record("other", size.seconds, 0);
      for (const [index, by] of SCALES.entries()) {
        const functions = (await compare(one, other, by)).functions
          .filter(({ self, total }) => (self.p ?? total.p ?? undefined) !== undefined);
        const marked = functions.filter(({ self, total }) => self.significant || total.significant);
        (equal[index] ??= []).push(`${marked.length}/${functions.length}`);
      }
    }
    print();
    print(
      `${size.pairs} pairs of equal runs of ${size.seconds} s at 1 kHz, and ${size.planted} pairs of ` +
        `${size.plantedSeconds} s of which one has ${PLANTED} % more work in a function with about half ` +
        "of the time:",
    );
    const random = createRandom(7);
    const found = SCALES.map(() => 0);
    for (let pair = 0; pair < size.planted; pair++) {
      // In either order: a machine that becomes hot must not help.
      const first = random() < 0.5;
      const a = await record("a", size.plantedSeconds, first ? PLANTED : 0);
      const b = await record("b", size.plantedSeconds, first ? 0 : PLANTED);
      for (const [index, by] of SCALES.entries()) {
        const { functions } = await compare(first ? b : a, first ? a : b, by);
        const { self } = functions.find(({ name }) => name === "price")!;
        if (self.significant && self.difference > 0) found[index]!++;
      }
    }
    const head = ["By", "Functions marked in equal runs", "Pairs with a mark", "Slow-downs found"];
    printTable(
      head,
      SCALES.map((by, index) => {
        const pairs = (equal[index] ?? []).map((pair) => pair.split("/").map(Number));
        const marked = pairs.reduce((sum, [marks]) => sum + marks!, 0);
        const all = pairs.reduce((sum, [, functions]) => sum + functions!, 0);
        return [
          by,
          `${marked} of ${all}, ${percent(marked / Math.max(1, all))}`,
          `${pairs.filter(([marks]) => marks! > 0).length} of ${pairs.length}`,
          `${found[index]} of ${size.planted}`,
        ];
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compare(base: string, current: string, by: string): Promise<Difference> {
  return JSON.parse(await tachyon(["diff", "--json", "--by", by, base, current])) as Difference;
}

function tachyon(args: readonly string[]): Promise<string> {
  return run(Deno.execPath(), ["run", "-q", "-A", "--config", config, main, ...args]);
}
