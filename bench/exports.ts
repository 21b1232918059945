/**
 * How long formats that count take, and how much memory: `deno run -A bench/exports.ts [stacks]`. A
 * profile of 200 000 different stacks (or as many as are asked for) of 34 frames goes through each of
 * them, each in a process of its own, output thrown away. Beside CPython: `bench/main.ts replay`.
 */
import type { Collector } from "../collectors/collector.ts";
import { DEFAULT_OPTIONS, type FormatOptions, FORMATS } from "../collectors/registry.ts";
import { createPstatsFile } from "../collectors/pstats_file.ts";
import type { Profile } from "../src/profile/profile.ts";
import { run } from "../scripts/shell.ts";
import { addFrame, createBenchProfile, growStem, STEM } from "./export_profile.ts";
import { peakMb } from "./measure.ts";
import { print, printMachine, printTable } from "./table.ts";

const STACKS = 200_000;
/** Frames above those that all have in common, in which each stack differs. */
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
  const profile = createBenchProfile(1, 1000);
  const { stacks, quality } = profile;
  const stem = growStem(profile);
  const levels = Array.from(
    { length: TAIL },
    (_, depth) =>
      Array.from({ length: STEPS }, (_, step) => addFrame(profile, `step_${depth}_${step}`)),
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
