/**
 * How long formats that count take, and how much memory: `deno run -A bench/exports.ts [stacks]`. A
 * profile of 200 000 different stacks (or as many as are asked for) of 34 frames goes through each of
 * them, each in a process of its own, output thrown away. Beside CPython: `bench/main.ts replay`.
 */
import type { Collector } from "../collectors/collector.ts";
import { DEFAULT_OPTIONS, type FormatOptions, FORMATS } from "../collectors/registry.ts";
import { createPstatsFile } from "../collectors/pstats_file.ts";
import { Profile } from "../src/profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../src/profile/tables.ts";
import { run } from "../scripts/shell.ts";
import { print, printMachine, printTable } from "./table.ts";

const STACKS = 200_000;
/** Frames that all stacks have in common, and those above them in which each stack differs. */
const STEM = 30;
const TAIL = 4;
const STEPS = 50;

/** What a process that ran one format says of it. */
interface Measured {
  readonly seconds: number;
  readonly bytes: number;
  /** Highest resident size before and after, MB. */
  readonly before: number;
  readonly peak: number;
}

const NO_SPOOLS = {
  createSpool: (): never => {
    throw new Error("a format that counts puts nothing aside");
  },
};

const counted = (name: keyof typeof FORMATS, options: Partial<FormatOptions> = {}): Collector =>
  FORMATS[name].create({ ...DEFAULT_OPTIONS, ...options }, NO_SPOOLS);

const FORMATS_THAT_COUNT: Readonly<Record<string, () => Collector>> = {
  "pstats table": () => counted("pstats"),
  "pstats file": createPstatsFile,
  "collapsed": () => counted("collapsed"),
  "jsonl": () => counted("jsonl"),
  "jsonl, stacks": () => counted("jsonl", { jsonlStacks: true }),
  "pprof": () => counted("pprof"),
  "otlp": () => counted("otlp"),
  "json": () => counted("json"),
  "csv": () => counted("csv"),
};

/** A profile of one thread in which each of so many stacks was seen twice. */
function createProfile(count: number): Profile {
  const profile = new Profile({
    tool: "tachyon",
    toolVersion: "bench",
    pid: 4242,
    command: ["python3", "bench.py"],
    pythonVersion: "3.15.0",
    freeThreaded: false,
    mode: "wall",
    consistency: "verified",
    allThreads: false,
    intervalUs: 1000,
    startedAt: 1_760_000_000_000,
  });
  const { frames, stacks, strings, threads, quality } = profile;
  threads.push({ tid: 4242, name: "MainThread", interpreter: 0, main: true });
  const addFrame = (name: string): number =>
    frames.push({
      file: strings.push(`/srv/app/package/${name}.py`) - 1,
      name: strings.push(`Service.${name}`) - 1,
      firstLine: 10,
      line: 12,
      endLine: 12,
      column: 4,
      endColumn: 20,
      opcode: -1,
      kind: FRAME_KINDS.indexOf("python"),
    });
  let stem: number = NO_STACK;
  for (let depth = 0; depth < STEM; depth++) stem = stacks.push(stem, addFrame(`stem_${depth}`));
  const levels = Array.from(
    { length: TAIL },
    (_, depth) => Array.from({ length: STEPS }, (_, step) => addFrame(`step_${depth}_${step}`)),
  );
  const known = new Map<string, number>();
  const ends = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    let stack = stem;
    let path = "";
    let rest = index;
    for (const level of levels) {
      const frame = level[rest % STEPS]!;
      rest = Math.floor(rest / STEPS);
      path += `${frame} `;
      let next = known.get(path);
      if (next === undefined) known.set(path, next = stacks.push(stack, frame));
      stack = next;
    }
    ends[index] = stack;
  }
  for (let round = 0; round < 2; round++) {
    profile.add({
      length: count,
      time: new Float64Array(count),
      thread: new Int32Array(count),
      stack: ends,
      flags: new Int32Array(count),
    });
  }
  quality.samples = quality.ticks = 2 * count;
  return profile;
}

function measureFormat(name: string, stacks: number): Measured {
  const profile = createProfile(stacks);
  const collector = FORMATS_THAT_COUNT[name]!();
  const before = peakMb();
  const begun = performance.now();
  let bytes = 0;
  for (
    const piece of collector.finish(profile, { durationUs: 2000 * stacks, ending: "duration" })
  ) {
    bytes += piece.length;
  }
  return { seconds: (performance.now() - begun) / 1000, bytes, before, peak: peakMb() };
}

/** Highest resident size of this process so far. */
function peakMb(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) / 1024;
}

async function main([first, second]: readonly string[]): Promise<void> {
  if (second !== undefined) return print(JSON.stringify(measureFormat(second, Number(first))));
  const stacks = Number(first ?? STACKS);
  await printMachine("deno run -A bench/exports.ts", []);
  const rows: string[][] = [];
  const module = new URL(import.meta.url).pathname;
  for (const name of Object.keys(FORMATS_THAT_COUNT)) {
    const command = ["run", "-q", "-A", module, String(stacks), name];
    const { seconds, bytes, before, peak }: Measured = JSON.parse(
      await run(Deno.execPath(), command),
    );
    rows.push([
      name,
      seconds.toFixed(2),
      (bytes / 1e6).toFixed(1),
      before.toFixed(0),
      peak.toFixed(0),
    ]);
  }
  print(`\n${stacks} different stacks of ${STEM + TAIL} frames:`);
  printTable(["format", "s", "output MB", "peak MB before", "peak MB"], rows);
}

await main(Deno.args);
