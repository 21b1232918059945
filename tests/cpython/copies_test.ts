import assert from "node:assert/strict";
import { nameOf, type Python } from "../../scripts/pythons.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { TORN, UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { open } from "../ffi/targets.ts";
import { Image } from "./image.ts";
import { freeThreaded } from "./interpreters.ts";
import { Reading, runtimeOf } from "./stacks.ts";
import { Stopped } from "./stopped.ts";

/** A page that is in no process. */
const ELSEWHERE = 0x7000_0000_0000;

async function record(python: Python): Promise<Image> {
  await using stopped = await Stopped.start(python, "three_threads");
  using process = open(stopped.pid);
  const image = Image.record(process);
  new Reading(runtimeOf(image)).all();
  image.seal();
  return image;
}

/** A thread whose stack is known, and a frame of it that executes a copy of its instructions. */
function findCopy(image: Image): {
  readonly reading: Reading;
  readonly state: ReturnType<typeof listThreads>[number];
  /** Address of the frame. */
  readonly frame: number;
  /** Of its code object. */
  readonly code: number;
  readonly copy: number;
} {
  const reading = new Reading(runtimeOf(image));
  const { reader, layout } = reading.runtime;
  for (const state of listThreads(reading.runtime)) {
    reading.settle(state);
    const { path } = reading.snapshot(state);
    for (let depth = 0; depth < path.depth; depth++) {
      const frame = path.addresses[depth]!;
      const copy = reader.int32(frame + layout.frame.copy)!;
      const code = reader.pointer(frame + layout.frame.executable)!;
      if (copy > 0) return { reading, state, frame, code: code - code % 4, copy };
    }
  }
  return assert.fail("no frame executes a copy");
}

// 3.13 does not specialise instructions, so that threads can share them.
for (const python of freeThreaded.filter(({ minor }) => minor !== "3.13")) {
  const name = nameOf(python);
  const recorded = await record(python);

  Deno.test(`instructions that have moved are found again on ${name}`, () => {
    const image = recorded.copy();
    const { reading, state, frame, code, copy } = findCopy(image);
    const { reader, layout } = reading.runtime;
    const before = reading.take(state, true);
    assert.equal(before.status, WHOLE);
    const copies = reader.pointer(code + layout.code.copies)!;
    const start = reader.pointer(copies + 8 + copy * 8)!;
    const instruction = reader.pointer(frame + layout.frame.instruction)!;
    image.map(ELSEWHERE, 0x1000);
    image.poke(copies + 8 + copy * 8, ELSEWHERE + 64);
    image.poke(frame + layout.frame.instruction, instruction - start + ELSEWHERE + 64);
    const after = reading.take(state, true);
    assert.equal(after.status, WHOLE);
    assert.deepEqual(after.frames, before.frames);
    assert.equal(reading.snapshot(state).repairs, 0);
  });

  Deno.test(`numbers of copies that cannot be show no other place on ${name}`, () => {
    for (const number of [1000, 0x7fff, 0x8000, 0xffff_ffff]) {
      const image = recorded.copy();
      const { reading, state, frame } = findCopy(image);
      const before = reading.take(state, true);
      const at = frame + reading.runtime.layout.frame.copy;
      image.write(at, new Uint8Array(Uint32Array.of(number).buffer));
      const after = reading.take(state, true);
      // The instruction still tells where it is from.
      assert.ok(after.status === WHOLE || after.status === TORN, `status ${after.status}`);
      if (after.status === WHOLE) assert.deepEqual(after.frames, before.frames);
      assert.ok(after.status === TORN || reading.snapshot(state).repairs > 0, "it was believed");
    }
  });

  Deno.test(`an instruction in a copy that was given up tells nothing on ${name}`, () => {
    const image = recorded.copy();
    const { reading, state, frame, code, copy } = findCopy(image);
    const { reader, layout } = reading.runtime;
    // The frame is over; its instruction still tells what it was.
    image.poke(frame + layout.frame.executable, 1);
    assert.equal(reading.take(state, true).status, WHOLE);
    // What lies there now is somebody else's.
    const copies = reader.pointer(code + layout.code.copies)!;
    image.poke(copies + 8 + copy * 8, 0);
    image.poke(frame + layout.frame.executable, 1);
    const { path } = reading.snapshot(state);
    path.trusted = 0;
    assert.equal(reading.take(state, true).status, TORN);
  });

  Deno.test(`the list of copies is not followed beyond its end on ${name}`, () => {
    const image = recorded.copy();
    const { reading, code } = findCopy(image);
    const { reader, layout } = reading.runtime;
    const copies = reader.pointer(code + layout.code.copies)!;
    const truth = new Map(reading.all().map(({ state, frames }) => [state.address, frames]));
    for (const length of [0n, 1n, (1n << 64n) - 1n]) {
      const hostile = image.copy();
      hostile.poke(copies, length);
      hostile.readsLeft = 10_000;
      const found = new Reading(runtimeOf(hostile)).all();
      const whole = found.filter(({ status }) => status === WHOLE || status === UNPROVEN);
      assert.equal(whole.length < found.length, length < 2n, `${length}: ${whole.length}`);
      for (const { state, frames } of whole) assert.deepEqual(frames, truth.get(state.address));
    }
  });
}
