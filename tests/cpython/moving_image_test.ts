import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { ACTIVE_STATUS } from "../../src/cpython/layout.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { TORN, UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { PROCESS_LOST, THREAD_LOST } from "../../src/cpython/fetch_status.ts";
import { GONE } from "../../ffi/process.ts";
import { withDataStack } from "./interpreters.ts";
import { begin, type Scene } from "./scenes.ts";

/** Moves the instruction of a frame in the middle of the stack to the start of its function. */
function moveCaller({ image, reading, main }: Scene): { depth: number; place: number } {
  const { path } = reading.snapshot(main);
  const { codeTable, runtime } = reading;
  const depth = Math.floor(path.depth / 2);
  const code = path.codes[depth]!;
  assert.notEqual(path.places[depth], codeTable.firstPlaces[code], "it is there already");
  const at = path.addresses[depth]! + runtime.layout.frame.instruction;
  image.poke(at, codeTable.codes[code]!.start);
  return { depth, place: codeTable.firstPlaces[code]! };
}

for (const python of withDataStack) {
  const minor = nameOf(python);
  Deno.test(`a caller that has moved on is seen on ${minor}, whatever is taken over`, () => {
    const scene = begin(minor);
    const { reading, main } = scene;
    const { depth, place } = moveCaller(scene);
    const before = reading.snapshot(main).path.depth;
    assert.equal(reading.take(main).status, UNPROVEN);
    const { path, changedFrom } = reading.snapshot(main);
    assert.equal(path.places[depth], place);
    assert.equal(path.depth, before);
    assert.ok(changedFrom > 0 && changedFrom <= depth, `changed from ${changedFrom}`);
  });

  Deno.test(`a reading that failed in between is not taken for the last good one on ${minor}`, () => {
    const scene = begin(minor);
    const { image, reading, main } = scene;
    const { chunkTop } = reading.runtime.layout.thread;
    const top = reading.runtime.reader.pointer(main.address + chunkTop)!;
    // The stack changes; at the first look, the thread is about to change its chunk as well.
    const { depth, place } = moveCaller(scene);
    image.poke(main.address + chunkTop, 8);
    let reads = 0;
    image.beforeRead = () => {
      if (++reads === 2) image.poke(main.address + chunkTop, top);
    };
    assert.equal(reading.take(main).status, UNPROVEN);
    assert.ok(reads >= 2);
    assert.equal(reading.snapshot(main).path.places[depth], place);
  });

  Deno.test(`a thread state that never holds together is torn on ${minor}`, () => {
    const { image, reading, main } = begin(minor);
    image.poke(main.address + reading.runtime.layout.thread.chunkTop, 8);
    assert.equal(reading.take(main).status, TORN);
  });

  Deno.test(`a call that contradicts what was learned is torn when asked strictly on ${minor}`, () => {
    const scene = begin(minor);
    const { reading, main } = scene;
    const { path } = reading.snapshot(main);
    const { layout } = reading.runtime;
    // The frame in the middle becomes one of another function that calls nothing of what is above it.
    const depth = Math.floor(path.depth / 2);
    const code = reading.codeTable.codes[path.codes[path.depth - 1]!]!;
    assert.notEqual(path.codes[depth], path.codes[path.depth - 1]);
    scene.image.poke(path.addresses[depth]! + layout.frame.executable, code.address);
    scene.image.poke(path.addresses[depth]! + layout.frame.instruction, code.start + 2);
    const status = reading.take(main, true).status;
    const restored = status === WHOLE && reading.snapshot(main).repairs > 0;
    assert.ok(status === TORN || restored, `status ${status}`);
    // The learned calls prove what stood there: restored or not, the stranger is never shown.
    assert.ok(!restored || path.codes[depth] !== path.codes[path.depth - 1]);
  });

  Deno.test(`a thread state that is another thread's, or gone, is lost on ${minor}`, () => {
    const { image, reading, main } = begin(minor);
    const { ident } = reading.runtime.layout.thread;
    image.poke(main.address + ident, main.tid + 1);
    assert.equal(reading.take(main).status, THREAD_LOST);
    image.poke(main.address + ident, main.tid);
    assert.ok(reading.take(main).status >= WHOLE);
    image.unmap(main.address);
    assert.equal(reading.take(main).status, THREAD_LOST);
    image.read = () => GONE;
    assert.equal(reading.take(main).status, PROCESS_LOST);
  });

  Deno.test(`lists of threads that lead in a circle are read once on ${minor}`, () => {
    const { image, reading, main } = begin(minor);
    const { layout } = reading.runtime;
    const before = listThreads(reading.runtime);
    assert.ok(before.length >= 2, "the thread that reports is there too");
    image.readsLeft = 1000;
    for (const { address } of before) image.poke(address + layout.thread.next, address);
    assert.ok(listThreads(reading.runtime).length >= 1);
    for (const { address } of before) image.poke(address + layout.thread.next, before[1]!.address);
    image.poke(main.interpreter + layout.interpreter.next, main.interpreter);
    const listed = listThreads(reading.runtime).map(({ address }) => address);
    assert.equal(new Set(listed).size, listed.length);
  });

  Deno.test(`a thread waiting in a sleep does not hold the interpreter's lock on ${minor}`, () => {
    const { reading, main } = begin(minor);
    assert.equal(reading.snapshot(main).copy.status() & ACTIVE_STATUS, 0);
  });

  Deno.test(`frames of a chunk that was not known yet are not copied twice on ${minor}`, () => {
    const { reading, main } = begin(minor);
    const { copy, path } = reading.snapshot(main);
    const before = copy.outside.count;
    for (let d = 1; d < path.depth; d++) copy.outside.add(path.addresses[d]!);
    assert.ok(copy.outside.count > before);
    copy.dataStack.changed = true;
    assert.equal(reading.take(main, true).status, WHOLE);
    assert.equal(copy.outside.count, before);
  });
}
