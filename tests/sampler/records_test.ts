import assert from "node:assert/strict";
import { emptyQuality, REJECTIONS } from "../../src/profile/quality.ts";
import { loadQuality, storeQuality } from "../../src/sampler/counters.ts";
import {
  drain,
  writeFrame,
  writeLoss,
  writeMark,
  writeMiss,
  writeName,
  writeSample,
  writeStack,
  writeString,
  writeThread,
} from "../../src/sampler/records.ts";
import type { Mark } from "../../src/sampler/capture.ts";
import { createRing, openRing, RingReader, RingWriter } from "../../src/sampler/ring.ts";
import { Random } from "../cpython/random.ts";
import { Drain, type Drained, emptyProfile, smallRing } from "./rings.ts";

const EXTREMES = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];

for (const position of [0, 2 ** 31 - 5000, -5000]) {
  Deno.test(`records of every kind arrive whole and in order, from position ${position}`, () => {
    const random = new Random(position + 1);
    const ring = smallRing(1024, position);
    const writer = new RingWriter(ring);
    const drain = new Drain(openRing(ring.memory));
    const strings: string[] = [];
    const frames: number[][] = [];
    const stacks: [number, number][] = [];
    const threads: { name: string }[] = [];
    const samples: Drained[] = [];
    let refused = 0;
    const number = (): number => random.below(3) === 0 ? random.pick(EXTREMES) : random.word() | 0;
    for (let step = 0; step < 8000; step++) {
      const kind = random.below(12);
      let done = true;
      if (kind === 0) {
        const text = random.text(random.pick([0, 1, 2, 3, 60, 400]));
        done = writeString(writer, text);
        if (done) strings.push(text);
      } else if (kind === 1) {
        const values = Array.from({ length: 9 }, number);
        const [file, name, firstLine, line, endLine, column, endColumn, opcode, kind] = values;
        done = writeFrame(writer, {
          ...{ file: file!, name: name!, firstLine: firstLine!, line: line!, endLine: endLine! },
          ...{ column: column!, endColumn: endColumn!, opcode: opcode!, kind: kind! },
        });
        if (done) frames.push(values);
      } else if (kind === 2) {
        const [prefix, frame] = [number(), number()];
        done = writeStack(writer, prefix, frame);
        if (done) stacks.push([prefix, frame]);
      } else if (kind === 3) {
        const main = random.below(2) === 1;
        const thread = { tid: number(), interpreter: number(), main, name: random.text(40) };
        done = writeThread(writer, thread);
        if (done) threads.push(thread);
      } else if (kind === 10 && threads.length > 0) {
        const id = random.below(threads.length);
        const name = random.text(40);
        done = writeName(writer, id, name);
        if (done) threads[id] = { ...threads[id]!, name };
      } else if (kind < 10) {
        const time = random.word() * (random.below(2) === 0 ? 1 : 100_000);
        const [thread, stack, flags] = [random.below(20), random.below(300), number()];
        done = writeSample(writer, time, thread, stack, flags);
        if (done) samples.push({ time, thread, stack, flags });
      } else if (random.below(10) === 0) drain.run();
      if (!done) refused++;
    }
    drain.run();
    const { profile } = drain;
    assert.ok(refused > 100, "the ring was never full");
    assert.deepEqual(profile.strings, strings);
    assert.deepEqual(profile.threads, threads);
    assert.deepEqual(drain.samples, samples);
    const columns = [
      "file",
      "name",
      "firstLine",
      "line",
      "endLine",
      "column",
      "endColumn",
      "opcode",
    ];
    assert.equal(profile.frames.length, frames.length);
    frames.forEach((values, id) => {
      const table = profile.frames;
      const found = [...columns, "kind"].map((name) => table[name as "file"].at(id));
      assert.deepEqual(found, values);
    });
    assert.equal(profile.stacks.length, stacks.length);
    stacks.forEach(([prefix, frame], id) => {
      assert.equal(profile.stacks.prefix.at(id), prefix);
      assert.equal(profile.stacks.frame.at(id), frame);
    });
    const counted = profile.counts.flatMap((column) => [...column.view()]);
    assert.equal(counted.reduce((sum, count) => sum + count, 0), samples.length);
  });
}

Deno.test("more samples than fit into one batch come in several, in order of time", () => {
  const ring = createRing();
  const writer = new RingWriter(ring);
  let written = 0;
  while (writeSample(writer, written, written % 3, 7, 0)) written++;
  const drain = new Drain(ring);
  assert.ok(drain.run() > 1);
  assert.equal(drain.samples.length, written);
  assert.ok(drain.samples.every(({ time }, i) => time === i));
  assert.equal(writeSample(writer, 0, 0, 0, 0), true, "there is room again");
});

Deno.test("the time of a sample is whole microseconds, for years", () => {
  const writer = new RingWriter(smallRing(64));
  const times = [0, 0.75, 4_294_967_295.9, 4_294_967_296, 4_294_967_297.5, 2 ** 47 + 3];
  for (const time of times) assert.ok(writeSample(writer, time, 0, 0, 0));
  const drain = new Drain(writer.ring);
  drain.run();
  assert.deepEqual(drain.samples.map(({ time }) => time), times.map(Math.floor));
});

Deno.test("a record of no known kind is a defect that shows", () => {
  const writer = new RingWriter(smallRing(64));
  writer.reserve(1);
  writer.put(15 | 1 << 4);
  writer.publish();
  assert.throws(() => new Drain(writer.ring).run(), /unknown record 15/);
});

Deno.test("every count of the sampling thread arrives at the main thread", () => {
  const ring = createRing();
  const quality = emptyQuality();
  let next = 1e12;
  const counts = quality as unknown as Record<string, number | number[]>;
  for (const [name, value] of Object.entries(counts)) {
    // Filters are applied on the main thread, which counts what they leave out.
    if (typeof value === "number" && name !== "filtered") counts[name] = next++;
  }
  quality.rejected = REJECTIONS.map(() => next++);
  assert.deepEqual(loadQuality(ring.counters), emptyQuality());
  storeQuality(ring.counters, quality);
  const into = emptyQuality();
  assert.equal(loadQuality(openRing(ring.memory).counters, into), into);
  assert.deepEqual(into, quality);
});

Deno.test("where counts stood, and what was lost, is told beside the profile", () => {
  const ring = createRing();
  const writer = new RingWriter(ring);
  const quality = { ...emptyQuality(), ticks: 2 ** 40 + 1, missedTicks: 3 };
  quality.rejected[6] = 5;
  assert.ok(writeLoss(writer, 2 ** 33, 1, 2, 7));
  assert.ok(writeMark(writer, 1e13 + 1, 1e13, quality));
  assert.ok(writeMiss(writer, 5, 9));
  const told: unknown[] = [];
  const profile = emptyProfile();
  const batches = drain(new RingReader(ring), profile, {
    parts: {
      lose: (...loss) => void told.push(loss),
      miss: (...miss) => void told.push(miss),
      mark: (mark: Mark) => void told.push(mark),
      drained: () => {},
    },
  });
  assert.deepEqual(batches, []);
  assert.deepEqual(told, [
    [2 ** 33, 1, 2, 7],
    { timeUs: 1e13 + 1, settledUs: 1e13, quality },
    [5, 9],
  ]);
  assert.equal(profile.rejectedAt.at(7), 1);
});
