/** What it costs to replay a recording: with many different stacks beside CPython's own replay, and a long one. */
import { createBinary } from "../collectors/binary.ts";
import { run } from "../scripts/shell.ts";
import type { SampleBatch } from "../src/profile/profile.ts";
import { Profile } from "../src/profile/profile.ts";
import { openRecording } from "../src/recording/open.ts";
import { watch, type Watched, writePieces } from "./measure.ts";
import { print, printTable } from "./table.ts";

const main = new URL("../src/main.ts", import.meta.url).pathname;
const config = new URL("../deno.json", import.meta.url).pathname;
const uniqueStacks = new URL("unique_stacks.py", import.meta.url).pathname;
const executable = new URL("../dist/tachyon", import.meta.url).pathname;

const STACKS = 200_000;
const SAMPLES = 10_000_000;
const FORMATS = ["collapsed", "pstats", "flamegraph", "gecko"];

/** Prints the time and memory of replays. */
export async function benchReplay(python: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await benchUnique(python, folder);
    await benchLong(python, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function benchUnique(python: string, folder: string): Promise<void> {
  const file = `${folder}/unique.bin`;
  await run(python, [uniqueStacks, file, String(STACKS)]);
  const replay = (format: string): string[] => ["replay", `--${format}`, "-o", output, file];
  const output = `${folder}/output`;
  const theirs = new Map<string, Watched>();
  for (const format of FORMATS) {
    const command = [python, "-m", "profiling.sampling", ...replay(format)];
    theirs.set(format, await watch(python, command));
  }
  print();
  print(
    `Replay of CPython's recording of ${STACKS} different stacks, start of the program included. ` +
      "Own: more than the program takes to print its version.",
  );
  for (const [name, words] of await listForms()) {
    const { megabytes: empty } = await watch(python, [...words, "--version"]);
    const rows: string[][] = [];
    for (const format of FORMATS) {
      const them = theirs.get(format)!;
      const us = await watch(python, [...words, ...replay(format)]);
      rows.push([
        format,
        us.seconds.toFixed(2),
        us.megabytes.toFixed(0),
        (us.megabytes - empty).toFixed(0),
        them.seconds.toFixed(2),
        them.megabytes.toFixed(0),
        (us.seconds / them.seconds).toFixed(2),
        (us.megabytes / them.megabytes).toFixed(2),
      ]);
    }
    printTable(
      [name, "tachyon, s", "MB", "own", "CPython 3.15, s", "MB", "time ratio", "memory ratio"],
      rows,
    );
  }
}

/** The ways to run tachyon: from source, and as an executable if it has been built. */
async function listForms(): Promise<[name: string, words: string[]][]> {
  const built = await Deno.stat(executable).then(() => true, () => false);
  const forms: [string, string[]][] = [["from source", tachyon([])]];
  if (built) forms.push(["executable", [executable]]);
  return forms;
}

async function benchLong(python: string, folder: string): Promise<void> {
  const file = `${folder}/long.bin`;
  const begun = performance.now();
  writeLong(file);
  const wrote = (performance.now() - begun) / 1000;
  const { size } = await Deno.stat(file);
  const reading = await watch(python, [
    ...[Deno.execPath(), "run", "-q", "-A", "--config", config],
    ...[new URL(import.meta.url).pathname, "read", file],
  ]);
  const replay = await watch(python, tachyon(["replay", "--collapsed", "-o", `${folder}/a`, file]));
  const rate = (seconds: number): string => (SAMPLES / seconds / 1e6).toFixed(1);
  print();
  print(
    `A recording of ${SAMPLES} samples of 8 threads (${(size / 1e6).toFixed(1)} MB), ` +
      "start of the program included:",
  );
  printTable(["", "s", "million samples/s", "MB resident"], [
    ["write", wrote.toFixed(2), rate(wrote), ""],
    ["read", reading.seconds.toFixed(2), rate(reading.seconds), reading.megabytes.toFixed(0)],
    [
      "replay --collapsed",
      replay.seconds.toFixed(2),
      rate(replay.seconds),
      replay.megabytes.toFixed(0),
    ],
  ]);
}

function tachyon(args: readonly string[]): string[] {
  return [Deno.execPath(), "run", "-q", "-A", "--config", config, main, ...args];
}

/** Writes a recording of eight threads, half of which wait and half of which change their stacks. */
function writeLong(path: string): void {
  const profile = new Profile({
    tool: "tachyon",
    toolVersion: "bench",
    pid: 1,
    command: [],
    pythonVersion: "3.14.0",
    freeThreaded: false,
    mode: "wall",
    consistency: "verified",
    allThreads: true,
    intervalUs: 1000,
    startedAt: Date.now(),
  });
  const collector = createBinary({});
  const file = Deno.openSync(path, { write: true, create: true });
  const write = (pieces: Iterable<Uint8Array>): void => writePieces(file, pieces);
  write(collector.begin(profile.metadata));
  for (const batch of makeLong(profile)) write(collector.add(profile, batch));
  write(collector.finish(profile, { durationUs: SAMPLES / 8 * 1000, ending: "duration" }));
  file.seekSync(0, Deno.SeekMode.Start);
  write([collector.head!()]);
  file.close();
}

/** Ten thousand stacks of 20 to 30 frames in a tree, at random in the threads that work. */
function* makeLong(profile: Profile): Generator<SampleBatch> {
  for (let i = 0; i < 8; i++) {
    profile.threads.push({ tid: 100 + i, interpreter: 0, main: i === 0, name: `worker ${i}` });
  }
  const leaves: number[] = [];
  for (let number = 0; number < 500; number++) {
    profile.strings.push(`function_${number}`);
    profile.frames.push({
      file: 0,
      name: number,
      firstLine: number,
      line: number + 5,
      endLine: number + 5,
      column: 4,
      endColumn: 20,
      opcode: -1,
      kind: 0,
    });
  }
  let random = 1;
  const below = (limit: number): number => {
    random = Math.imul(random, 1664525) + 1013904223 | 0;
    return (random >>> 8) % limit;
  };
  let trunk = -1;
  for (let depth = 0; depth < 20; depth++) trunk = profile.stacks.push(trunk, depth);
  for (let i = 0; i < 1000; i++) {
    let stack = trunk;
    for (let depth = 0; depth < 10; depth++) {
      stack = profile.stacks.push(stack, below(500));
      leaves.push(stack);
    }
  }
  const size = 8000;
  const current = new Int32Array(8).fill(trunk);
  for (let done = 0; done < SAMPLES; done += size) {
    const batch = {
      length: size,
      time: new Float64Array(size),
      thread: new Int32Array(size),
      stack: new Int32Array(size),
      flags: new Int32Array(size),
    };
    for (let i = 0; i < size; i++) {
      const thread = i % 8;
      if (thread < 4 && below(2) === 0) current[thread] = leaves[below(leaves.length)]!;
      batch.time[i] = Math.floor((done + i) / 8) * 1000;
      batch.thread[i] = thread;
      batch.stack[i] = current[thread]!;
    }
    profile.quality.samples += size;
    profile.quality.ticks += size / 8;
    yield batch;
  }
}

/** Reads a recording whole. */
function read(path: string): void {
  const file = Deno.openSync(path);
  const { size } = file.statSync();
  const recording = openRecording({
    size,
    readAt(offset, length): Uint8Array {
      const bytes = new Uint8Array(Math.min(length, size - offset));
      file.seekSync(offset, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) at += file.readSync(bytes.subarray(at)) ?? bytes.length;
      return bytes;
    },
  });
  if (!("read" in recording)) throw new Error(recording.what);
  let samples = 0;
  for (const batch of recording.read()) samples += batch.length;
  if (samples !== SAMPLES) throw new Error(`${samples} samples read`);
}

if (import.meta.main && Deno.args[0] === "read") read(Deno.args[1]!);
