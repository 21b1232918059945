/**
 * How fast formats that show time are, and how much memory they take: `deno run -A bench/time_exports.ts
 * [samples]`, after `deno task assets`. First 10 million samples (or as many as are asked for) of 200 000
 * different stacks go through each of them, each in a process of its own, output thrown away. Then a
 * recording with every one of these stacks is replayed to gecko, by us and by Python 3.15.
 */
import { createBinary } from "../collectors/binary.ts";
import { DEFAULT_OPTIONS, type FormatName, FORMATS } from "../collectors/registry.ts";
import type { Summary } from "../src/profile/metadata.ts";
import { type Profile, type SampleBatch, STATUS, STATUS_SHIFT } from "../src/profile/profile.ts";
import { createSpoolStore } from "../src/cli/spool.ts";
import { findTestPythons } from "../scripts/pythons.ts";
import { run } from "../scripts/shell.ts";
import { addFrame, createBenchProfile, growStem, STEM } from "./export_profile.ts";
import { peakMb, watch, writePieces } from "./measure.ts";
import { print, printMachine, printTable } from "./table.ts";

const MODULE = new URL(import.meta.url).pathname;
const MAIN = new URL("../src/main.ts", import.meta.url).pathname;
const FORMATS_IN_TIME: readonly FormatName[] = ["gecko", "speedscope", "perfetto"];
const STACKS = 200_000;
/** Frames above those that all have in common, in which each stack differs. */
const TAIL = 10;
const THREADS = 4;
const BATCH = 4096;
/** Samples of the recording: each stack is in it. */
const RECORDED = 2 * STACKS;
const INTERVAL_US = 100;

/** A profile before its samples, and the stacks that are to be sampled. */
interface Prepared {
  readonly profile: Profile;
  readonly ends: readonly number[];
}

function createProfile(): Prepared {
  const profile = createBenchProfile(THREADS, INTERVAL_US);
  const { stacks } = profile;
  const stem = growStem(profile);
  const steps = Array.from({ length: 50 }, (_, index) => addFrame(profile, `step_${index}`));
  const known = new Map<string, number>();
  const ends = Array.from({ length: STACKS }, (_, index) => {
    let stack = stem;
    let path = "";
    for (let depth = 0, rest = index; depth < TAIL; depth++) {
      const step = rest % steps.length;
      rest = Math.floor(rest / steps.length);
      path += `${step} `;
      const next = known.get(path) ?? stacks.push(stack, steps[step]!);
      // Four steps tell all stacks apart; above them nothing is shared.
      if (depth < 3) known.set(path, next);
      stack = next;
    }
    return stack;
  });
  return { profile, ends };
}

/** Samples that go through all stacks; now and then a thread stays where it is, and its state changes. */
function* sampleAll(ends: readonly number[], samples: number): Generator<SampleBatch> {
  let end = 0;
  for (let done = 0; done < samples;) {
    const length = Math.min(BATCH, samples - done);
    const batch = {
      length,
      time: new Float64Array(length),
      thread: new Int32Array(length),
      stack: new Int32Array(length),
      flags: new Int32Array(length),
    };
    for (let i = 0; i < length; i++, done++) {
      const tick = Math.floor(done / THREADS);
      batch.time[i] = tick * INTERVAL_US;
      batch.thread[i] = done % THREADS;
      batch.stack[i] = ends[end]!;
      const status = done % 64 < 32 ? STATUS.hasGil : STATUS.waitsForGil;
      batch.flags[i] = (status | STATUS.cpuUnknown) << STATUS_SHIFT;
      if (done % 3 !== 0) end = (end + 1) % ends.length;
    }
    yield batch;
  }
}

/** What a process that ran one format says of it. */
interface Measured {
  readonly seconds: number;
  readonly bytes: number;
  readonly peakMb: number;
  readonly emptyMb: number;
}

function summarize(samples: number): Summary {
  return { durationUs: samples / THREADS * INTERVAL_US, ending: "duration" };
}

function countSamples({ quality }: Profile, samples: number): void {
  quality.samples = samples;
  quality.ticks = samples / THREADS;
}

function measureFormat(format: FormatName, samples: number): Measured {
  const store = createSpoolStore(".");
  const { profile, ends } = createProfile();
  countSamples(profile, samples);
  const collector = FORMATS[format].create(DEFAULT_OPTIONS, store);
  const emptyMb = peakMb();
  let bytes = 0;
  const drop = (pieces: Iterable<Uint8Array>): void => {
    for (const piece of pieces) bytes += piece.length;
  };
  const begun = performance.now();
  drop(collector.begin(profile.metadata));
  for (const batch of sampleAll(ends, samples)) drop(collector.add(profile, batch));
  drop(collector.finish(profile, summarize(samples)));
  const seconds = (performance.now() - begun) / 1000;
  store.close();
  return { seconds, bytes, peakMb: peakMb(), emptyMb };
}

function writeRecording(path: string): void {
  const { profile, ends } = createProfile();
  const collector = createBinary({});
  using file = Deno.createSync(path);
  const write = (pieces: Iterable<Uint8Array>): void => writePieces(file, pieces);
  write(collector.begin(profile.metadata));
  for (const batch of sampleAll(ends, RECORDED)) {
    profile.add(batch);
    write(collector.add(profile, batch));
  }
  countSamples(profile, RECORDED);
  write(collector.finish(profile, summarize(RECORDED)));
  file.seekSync(0, Deno.SeekMode.Start);
  write([collector.head!()]);
}

async function compareReplays(): Promise<void> {
  const python = (await findTestPythons()).find(({ minor }) => minor === "3.15")?.path;
  if (python === undefined) throw new Error("there is no Python 3.15 to compare with");
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/a.bin`;
    writeRecording(file);
    const ours = `${folder}/ours.json`;
    const theirs = `${folder}/theirs.json`;
    const tachyon = [Deno.execPath(), "run", "-q", "-A", MAIN, "replay", "-q", "--gecko"];
    const us = await watch(python, [...tachyon, "-o", ours, file]);
    const sampling = [python, "-m", "profiling.sampling", "replay", "--gecko"];
    const them = await watch(python, [...sampling, "-o", theirs, file]);
    const megabytes = async (path: string): Promise<string> =>
      ((await Deno.stat(path)).size / 1e6).toFixed(0);
    print(`\nReplay of ${RECORDED} samples of ${STACKS} stacks to gecko:`);
    printTable(["", "s", "peak MB", "file MB"], [
      ["tachyon", us.seconds.toFixed(1), us.megabytes.toFixed(0), await megabytes(ours)],
      ["Python 3.15", them.seconds.toFixed(1), them.megabytes.toFixed(0), await megabytes(theirs)],
      [
        "ratio",
        (us.seconds / them.seconds).toFixed(2),
        (us.megabytes / them.megabytes).toFixed(2),
        "",
      ],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function main([first, second]: readonly string[]): Promise<void> {
  const format = FORMATS_IN_TIME.find((name) => name === first);
  if (format !== undefined) return print(JSON.stringify(measureFormat(format, Number(second))));
  const samples = Number(first ?? 10_000_000);
  await printMachine("deno run -A bench/time_exports.ts", ["3.15"]);
  print(`\n${samples} samples of ${STACKS} stacks, ${THREADS} threads, depth ${STEM + TAIL}:`);
  const rows: string[][] = [];
  for (const name of FORMATS_IN_TIME) {
    const args = ["run", "-q", "-A", MODULE, name, String(samples)];
    const measured: Measured = JSON.parse(await run(Deno.execPath(), args));
    const { seconds, bytes, emptyMb } = measured;
    rows.push([
      name,
      seconds.toFixed(1),
      (samples / seconds / 1e6).toFixed(2),
      (bytes / 1e6).toFixed(0),
      emptyMb.toFixed(0),
      measured.peakMb.toFixed(0),
    ]);
  }
  printTable(["", "s", "M samples/s", "MB out", "MB before", "peak MB"], rows);
  await compareReplays();
}

if (import.meta.main) await main(Deno.args);
