/** A tree of some forty processes: samples of each against the CPU time that it says it took. */
import type { Python } from "../scripts/pythons.ts";
import { readTruth, type Row, TREE, type Truth } from "../tests/subprocesses/truth.ts";
import { print, printTable } from "./table.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const SHORT = "short=50,150,500";

/** What one profiler says of one process. */
interface Seen {
  /** CPU time, ms; absent where it knows nothing of the process. */
  readonly ms?: number;
  /** Ticks that were missed or withheld, and readings that were rejected, at 1 kHz. */
  readonly missedMs?: number;
  /** From its first line to when it was first sampled, ms; below 0: sampled before. */
  readonly lateMs?: number;
}

/** What is started; the names of files that tell of daemons are made up. */
function workOf(other: Python, directory: string): string[] {
  return [
    ...[SHORT, SHORT, SHORT, SHORT, SHORT, "fork", "grandchild", `exec=${other.path}`],
    ...["shell", "shell", "shell", "shell", "pool=spawn"],
    ...[`daemon=${directory}/1`, `leaving=${directory}/2`],
  ];
}

/** Prints what tachyon and CPython's profiler see of each kind of process, beside the truth. */
export async function measureTree(python: Python, other: Python): Promise<void> {
  const ours = await inDirectory((directory) => captureOurs(python, other, directory));
  const theirs = python.minor === "3.15"
    ? await inDirectory((directory) => captureTheirs(python, other, directory))
    : new Map<string, [Truth, Seen][]>();
  print();
  print(`A tree of processes on ${python.version}, samples by \`--mode cpu\` at 1 kHz, a ms each:`);
  printTable(
    [
      "",
      "processes",
      "truth",
      "tachyon",
      "within",
      "missed",
      "late at most",
      "truth then",
      "CPython",
      "within",
    ],
    [...ours].map(([kind, seen]) => {
      const other = theirs.get(kind) ?? [];
      const late = seen.flatMap(([, { lateMs }]) => lateMs ?? []);
      return [
        kind,
        String(seen.length),
        meanOf(seen.map(([truth]) => truth.cpu_ms)),
        meanOf(seen.map(([, { ms }]) => ms ?? 0)),
        countWithin(seen),
        meanOf(seen.map(([, { missedMs = 0 }]) => missedMs)),
        late.length > 0 ? Math.max(...late).toFixed(1) : "not seen",
        other.length > 0 ? meanOf(other.map(([truth]) => truth.cpu_ms)) : "",
        other.length > 0 ? meanOf(other.map(([, { ms }]) => ms ?? 0)) : "",
        other.length > 0 ? countWithin(other) : "",
      ];
    }),
  );
}

/** Chance explains what there is too much of, chance, its start and what was missed what there is too little of. */
function countWithin(seen: readonly (readonly [Truth, Seen])[]): string {
  const within = seen.filter(([{ cpu_ms, up_ms }, { ms = 0, missedMs = 0 }]) => {
    // Nothing seen leaves room for three that chance has passed over.
    const chance = ms > 0 ? 1.96 * Math.sqrt(ms) : 3;
    return ms + missedMs >= cpu_ms - up_ms - chance && ms <= cpu_ms + chance;
  });
  return `${within.length} of ${seen.length}`;
}

async function captureOurs(
  python: Python,
  other: Python,
  directory: string,
): Promise<Map<string, [Truth, Seen][]>> {
  const out = `${directory}/capture.json`;
  const options = ["run", "-q", "--subprocesses", "--mode", "cpu", "--python", python.path];
  const program = ["run", "-q", "-A", "--config", `${ROOT}deno.json`, `${ROOT}src/main.ts`];
  const stdout = await runProgram(Deno.execPath(), [
    ...[...program, ...options, "-o", `json:${out}`, TREE, ...workOf(other, directory)],
  ]);
  const { processes, capture } = JSON.parse(await Deno.readTextFile(out));
  const startedMs = Date.parse(capture.started_at);
  const rows: readonly Row[] = processes;
  return byKind(readTruth(stdout), (truth) => {
    // Two programs were in one process, one after the other.
    const own = rows.filter(({ pid }) => pid === truth.pid);
    const row = truth.kind === "before exec" ? own[0] : own.at(-1);
    if (row === undefined) return {};
    const { samples, missed_ticks, withheld_ticks, rejected, started_us } = row;
    return {
      ms: samples,
      missedMs: missed_ticks + withheld_ticks + rejected,
      lateMs: startedMs + started_us / 1000 - truth.at * 1000,
    };
  });
}

async function captureTheirs(
  python: Python,
  other: Python,
  directory: string,
): Promise<Map<string, [Truth, Seen][]>> {
  const stdout = await runProgram(python.path, [
    ...["-m", "profiling.sampling", "run", "--subprocesses", "--mode", "cpu", "-r", "1khz"],
    ...["--collapsed", "-o", `${directory}/out.txt`, TREE, ...workOf(other, directory)],
  ]);
  return byKind(readTruth(stdout), ({ pid, kind }) => {
    const name = kind === "root" ? "out.txt" : `out_${pid}.txt`;
    let text: string;
    try {
      text = Deno.readTextFileSync(`${directory}/${name}`);
    } catch {
      return {};
    }
    const counts = [...text.matchAll(/ (\d+)$/gm)].map(([, count]) => Number(count));
    return { ms: counts.reduce((sum, count) => sum + count, 0) };
  });
}

/** Processes by what they are: what they were before they became another program is a kind of its own. */
function byKind(
  truths: readonly Truth[],
  see: (truth: Truth) => Seen,
): Map<string, [Truth, Seen][]> {
  const kinds = new Map<string, [Truth, Seen][]>();
  for (const truth of truths) {
    const before = truths.find(({ pid, kind }) => pid === truth.pid && kind === "before exec");
    const own = truth.kind === "after exec" && before !== undefined
      ? { ...truth, cpu_ms: truth.cpu_ms - before.cpu_ms, up_ms: truth.up_ms - before.cpu_ms }
      : truth;
    kinds.set(truth.kind, [...kinds.get(truth.kind) ?? [], [own, see(truth)]]);
  }
  return new Map([...kinds].sort(([a], [b]) => a < b ? -1 : 1));
}

function meanOf(values: readonly number[]): string {
  return (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(1);
}

async function runProgram(program: string, args: readonly string[]): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null", stderr: "null" });
  return new TextDecoder().decode((await command.output()).stdout);
}

async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir();
  try {
    return await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
