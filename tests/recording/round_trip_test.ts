import assert from "node:assert/strict";
import type { SampleBatch } from "../../src/profile/profile.ts";
import { STATUS_SHIFT, statusOf } from "../../src/profile/profile.ts";
import { shopProfile, SUMMARY } from "../collectors/profiles.ts";
import { type Capture, emptyBatch, randomCapture } from "./random_capture.ts";
import { assertSame, join, open, readAll, record } from "./recordings.ts";

/** Holds a capture's batches while they are made. */
function withBatches(capture: Capture): { capture: Capture; batches: SampleBatch[] } {
  const batches: SampleBatch[] = [];
  function* pass(): Generator<SampleBatch> {
    for (const batch of capture.batches) {
      batches.push(batch);
      yield batch;
    }
  }
  return { capture: { ...capture, batches: pass() }, batches };
}

/** Samples by thread, in order; threads go their own ways within a tick. */
function byThread({ length, time, thread, stack, flags }: SampleBatch): Map<number, number[][]> {
  const threads = new Map<number, number[][]>();
  for (let i = 0; i < length; i++) {
    const samples = threads.get(thread[i]!) ?? [];
    samples.push([time[i]!, stack[i]!, statusOf(flags[i]!)]);
    threads.set(thread[i]!, samples);
  }
  return threads;
}

Deno.test("a recording read back has every sample, name and count of the capture", () => {
  for (let seed = 0; seed < 300; seed++) {
    const { capture, batches } = withBatches(randomCapture(seed));
    const compression = seed % 2 === 0 ? "zstd" : "none";
    const { bytes } = record(capture, { compression });
    const { samples, profile, summary, recording } = readAll(bytes);
    assert.equal(recording.recovered, undefined);
    assert.equal(recording.progress, 1);
    assert.deepEqual(byThread(samples), byThread(join(batches)));
    assert.deepEqual(summary, capture.summary);
    assertSame(profile, capture.profile);
  }
});

Deno.test("a recording that fills many blocks is read as it was written", () => {
  for (const compression of ["zstd", "none"] as const) {
    const shape = { samples: 50_000, threads: 3, depth: 60, gaps: [0, 1, 17] };
    const { capture, batches } = withBatches(randomCapture(1, shape));
    const { samples, profile } = readAll(record(capture, { compression }).bytes);
    const [actual, expected] = [byThread(samples), byThread(join(batches))];
    assert.equal(JSON.stringify([...actual].sort()), JSON.stringify([...expected].sort()));
    assertSame(profile, capture.profile);
  }
});

Deno.test("threads that are renamed during a capture have their last names when it is read", () => {
  const { capture, batches } = withBatches(randomCapture(3));
  const { threads } = capture.profile;
  const rename = (name: string): void => {
    threads.forEach((thread, i) => i % 2 === 0 && (threads[i] = { ...thread, name }));
  };
  function* renaming(): Generator<SampleBatch> {
    for (const [i, batch] of [...capture.batches].entries()) {
      rename(`name ${i}`);
      yield batch;
    }
    rename("last \ud800 name");
  }
  const { profile } = readAll(record({ ...capture, batches: renaming() }).bytes);
  assert.ok(batches.length > 0 && profile.threads.some(({ name }) => name === "last \ud800 name"));
  assertSame(profile, capture.profile);
});

Deno.test("a thousand threads come back with all of their samples", () => {
  const shape = { samples: 40_000, threads: 1000, depth: 8, gaps: [0, 0, 0, 1000] };
  const { capture, batches } = withBatches(randomCapture(2, shape));
  const { samples, profile } = readAll(record(capture).bytes);
  assert.ok(profile.threads.length >= 1000);
  const [actual, expected] = [byThread(samples), byThread(join(batches))];
  assert.equal(JSON.stringify([...actual].sort()), JSON.stringify([...expected].sort()));
  assertSame(profile, capture.profile);
});

Deno.test("samples of a recording come in order of time", () => {
  const { bytes } = record(randomCapture(7, { samples: 20_000, threads: 9, gaps: [1, 100] }));
  const { time } = readAll(bytes).samples;
  assert.equal(time.length, 20_000);
  for (let i = 1; i < time.length; i++) assert.ok(time[i - 1]! <= time[i]!);
});

Deno.test("a recording of a recording is the same again", () => {
  for (let seed = 0; seed < 50; seed++) {
    const capture = randomCapture(seed);
    const first = open(record(capture).bytes);
    const again = record({ profile: first.profile, batches: first.read(), summary: first.summary });
    assertSame(readAll(again.bytes).profile, capture.profile);
  }
});

Deno.test("stacks of any depth are kept whole", () => {
  const { profile } = shopProfile();
  let stack = -1;
  const deep: number[] = [];
  for (let depth = 1; depth <= 5000; depth++) {
    stack = profile.stacks.push(stack, depth % 3);
    if (depth % 100 === 0 || depth === 256 || depth === 257) deep.push(stack);
  }
  const order = [...deep, ...deep.toReversed(), deep[9]!, deep[9]!, -1, deep[30]!];
  const batch = emptyBatch(order.length);
  batch.stack.set(order);
  batch.time.forEach((_, i) => batch.time[i] = i * 40_000);
  const { bytes } = record({ profile, batches: [batch], summary: SUMMARY });
  assert.deepEqual([...readAll(bytes).samples.stack], order);
});

Deno.test("a thread id that two threads had one after the other stays two threads", () => {
  const { profile } = shopProfile();
  for (const name of ["first", "second"]) {
    profile.threads.push({ tid: 77, interpreter: 0, main: false, name });
  }
  const batch = emptyBatch(6);
  batch.thread.set([1, 1, 2, 2, 1, 2]);
  batch.time.set([0, 1, 2, 3, 4, 5]);
  const { bytes } = record({ profile, batches: [batch], summary: SUMMARY });
  assert.deepEqual([...readAll(bytes).samples.thread], [1, 1, 2, 2, 1, 2]);
});

Deno.test("states of threads and steps back in time are kept", () => {
  const { profile } = shopProfile();
  const batch = emptyBatch(64);
  for (let i = 0; i < 64; i++) {
    batch.flags[i] = i << STATUS_SHIFT;
    batch.time[i] = 150_000 - i * 2000;
  }
  const { samples } = readAll(record({ profile, batches: [batch], summary: SUMMARY }).bytes);
  assert.deepEqual([...samples.flags], [...batch.flags].reverse());
  assert.deepEqual([...samples.time], [...batch.time].reverse());
});

Deno.test("a recording without samples is one", () => {
  const { profile } = shopProfile();
  const { samples, summary, recording } = readAll(
    record({ profile, batches: [], summary: SUMMARY }).bytes,
  );
  assert.equal(samples.length, 0);
  assert.deepEqual(summary, SUMMARY);
  assert.equal(recording.samples, 0);
});

Deno.test("summary and metadata are known before a sample is read", () => {
  const capture = randomCapture(3, {
    metadata: { jitter: true, maxCpu: 0.5, maxSlowdown: 0.02, command: ["\ud800"] },
  });
  const summary = { ...SUMMARY, stops: { stoppedUs: 17, skippedTicks: 2 } };
  const recording = open(record({ ...capture, summary }).bytes);
  assert.deepEqual(recording.metadata, capture.profile.metadata);
  assert.deepEqual(recording.summary, summary);
  assert.equal(recording.progress, 0);
});
