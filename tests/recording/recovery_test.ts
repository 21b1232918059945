import assert from "node:assert/strict";
import { HEADER_SIZE } from "../../src/recording/tach.ts";
import { openRecording } from "../../src/recording/open.ts";
import type { SampleBatch } from "../../src/profile/profile.ts";
import { joinPieces } from "../collectors/profiles.ts";
import { firstSamples } from "./endless.ts";
import { Random, randomCapture } from "./random_capture.ts";
import { join, open, readAll, record, sourceOfBytes } from "./recordings.ts";

/** Processes that are killed while they record; `deno task recordings` kills a hundred. */
const KILLS = Number(Deno.env.get("TACHYON_KILLS") ?? 8);

/** Samples as text, whatever the order within a tick. */
function textsOf(samples: SampleBatch): string[] {
  const texts: string[] = [];
  for (let i = 0; i < samples.length; i++) {
    texts.push(`${samples.time[i]} ${samples.thread[i]} ${samples.stack[i]}`);
  }
  return texts.sort();
}

Deno.test("a file that ends anywhere is read up to the last samples that were handed over", () => {
  const capture = randomCapture(5, { samples: 300, threads: 3, gaps: [1000, 9000, 90_000] });
  const batches = [...capture.batches];
  const all = textsOf(join(batches));
  const { pieces } = record({ ...capture, batches });
  const whole = joinPieces(pieces);
  const ends: number[] = [];
  pieces.reduce((at, piece) => (ends.push(at + piece.length), at + piece.length), 0);
  let most = 0;
  const lengths = new Set(ends.flatMap((end) => [end - 1, end, end + 1]));
  for (let length = HEADER_SIZE; length <= whole.length; length += 23) lengths.add(length);
  for (const length of [...lengths].sort((a, b) => a - b)) {
    if (length < HEADER_SIZE || length > whole.length) continue;
    const opened = openRecording(sourceOfBytes(whole.subarray(0, length)));
    if (!("read" in opened)) {
      assert.equal(opened.code, "unfinished");
      assert.match(opened.what, /before its first sample/);
      assert.ok(length < ends[2]!);
      continue;
    }
    const samples = join(opened.read());
    assert.equal(opened.recovered?.kind, "unfinished");
    assert.ok(samples.length >= most, `less can be read of ${length} bytes than of fewer`);
    most = samples.length;
    const complete = ends.filter((end) => end <= length).at(-1)!;
    assert.ok(opened.recovered.lostBytes <= Math.max(length - complete, whole.length / 4));
  }
  assert.equal(most, 300);
  assert.deepEqual(textsOf(readAll(whole).samples), all);
});

Deno.test("a file that is finished but for its head loses nothing", () => {
  const capture = randomCapture(9, { samples: 100 });
  const { pieces, bytes } = record(capture);
  const { samples, summary, recording, profile } = readAll(joinPieces(pieces));
  assert.equal(samples.length, 100);
  assert.equal(recording.recovered?.lostBytes, 0);
  assert.match(recording.recovered.what, /never finished, but all samples/);
  assert.deepEqual(summary, capture.summary);
  assert.deepEqual(profile.quality, readAll(bytes).profile.quality);
});

Deno.test("a finished file that was cut off or whose header is wrong is read as far as it goes", () => {
  const capture = randomCapture(14, { samples: 500, gaps: [5000, 15_000] });
  const { bytes, pieces } = record(capture);
  const length = (some: readonly Uint8Array[]): number =>
    some.reduce((sum, piece) => sum + piece.length, 0);
  const half = length(pieces.slice(0, pieces.length >> 1)) + 20;
  const { samples, recording } = readAll(bytes.subarray(0, half));
  assert.match(recording.recovered?.what ?? "", /is cut off; all but its last \d+ bytes/);
  assert.ok(samples.length > 0 && samples.length < 500);
  // All that follows the samples is there for CPython.
  const { samples: most } = readAll(bytes.subarray(0, bytes.length - length(pieces.slice(-5))));
  assert.equal(most.length, 500);
  const wrong = bytes.slice();
  wrong[40]! = 7;
  wrong.fill(0, 41, 48);
  const { samples: all, recording: other } = readAll(wrong);
  assert.equal(all.length, 500);
  assert.equal(other.progress, 1);
  assert.equal(other.recovered?.lostBytes, 0);
});

Deno.test("samples before a damaged part are read, and counted as they were then", () => {
  const capture = randomCapture(11, { samples: 3000, threads: 2, gaps: [5000, 15_000] });
  const { bytes, pieces } = record(capture);
  const damaged = bytes.slice();
  const half = pieces.slice(0, pieces.length >> 1).reduce((sum, { length }) => sum + length, 0);
  damaged.fill(0x55, half + 40, half + 60);
  const { samples, recording, profile, summary } = readAll(damaged);
  assert.equal(recording.recovered?.kind, "damaged");
  assert.match(recording.recovered.what, /^The recording is damaged \(.*\); what comes before/);
  assert.ok(samples.length > 1000 && samples.length < 2000, `${samples.length} samples`);
  assert.ok(profile.quality.samples >= samples.length);
  assert.ok(profile.quality.samples < samples.length + 100);
  assert.ok(Math.abs(summary.durationUs - samples.time.at(-1)!) < 50_000);
});

Deno.test("a finished file whose end was changed by others is read as it is", () => {
  const capture = randomCapture(12, { samples: 50 });
  const { bytes } = record(capture);
  // Without our trailer the last chunk is looked for.
  const changed = bytes.slice();
  changed.fill(0, bytes.length - 32 - 56 - 16, bytes.length - 32 - 56);
  const recording = open(changed);
  assert.deepEqual(recording.summary, capture.summary);
  assert.equal(join(recording.read()).length, 50);
  assert.equal(recording.recovered, undefined);
});

Deno.test(`a process killed while it records leaves all but the last second, ${KILLS} times`, async () => {
  const folder = await Deno.makeTempDir();
  const script = new URL("endless.ts", import.meta.url).pathname;
  const random = new Random(Date.now());
  try {
    for (let seed = 0; seed < KILLS; seed++) {
      const path = `${folder}/${seed}.bin.partial`;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "-A", "--no-check", script, path, String(seed)],
        stdout: "piped",
      }).spawn();
      let told = "";
      let killed = false;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        told = (told + text).slice(-100);
        if (killed) continue;
        killed = true;
        setTimeout(() => child.kill("SIGKILL"), random.below(150));
      }
      assert.equal((await child.status).signal, "SIGKILL");
      const last = Number(told.trimEnd().split("\n").at(-1));
      const { samples, recording } = readAll(await Deno.readFile(path));
      assert.equal(recording.recovered?.kind, "unfinished");
      const reached = samples.time.at(-1) ?? 0;
      assert.ok(last - reached < 1_000_000, `written up to ${last} µs, read up to ${reached} µs`);
      const { all } = firstSamples(seed, samples.length);
      assert.deepEqual(textsOf(samples), textsOf(join(all)));
      await Deno.remove(path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
