import assert from "node:assert/strict";
import { run } from "../../scripts/shell.ts";
import { METADATA } from "../collectors/profiles.ts";
import { randomCapture } from "./random_capture.ts";
import { join, open, record } from "./recordings.ts";
import { expectTheirs, python315, theirFiles } from "./their_reader.ts";

/** Random recordings in each direction; `deno task test:recordings` has ten thousand. */
const ROUNDS = Number(Deno.env.get("TACHYON_ROUND_TRIPS") ?? 400);
/** Of theirs, so many are on disk at a time. */
const BLOCK = 200;
const START = METADATA.startedAt * 1000;

/** Samples by thread: time, state, frames. */
type TheirSamples = [
  thread: string,
  samples: [time: number, status: number, frames: unknown[]][],
][];

Deno.test("CPython reads from our recordings what was captured", async () => {
  const python = await python315();
  if (python === undefined) return;
  const folder = await Deno.makeTempDir();
  try {
    const theirs = new Deno.Command(python, {
      args: [theirFiles, "read"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const answers = theirs.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const questions = theirs.stdin.getWriter();
    let waiting = "";
    for (let seed = 0; seed < ROUNDS; seed++) {
      const capture = randomCapture(seed);
      const batches = [...capture.batches];
      const compression = seed % 5 === 0 ? "none" : "zstd";
      const { bytes } = record({ ...capture, batches }, { compression });
      const path = `${folder}/${seed % 16}.bin`;
      await Deno.writeFile(path, bytes);
      await questions.write(new TextEncoder().encode(`${path}\n`));
      while (!waiting.includes("\n")) {
        const { value, done } = await answers.read();
        assert.ok(!done, `CPython ended at recording ${seed}`);
        waiting += value;
      }
      const end = waiting.indexOf("\n");
      const answer = waiting.slice(0, end);
      waiting = waiting.slice(end + 1);
      const expected = expectTheirs(capture.profile, join(batches), START, false);
      assert.equal(answer, await sha256(expected), `recording ${seed}`);
    }
    await questions.close();
    await answers.cancel();
    await theirs.status;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("we read from CPython's recordings what CPython reads", async () => {
  const python = await python315();
  if (python === undefined) return;
  for (let from = 0; from < ROUNDS; from += BLOCK) {
    const count = Math.min(BLOCK, ROUNDS - from);
    const folder = await Deno.makeTempDir();
    try {
      await run(python, [theirFiles, "write", String(from), String(count), folder]);
      for (let number = from; number < from + count; number++) {
        await compareTheirs(`${folder}/${number}.bin`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

/** Reads a recording of theirs and compares it with the text beside it. */
async function compareTheirs(path: string): Promise<void> {
  const recording = open(await Deno.readFile(path));
  const samples = join(recording.read());
  assert.equal(recording.recovered, undefined);
  assert.equal(recording.writer, "cpython");
  assert.equal(samples.length, recording.samples);
  const text = await Deno.readTextFile(`${path}.json`);
  const theirs: TheirSamples = JSON.parse(text);
  // Times count from the first tick, theirs are of a clock.
  const start = Math.min(...theirs.flatMap(([, all]) => all.map(([time]) => time)));
  const ours = expectTheirs(recording.profile, samples, start, true);
  assert.ok(ours === text, path);
  assert.equal(recording.measured?.failed, 0.0025);
  assert.equal(recording.measured?.missed, 0.0075);
  assert.equal(recording.summary.durationUs, 1_500_000);
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
