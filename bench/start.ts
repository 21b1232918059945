/** What becomes of a short program's first lines under `run`, ours and that of CPython 3.15's profiler. */
import { SUBJECTS } from "../tests/e2e/subjects.ts";
import { percent, print, printTable } from "./table.ts";

const PROGRAM = new URL("burn.py", import.meta.url).pathname;
/** How long the first function runs, ms; the second one runs as long. */
const SPANS = [20, 50, 100, 500] as const;
/** Of a normal distribution, 95 %. */
const DEVIATIONS = 1.96;

/** What one run of a profiler saw. */
interface Seen {
  readonly first: number;
  readonly second: number;
  /** Ticks that it says it has missed, of both. */
  readonly missed: number;
}

/** Runs a profiler on the program; it writes to a file. */
type Profiler = (program: readonly string[], file: string) => Promise<Seen>;

/** Measures and prints the table. */
export async function measureStart(python: string, rounds: number): Promise<void> {
  const subject = SUBJECTS.at(-1)!;
  const profilers: Record<string, Profiler> = {
    tachyon: async (program, file) => {
      const words = [...subject.args, "run", "-q", "--python", python, "--json", "-o", file];
      return readSummary(await execute(subject.program, [...words, ...program], file));
    },
    CPython: async (program, file) => {
      const words = ["-m", "profiling.sampling", "run", "-r", "1khz", "--collapsed", "-o", file];
      return countSeen(await execute(python, [...words, ...program], file));
    },
  };
  const rows: string[][] = [];
  for (const span of SPANS) {
    for (const [name, profile] of Object.entries(profilers)) {
      rows.push([`${span} ms, ${name}`, ...await measure(profile, span, rounds)]);
    }
  }
  print();
  print(
    `A program that is busy in one function from its first line on and then as long in a second ` +
      `one, under \`run\` at 1 kHz, ${rounds} times each. Within its interval: the true share of the ` +
      `first is no further from that of its samples than chance allows (95 %).`,
  );
  printTable(
    [
      "",
      "samples of the first",
      "of its ms",
      "missed in all",
      "share (truth)",
      "within its interval",
    ],
    rows,
  );
}

async function measure(profile: Profiler, span: number, rounds: number): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  let [first, second, missed, firstMs, wholeMs, within] = [0, 0, 0, 0, 0, 0];
  try {
    for (let round = 0; round < rounds; round++) {
      const [stacks, report] = [`${folder}/stacks`, `${folder}/report`];
      const seen = await profile([PROGRAM, String(span), report], stacks);
      const [own, other] = (await Deno.readTextFile(report)).split(" ").map(Number) as [
        number,
        number,
      ];
      first += seen.first;
      second += seen.second;
      missed += seen.missed;
      firstMs += own * 1000;
      wholeMs += (own + other) * 1000;
      if (isWithin(seen, own / (own + other))) within++;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const share = first + second > 0 ? percent(first / (first + second), 1) : "none";
  return [
    (first / rounds).toFixed(1),
    percent(first / firstMs, 0),
    (missed / rounds).toFixed(1),
    `${share} (${percent(firstMs / wholeMs, 1)})`,
    `${within} of ${rounds}`,
  ];
}

/** Whether a share is where chance alone would let samples say that it is. */
function isWithin({ first, second }: Seen, truth: number): boolean {
  const all = first + second;
  if (all === 0) return false;
  const deviation = Math.sqrt(truth * (1 - truth) / all);
  return Math.abs(first / all - truth) <= DEVIATIONS * deviation;
}

function countSeen(text: string): Seen {
  let [first, second] = [0, 0];
  for (const line of text.split("\n")) {
    const count = Number(/ (\d+)$/.exec(line)?.[1] ?? 0);
    if (line.includes("burn.py:first:")) first += count;
    else if (line.includes("burn.py:second:")) second += count;
  }
  return { first, second, missed: 0 };
}

function readSummary(text: string): Seen {
  if (text === "") return { first: 0, second: 0, missed: 0 };
  const { functions, quality } = JSON.parse(text);
  const totalOf = (wanted: string): number =>
    functions.find(({ name }: { name: string }) => name === wanted)?.total ?? 0;
  return { first: totalOf("first"), second: totalOf("second"), missed: quality.missed_ticks };
}

/** Runs a profiler. Returns what it has written, which is nothing when it has seen nothing. */
async function execute(program: string, args: readonly string[], file: string): Promise<string> {
  await Deno.writeTextFile(file, "");
  await new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" }).output();
  return await Deno.readTextFile(file);
}
