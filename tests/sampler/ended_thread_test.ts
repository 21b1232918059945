import assert from "node:assert/strict";
import { createLoops } from "../../ffi/helper/loops.ts";
import type { ReaderThread } from "../../ffi/process.ts";
import { nameOf, type Python } from "../../scripts/pythons.ts";
import type { Runtime } from "../../src/cpython/runtime.ts";
import { isListed, listThreads, type ThreadState } from "../../src/cpython/thread_list.ts";
import { rejectedTotal } from "../../src/profile/quality.ts";
import type { CaptureRequest } from "../../src/sampler/capture.ts";
import { Ledger } from "../../src/sampler/ledger.ts";
import { RingWriter } from "../../src/sampler/ring.ts";
import { Target } from "../../src/sampler/target.ts";
import { Image } from "../cpython/image.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Reading, runtimeOf } from "../cpython/stacks.ts";
import { Stopped } from "../cpython/stopped.ts";
import { open } from "../ffi/targets.ts";
import { smallRing } from "./rings.ts";

const request: CaptureRequest = {
  ...{ pid: 1, intervalUs: 100, allThreads: true, consistency: "verified" },
  ...{ waitForPythonMs: 0, command: [], toolVersion: "0" },
};
/** What an allocator may leave where the pointer to a frame was. */
const RUBBISH = 0x3cb1;

async function record(python: Python): Promise<Image> {
  await using stopped = await Stopped.start(python, "three_threads");
  using process = open(stopped.pid);
  const image = Image.record(process);
  const reading = new Reading(runtimeOf(image));
  reading.all();
  for (const { address } of listThreads(reading.runtime)) {
    reading.runtime.reader.fill(address - 64, new Uint8Array(4096));
  }
  image.seal();
  return image;
}

/** Takes a thread out of its interpreter's list, as one that ends does. */
function unlink(image: Image, { reader, layout }: Runtime, state: ThreadState): void {
  let link = state.interpreter + layout.interpreter.threadsHead;
  while (reader.pointer(link) !== state.address) link = reader.pointer(link)! + layout.thread.next;
  image.poke(link, reader.pointer(state.address + layout.thread.next)!);
}

/** Overwrites the pointer to the current frame. */
function spoil(image: Image, { reader, layout }: Runtime, state: ThreadState): void {
  const pointer = state.address + layout.thread.currentFrame;
  image.poke(layout.cframe < 0 ? pointer : reader.pointer(pointer)! + layout.cframe, RUBBISH);
}

// In 3.11 a frame that cannot be is that of a call from C that has just begun: never rejected.
for (const python of interpreters.filter(({ minor }) => minor !== "3.11")) {
  const name = nameOf(python);
  const recorded = await record(python);

  Deno.test(`a thread that has been freed is not among those of its interpreter on ${name}`, () => {
    const image = recorded.copy();
    const runtime = runtimeOf(image);
    const states = listThreads(runtime);
    assert.ok(states.length >= 3);
    assert.ok(states.every((state) => isListed(runtime, state)));
    for (const state of states) {
      unlink(image, runtime, state);
      assert.equal(isListed(runtime, state), false);
    }
  });

  Deno.test(`what is left of a thread that has ended is not counted as rejected on ${name}`, () => {
    const image = recorded.copy();
    const runtime = runtimeOf(image);
    const [ended, torn] = listThreads(runtime).filter(({ main }) => !main);
    const ledger = new Ledger(new RingWriter(smallRing(1 << 16)));
    const clock: ReaderThread = { now: () => 0, sleepUntil: (time) => time, prefer: () => true };
    const target = new Target(runtime, clock, createLoops(), ledger, request);
    const tick = (time: number): void => assert.equal(target.tick(time, time), undefined);
    tick(0);
    assert.equal(rejectedTotal(target.quality), 0);
    unlink(image, runtime, ended!);
    spoil(image, runtime, ended!);
    for (let time = 100; time < 50_000; time += 100) tick(time);
    assert.equal(rejectedTotal(target.quality), 0);
    spoil(image, runtime, torn!);
    tick(50_000);
    tick(50_100);
    assert.equal(rejectedTotal(target.quality), 2);
  });
}
