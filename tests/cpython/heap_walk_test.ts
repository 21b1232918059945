import assert from "node:assert/strict";
import type { Python } from "../../scripts/pythons.ts";
import { ACTIVE_STATUS } from "../../src/cpython/layout.ts";
import { listThreads, type ThreadState } from "../../src/cpython/thread_list.ts";
import { BROKEN, TORN, UNPROVEN, UNREADABLE, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { THREAD_LOST } from "../../src/cpython/fetch_status.ts";
import { open } from "../ffi/targets.ts";
import { Image } from "./image.ts";
import { withFrameObjects } from "./interpreters.ts";
import { Reading, runtimeOf } from "./stacks.ts";
import { Stopped } from "./stopped.ts";

/** A recorded main thread whose stack has been read, and whose memory can be changed from here on. */
interface Scene {
  readonly image: Image;
  readonly reading: Reading;
  readonly main: ThreadState;
  /** Frame addresses and names, root first. */
  readonly addresses: readonly number[];
  readonly names: readonly string[];
}

const images = new Map<string, Image>();

async function record(python: Python, scene: string): Promise<Image> {
  const key = `${python.version} ${scene}`;
  const known = images.get(key);
  if (known !== undefined) return known;
  await using stopped = await Stopped.start(python, scene);
  using process = open(stopped.pid);
  const image = Image.record(process);
  new Reading(runtimeOf(image)).all();
  image.seal();
  images.set(key, image);
  return image;
}

/** The main thread of a scene with all its calls learned. */
async function begin(python: Python, scene: string): Promise<Scene> {
  const image = (await record(python, scene)).copy();
  const reading = new Reading(runtimeOf(image));
  const main = listThreads(reading.runtime).find((state) => state.main)!;
  reading.settle(main);
  const { status, frames } = reading.take(main, true);
  assert.equal(status, WHOLE);
  const { path } = reading.snapshot(main);
  const addresses = [...path.addresses.subarray(0, path.depth)];
  return { image, reading, main, addresses, names: frames.map(([, name]) => name) };
}

/** Leaves a frame as the interpreter leaves it when its function has returned. */
function leave({ image, reading }: Scene, address: number): void {
  const { state, runningState } = reading.runtime.layout.frame;
  image.poke(address, 0);
  image.write(address + state, Uint8Array.of(1 - runningState));
}

for (const python of withFrameObjects) {
  const { minor } = python;

  Deno.test(`a caller that has moved on is seen on ${minor}`, async () => {
    const scene = await begin(python, "nested");
    const { image, reading, main, addresses } = scene;
    const depth = addresses.length - 3;
    const { path } = reading.snapshot(main);
    const code = path.codes[depth]!;
    assert.notEqual(path.places[depth], reading.codeTable.firstPlaces[code]);
    const { instruction } = reading.runtime.layout.frame;
    image.write(addresses[depth]! + instruction, new Uint8Array(4));
    assert.equal(reading.take(main).status, UNPROVEN);
    assert.equal(path.places[depth], reading.codeTable.firstPlaces[code]);
    assert.equal(path.depth, addresses.length);
  });

  Deno.test(`frames that have been left since lead on while each function has one on ${minor}`, async () => {
    const scene = await begin(python, "callbacks");
    const { reading, main, addresses } = scene;
    for (const address of addresses.slice(-3).reverse()) {
      leave(scene, address);
      const { status, frames } = reading.take(main, true);
      assert.equal(status, WHOLE);
      assert.deepEqual(frames.map(([, name]) => name), scene.names);
    }
  });

  Deno.test(`frames of a recursion that have been left are not trusted to lead on with ${minor}`, async () => {
    const scene = await begin(python, "deep");
    const { reading, main, addresses } = scene;
    const { previous } = reading.runtime.layout.frame;
    // rest, then even and odd in turn: these have frames in a list of free ones.
    leave(scene, addresses.at(-1)!);
    assert.equal(reading.take(main, true).status, WHOLE);
    leave(scene, addresses.at(-2)!);
    assert.equal(reading.take(main, true).status, WHOLE);
    leave(scene, addresses.at(-3)!);
    scene.image.poke(addresses.at(-2)! + previous, addresses.at(-3)!);
    assert.equal(reading.take(main, true).status, TORN);
  });

  Deno.test(`a generator that has forgotten who resumed it is followed from memory on ${minor}`, async () => {
    const scene = await begin(python, "generators");
    const { image, reading, main, addresses, names } = scene;
    const depth = names.indexOf("middle");
    const { previous, state, runningState } = reading.runtime.layout.frame;
    image.poke(addresses[depth]! + previous, 0);
    image.write(addresses[depth]! + state, Uint8Array.of(runningState === 1 ? 0 : 0xff));
    const { status, frames } = reading.take(main, true);
    assert.equal(status, WHOLE);
    assert.deepEqual(frames.map(([, name]) => name), names);
    assert.equal(reading.snapshot(main).repairs, 1);
    // Who has not seen it before cannot know.
    assert.equal(new Reading(reading.runtime).take(main).status, BROKEN);
  });

  Deno.test(`links in a circle and frames that are none are told on ${minor}`, async () => {
    const scene = await begin(python, "nested");
    const { image, reading, main, addresses } = scene;
    const { previous, executable } = reading.runtime.layout.frame;
    const { type } = reading.runtime.layout.object;
    const at = addresses.at(-4)!;
    image.poke(at + previous, addresses.at(-2)!);
    image.readsLeft = 10_000;
    assert.equal(reading.take(main).status, TORN);
    image.poke(at + previous, addresses.at(-5)!);
    image.poke(at + executable, main.address);
    assert.equal(reading.take(main).status, UNREADABLE);
    const code = reading.codeTable.codes[reading.snapshot(main).path.codes[addresses.length - 4]!]!;
    image.poke(at + executable, code.address);
    assert.equal(reading.take(main).status, WHOLE);
    image.poke(at + type, main.address);
    assert.equal(reading.take(main).status, UNREADABLE);
  });

  Deno.test(`a thread state that is another thread's is lost on ${minor}`, async () => {
    const { image, reading, main } = await begin(python, "nested");
    const { ident } = reading.runtime.layout.thread;
    image.poke(main.address + ident, main.ident + 1);
    assert.equal(reading.take(main).status, THREAD_LOST);
    image.poke(main.address + ident, main.ident);
    assert.equal(reading.take(main).status, WHOLE);
  });

  Deno.test(`whoever holds the interpreter's lock is told from who waits on ${minor}`, async () => {
    const { image, reading, main } = await begin(python, "nested");
    const { copy } = reading.snapshot(main);
    assert.equal(copy.status() & ACTIVE_STATUS, 0);
    image.poke(reading.runtime.address + reading.runtime.layout.gilHolder, main.address);
    reading.take(main);
    assert.equal(copy.status() & ACTIVE_STATUS, ACTIVE_STATUS);
  });
}
