import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { ProtobufWriter, varintLength } from "../../collectors/protobuf.ts";

const NUMBERS = [1, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 49 + 3, 2 ** 53 - 1];
const TEXTS = ["", "a", "é".repeat(21), "価".repeat(42), "x".repeat(42), "y".repeat(100_000), "🐍"];

Deno.test("a protobuf runtime reads the numbers that were written, at every length", () => {
  for (const number of NUMBERS) {
    const writer = new ProtobufWriter(1);
    writer.int(1, number);
    writer.packed(2, [number, 0]);
    writer.fixed64(3, BigInt(number));
    writer.bigInt(16, BigInt(number) * 1000n);
    writer.double(4, number / 7);
    const reader = protobuf.Reader.create(writer.take());
    assert.equal(reader.uint32(), 1 << 3);
    assert.equal(String(reader.uint64()), String(number));
    assert.equal(reader.uint32(), 2 << 3 | 2);
    assert.equal(reader.uint32(), varintLength(number) + 1);
    assert.equal(String(reader.uint64()), String(number));
    assert.equal(reader.uint32(), 0);
    assert.equal(reader.uint32(), 3 << 3 | 1);
    assert.equal(String(reader.fixed64()), String(number));
    assert.equal(reader.uint32(), 16 << 3);
    assert.equal(String(reader.uint64()), String(BigInt(number) * 1000n));
    assert.equal(reader.uint32(), 4 << 3 | 1);
    assert.equal(reader.double(), number / 7);
    assert.equal(reader.pos, reader.len);
  }
});

Deno.test("a protobuf runtime reads the texts and messages that were written", () => {
  const writer = new ProtobufWriter(1);
  for (const text of TEXTS) writer.text(5, text);
  writer.message(6, (inner) => inner.message(7, (innermost) => innermost.text(1, "deep")));
  const reader = protobuf.Reader.create(writer.take());
  for (const text of TEXTS) {
    assert.equal(reader.uint32(), 5 << 3 | 2);
    assert.equal(reader.string(), text);
  }
  assert.equal(reader.uint32(), 6 << 3 | 2);
  assert.equal(reader.uint32(), 8);
  assert.equal(reader.uint32(), 7 << 3 | 2);
  assert.equal(reader.uint32(), 6);
  assert.equal(reader.uint32(), 1 << 3 | 2);
  assert.equal(reader.string(), "deep");
  assert.equal(reader.pos, reader.len);
});

Deno.test("what says nothing is left out of a message, but for a choice that was made", () => {
  const writer = new ProtobufWriter();
  writer.int(1, 0);
  writer.bool(2, false);
  writer.packed(3, []);
  assert.equal(writer.length, 0);
  writer.tagged(2, 0);
  assert.deepEqual([...writer.take()], [16, 0]);
  assert.equal(writer.length, 0);
});
