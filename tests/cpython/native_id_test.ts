import assert from "node:assert/strict";
import { MemoryReader } from "../../src/cpython/memory.ts";
import { nativeIdOf } from "../../src/cpython/native_id.ts";
import { Image } from "./image.ts";

const PID = 4711;
const MAIN = 0x7f00_0000_0f00;
const WORKER = 0x7f00_0000_0200;

/** A process whose C library keeps a thread's id at a place behind its `pthread_t`. */
function library(place: number): { image: Image; reader: MemoryReader } {
  const image = new Image(PID, []);
  image.map(MAIN, 8);
  image.poke(MAIN + place, PID);
  image.poke(WORKER + place, PID + 5);
  return { image, reader: new MemoryReader(image) };
}

Deno.test("a thread's id is where the main thread has the pid, up to the end of memory", () => {
  for (const place of [48, 96, 248]) {
    const { image, reader } = library(place);
    assert.equal(nativeIdOf(image, reader, WORKER), 0, "nothing has shown the place yet");
    assert.equal(nativeIdOf(image, reader, MAIN), PID);
    assert.equal(nativeIdOf(image, reader, WORKER), PID + 5);
  }
});

Deno.test("a thread whose memory is gone has no id", () => {
  const { image, reader } = library(48);
  assert.equal(nativeIdOf(image, reader, 8), 0);
  assert.equal(nativeIdOf(image, reader, MAIN), PID);
  assert.equal(nativeIdOf(image, reader, 0x1000), 0);
});
