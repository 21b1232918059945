import assert from "node:assert/strict";
import {
  createRing,
  isStopRequested,
  openRing,
  requestStop,
  RingReader,
  RingWriter,
} from "../../src/sampler/ring.ts";
import { Random } from "../cpython/random.ts";
import { smallRing } from "./rings.ts";

/** Writes a record of its own length, then numbers. */
function write(writer: RingWriter, words: number, first: number): boolean {
  if (!writer.reserve(words)) return false;
  writer.put(words);
  for (let i = 1; i < words; i++) writer.put(first + i);
  writer.publish();
  return true;
}

// At 2³¹ and 2³² words, after hours of samples, the positions change their sign and start anew.
for (const position of [0, 2 ** 31 - 300, -300]) {
  Deno.test(`words come out as they went in, from position ${position}`, () => {
    const random = new Random(position);
    const ring = smallRing(64, position);
    const writer = new RingWriter(ring);
    const reader = new RingReader(openRing(ring.memory));
    const written: number[][] = [];
    let refused = 0;
    for (let step = 0; step < 3000; step++) {
      const words = 1 + random.below(20);
      if (random.below(5) > 0) {
        const used = written.reduce((sum, [length]) => sum + length!, 0);
        const done = write(writer, words, step * 100);
        assert.equal(done, used + words <= 64, `${used} + ${words} words`);
        if (done) written.push([words, step * 100]);
        else refused++;
        continue;
      }
      assert.equal(reader.available(), written.reduce((sum, [length]) => sum + length!, 0));
      for (let left = random.below(written.length + 1); left > 0; left--) {
        const [length, first] = written.shift()!;
        assert.equal(reader.next(), length);
        for (let i = 1; i < length!; i++) assert.equal(reader.next(), first! + i);
      }
      reader.release();
    }
    assert.ok(refused > 100, "the ring was never full");
  });
}

Deno.test("a record is not to be seen before it is published", () => {
  const ring = smallRing(16);
  const writer = new RingWriter(ring);
  const reader = new RingReader(ring);
  assert.ok(writer.reserve(2));
  writer.put(1);
  assert.equal(reader.available(), 0);
  writer.put(2);
  assert.equal(reader.available(), 0);
  writer.publish();
  assert.equal(reader.available(), 2);
});

Deno.test("a refused record leaves no trace", () => {
  const ring = smallRing(16);
  const writer = new RingWriter(ring);
  assert.ok(write(writer, 10, 0));
  assert.equal(write(writer, 7, 0), false);
  assert.ok(write(writer, 6, 50));
  assert.equal(write(writer, 1, 0), false);
  const reader = new RingReader(ring);
  assert.equal(reader.available(), 16);
  for (let i = 0; i < 10; i++) reader.next();
  assert.equal(reader.next(), 6);
  assert.equal(write(writer, 1, 0), false, "what was read is not given back yet");
  reader.release();
  assert.ok(write(writer, 11, 0));
});

Deno.test("a record of another length than reserved is a defect that shows", () => {
  const writer = new RingWriter(smallRing(16));
  writer.reserve(3);
  writer.put(1);
  assert.throws(() => writer.publish(), /not as long as was reserved/);
});

Deno.test("both sides of a ring see the request to stop", () => {
  const ring = createRing();
  const other = openRing(ring.memory);
  assert.equal(isStopRequested(other), false);
  requestStop(ring);
  assert.equal(isStopRequested(other), true);
  assert.equal(new RingReader(other).available(), 0);
});
