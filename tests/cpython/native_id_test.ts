import assert from "node:assert/strict";
import { MemoryReader } from "../../src/cpython/memory.ts";
import { nativeIdsOf } from "../../src/cpython/native_id.ts";
import { Image } from "./image.ts";

const MAIN = 0x7f00_0000_0f00;
const WORKER = 0x7f00_0000_0200;

/** A process of two threads whose C library keeps a thread's id at a place behind its `pthread_t`. */
function library(place: number, pid = 4711): { image: Image; reader: MemoryReader } {
  const image = new Image(pid, []);
  image.map(MAIN, 8);
  image.poke(MAIN + place, pid);
  image.poke(WORKER + place, pid + 5);
  image.threads = () => [pid, pid + 5];
  return { image, reader: new MemoryReader(image) };
}

Deno.test("a thread's id is where the main thread has the pid, up to the end of memory", () => {
  for (const place of [48, 96, 248]) {
    const { image, reader } = library(place);
    assert.deepEqual(nativeIdsOf(image, reader, [WORKER]), [0], "nothing has shown the place yet");
    assert.deepEqual(nativeIdsOf(image, reader, [MAIN]), [4711]);
    assert.deepEqual(nativeIdsOf(image, reader, [WORKER, MAIN]), [4716, 4711]);
  }
});

Deno.test("a thread whose memory is gone has no id", () => {
  const { image, reader } = library(48);
  assert.deepEqual(nativeIdsOf(image, reader, [8]), [0]);
  assert.deepEqual(nativeIdsOf(image, reader, [MAIN]), [4711]);
  assert.deepEqual(nativeIdsOf(image, reader, [0x1000, MAIN]), [0, 4711]);
});

Deno.test("a small pid that stands in many places is told from its likes by the other threads", () => {
  const { image, reader } = library(96, 1);
  for (const pthread of [MAIN, WORKER]) {
    image.poke(pthread + 24, 1); // as a flag would
    image.poke(pthread + 32, pthread === MAIN ? 1 : 77); // as a count would
  }
  assert.deepEqual(nativeIdsOf(image, reader, [MAIN, MAIN]), [1, 1]);
  image.threads = () => [1];
  assert.deepEqual(nativeIdsOf(image, reader, [MAIN, WORKER]), [0, 0], "the worker has not begun");
  image.threads = () => [1, 6];
  assert.deepEqual(nativeIdsOf(image, reader, [MAIN, WORKER]), [1, 6]);
});

Deno.test("ids that no process has, as on macOS, are found where each thread has one of its own", () => {
  const { image, reader } = library(216, 70_000);
  for (const pthread of [MAIN, WORKER]) image.poke(pthread + 24, 70_000); // as a handle would
  image.poke(MAIN + 216, 0x1_e240);
  image.poke(WORKER + 216, 0x1_e241);
  image.threads = () => [0x1_e240, 0x1_e241];
  assert.deepEqual(nativeIdsOf(image, reader, [WORKER]), [0x1_e241]);
  assert.deepEqual(nativeIdsOf(image, reader, [WORKER, MAIN]), [0x1_e241, 0x1_e240]);
});

Deno.test("the only thread of a process of macOS has an id even where several places may hold it", () => {
  const { image, reader } = library(216, 70_000);
  for (const place of [96, 216]) image.poke(MAIN + place, 0x1_e240);
  image.threads = () => [0x1_e240];
  assert.deepEqual(nativeIdsOf(image, reader, [MAIN]), [0x1_e240]);
});
