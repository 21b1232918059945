import assert from "node:assert/strict";
import { listThreads, type ThreadState } from "../../src/cpython/thread_list.ts";
import { UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { open } from "../ffi/targets.ts";
import { Image } from "./image.ts";
import { interpreters } from "./interpreters.ts";
import { type Place, Reading, runtimeOf } from "./stacks.ts";
import { Stopped } from "./stopped.ts";

/** A main thread whose `sorted` has called Python: `again` is below that call, `key` above it. */
interface Scene {
  readonly image: Image;
  readonly reading: Reading;
  readonly main: ThreadState;
  readonly whole: readonly Place[];
  /** The stack without what `sorted` has called. */
  readonly below: readonly Place[];
}

const recorded = new Map<string, Image>();
for (const python of interpreters.filter(({ minor }) => minor === "3.11" || minor === "3.12")) {
  await using stopped = await Stopped.start(python, "callbacks");
  using process = open(stopped.pid);
  const image = Image.record(process);
  const reading = new Reading(runtimeOf(image));
  for (const { state } of reading.all()) recordCFrames(reading, state);
  image.seal();
  recorded.set(python.minor, image);
}

/** Has the places on the C stack recorded that no reading looks at while nothing moves. */
function recordCFrames({ runtime: { reader, layout } }: Reading, state: ThreadState): void {
  let cframe = reader.pointer(state.address + layout.thread.currentFrame)!;
  while (cframe !== 0) cframe = reader.pointer(cframe + layout.cframe + 8)!;
}

function begin(minor: string): Scene {
  const image = recorded.get(minor)!.copy();
  const reading = new Reading(runtimeOf(image));
  const main = listThreads(reading.runtime).find((state) => state.main)!;
  const whole = [...frames(reading, main)];
  const last = whole.findLastIndex(([, name]) => name === "callbacks.<locals>.again");
  return { image, reading, main, whole, below: whole.slice(0, last + 1) };
}

function frames(reading: Reading, main: ThreadState): readonly Place[] {
  const { status, frames } = reading.take(main);
  assert.ok(status === WHOLE || status === UNPROVEN, `status ${status}`);
  return frames;
}

/** The `_PyCFrame` that is current. */
function currentCFrame({ reading, main }: Scene): number {
  const { reader, layout } = reading.runtime;
  return reader.pointer(main.address + layout.thread.currentFrame)!;
}

for (const minor of recorded.keys()) {
  Deno.test(`a C entry that has no frame yet counts for the frame below it on ${minor}`, () => {
    const scene = begin(minor);
    const { image, reading, main, below } = scene;
    const { cframe } = reading.runtime.layout;
    for (const garbage of [0, 12, main.address, 0x7fff_ffff_f000]) {
      image.poke(currentCFrame(scene) + cframe, garbage);
      const found = reading.take(main);
      // Without any frame the thread is taken for one that runs no Python.
      if (garbage !== 0) assert.deepEqual(found.frames, below, `garbage ${garbage}`);
    }
  });

  Deno.test(`a thread whose C code enters Python and leaves it is followed on ${minor}`, () => {
    const scene = begin(minor);
    const { image, reading, main, whole, below } = scene;
    const { reader, layout } = reading.runtime;
    const inner = currentCFrame(scene);
    // The link to the one before lies behind the frame.
    const outer = reader.pointer(inner + layout.cframe + 8)!;
    for (let round = 0; round < 6; round++) {
      image.poke(main.address + layout.thread.currentFrame, outer);
      assert.deepEqual(frames(reading, main), below);
      image.poke(main.address + layout.thread.currentFrame, inner);
      assert.deepEqual(frames(reading, main), whole);
      if (round > 2) reading.snapshot(main).copy.relax();
    }
  });

  Deno.test(`once both of its places on the C stack are known a thread is read at once on ${minor}`, () => {
    const scene = begin(minor);
    const { image, reading, main } = scene;
    const { reader, layout } = reading.runtime;
    const inner = currentCFrame(scene);
    const outer = reader.pointer(inner + layout.cframe + 8)!;
    reading.settle(main);
    let reads = 0;
    for (const cframe of [outer, inner, outer, inner]) {
      image.poke(main.address + layout.thread.currentFrame, cframe);
      image.beforeRead = () => reads++;
      reads = 0;
      reading.snapshot(main).copy.fetch(true);
    }
    assert.equal(reads, 1);
  });
}
