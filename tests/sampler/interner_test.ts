import { createLoops } from "../../ffi/helper/loops.ts";
import assert from "node:assert/strict";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { describePlace } from "../../src/cpython/frame_description.ts";
import { NO_STACK } from "../../src/profile/tables.ts";
import { Interner, ThreadStack } from "../../src/sampler/interner.ts";
import { writeSample } from "../../src/sampler/records.ts";
import { StackBook } from "../../src/sampler/stack_book.ts";
import { type Ring, RingWriter } from "../../src/sampler/ring.ts";
import { Image } from "../cpython/image.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Random } from "../cpython/random.ts";
import { Reading, runtimeOf } from "../cpython/stacks.ts";
import { Stopped, type Told } from "../cpython/stopped.ts";
import { open } from "../ffi/targets.ts";
import { Drain, smallRing } from "./rings.ts";

/** A recorded program with a call of a class in its stack, and what it told of itself. */
async function record(): Promise<{ image: Image; told: readonly Told[] }> {
  await using stopped = await Stopped.start(interpreters.at(-1)!, "classes");
  using process = open(stopped.pid);
  const image = Image.record(process);
  new Reading(runtimeOf(image)).all();
  image.seal();
  return { image, told: stopped.told };
}

const { image, told } = await record();
const reading = new Reading(runtimeOf(image));
reading.all();
const { codeTable } = reading;
const places = Array.from({ length: codeTable.places }, (_, place) => place);
const shown = places.filter((place) => codeTable.codeOfPlace(place) !== codeTable.internal);

/** Places of three functions. */
const [a, b, c] = [
  ...new Map(shown.map((place) => [codeTable.codeOfPlace(place), place])).values(),
] as [
  number,
  number,
  number,
];

/** A place as `Drain.textOf` gives it. */
function textOf(place: number): string {
  const { code, location } = describePlace(codeTable, place);
  return [code.file, code.name, location.line].join(":");
}

function begin(ring: Ring): { interner: Interner; drain: Drain; writer: RingWriter } {
  const writer = new RingWriter(ring);
  return {
    interner: new Interner(codeTable, new StackBook(writer)),
    drain: new Drain(ring),
    writer,
  };
}

/** The local id of a stack, root first. */
function push(interner: Interner, stack: readonly number[]): number {
  return stack.reduce((prefix, place) => interner.push(prefix, place), NO_STACK);
}

Deno.test("the same stack has the same number, another one another", () => {
  const { interner } = begin(smallRing(1 << 16));
  assert.equal(push(interner, [a, b]), push(interner, [a, b]));
  const numbers = [[a], [b], [a, b], [b, a], [a, b, c], [a, b, b]].map((s) => push(interner, s));
  assert.equal(new Set(numbers).size, 6);
});

Deno.test("places of one line and its columns are one frame, other columns are another", () => {
  const { interner, drain } = begin(smallRing(1 << 18));
  const byLocation = new Map<string, number>();
  for (const place of shown) {
    const { code, location } = describePlace(codeTable, place);
    const key = JSON.stringify([code.file, code.name, code.firstLine, location]);
    const stack = interner.push(NO_STACK, place);
    assert.equal(byLocation.get(key) ?? stack, stack, key);
    byLocation.set(key, stack);
    interner.book.send(stack);
  }
  drain.run();
  assert.equal(drain.profile.frames.length, byLocation.size);
  assert.equal(drain.profile.stacks.length, byLocation.size);
});

Deno.test("only what a sample uses is defined, and nothing twice", () => {
  const { interner, drain } = begin(smallRing(1 << 16));
  push(interner, [c]);
  const stack = push(interner, [a, b]);
  const id = interner.book.send(stack);
  assert.equal(interner.book.send(stack), id);
  drain.run();
  assert.equal(drain.profile.stacks.length, 2);
  assert.deepEqual(drain.textOf(id), [textOf(b), textOf(a)]);
  interner.book.send(push(interner, [a]));
  assert.equal(drain.run(), 0);
  assert.equal(drain.profile.stacks.length, 2, "the caller was defined already");
});

Deno.test("a ring that is full at any point makes no wrong numbers", () => {
  const random = new Random(3);
  let refused = 0;
  for (const words of [128, 256, 512]) {
    const { interner, drain, writer } = begin(smallRing(words));
    const samples: number[][] = [];
    for (let step = 0; step < 1500; step++) {
      const stack = Array.from({ length: 1 + random.below(12) }, () => random.pick(shown));
      const id = interner.book.send(push(interner, stack));
      const done = id >= 0 && writeSample(writer, step, 0, id, 0);
      if (done) samples.push(stack);
      else refused++;
      if (random.below(15) === 0) drain.run();
      // What was drained refers to nothing that has not come before it.
      const { frames, stacks, strings } = drain.profile;
      assert.ok(frames.file.view().every((file) => file < strings.length));
      assert.ok(frames.name.view().every((name) => name < strings.length));
      assert.ok(stacks.frame.view().every((frame) => frame < frames.length));
      assert.ok(stacks.prefix.view().every((prefix, id) => prefix >= NO_STACK && prefix < id));
    }
    drain.run();
    assert.equal(drain.samples.length, samples.length);
    drain.samples.forEach(({ stack }, i) => {
      assert.deepEqual(drain.textOf(stack), samples[i]!.map(textOf).reverse());
    });
    const { prefix, frame } = drain.profile.stacks;
    const pairs = [...prefix.view()].map((below, id) => `${below},${frame.at(id)}`);
    assert.equal(new Set(pairs).size, pairs.length, "a stack was defined twice");
    assert.equal(new Set(drain.profile.strings).size, drain.profile.strings.length);
  }
  assert.ok(refused > 500, "the ring was never full");
});

Deno.test("a thread's stack is that of its snapshot, also where only a part is interned anew", () => {
  const { interner, drain } = begin(smallRing(1 << 16));
  const main = listThreads(reading.runtime).find((state) => state.main)!;
  const stack = new ThreadStack(interner, createLoops());
  const ids = [];
  for (let i = 0; i < 5; i++) {
    reading.take(main);
    ids.push(stack.intern(reading.snapshot(main)));
    reading.snapshot(main).learn();
  }
  assert.equal(new Set(ids).size, 1);
  const id = interner.book.send(ids[0]!);
  drain.run();
  const { frames } = told.find(({ tid }) => tid === main.tid)!;
  const text = frames.map(([file, name, line]) => [file, name, line].join(":"));
  assert.deepEqual(drain.textOf(id), text.reverse());
});

Deno.test("the code of a place is the one whose instructions hold it", () => {
  for (const place of places) {
    const index = codeTable.codeOfPlace(place);
    const unit = place - codeTable.firstPlaces[index]!;
    const { start, length } = codeTable.codes[index]!;
    assert.ok(unit >= 0 && unit * 2 < length);
    assert.ok(codeTable.findByInstruction(start + unit * 2) >= 0);
    assert.ok(unit > 0 || codeTable.findByInstruction(start - 1) < 0, "it is in front of the code");
  }
  assert.equal(codeTable.findByInstruction(0), -1);
  assert.equal(codeTable.findByInstruction(2 ** 47), -1);
});

Deno.test("a thread's stack is right after readings that nobody interned", () => {
  const moving = image.copy();
  const again = new Reading(runtimeOf(moving));
  const main = listThreads(again.runtime).find((state) => state.main)!;
  again.settle(main);
  const ring = smallRing(1 << 16);
  const interner = new Interner(again.codeTable, new StackBook(new RingWriter(ring)));
  const stack = new ThreadStack(interner, createLoops());
  const snapshot = again.snapshot(main);
  stack.intern(snapshot);
  // A caller near the root moves, which no interned reading sees; then one near the leaf.
  const { instruction } = again.runtime.layout.frame;
  for (const [depth, interned] of [[1, false], [snapshot.path.depth - 2, true]] as const) {
    const code = again.codeTable.codes[snapshot.path.codes[depth]!]!;
    moving.poke(snapshot.path.addresses[depth]! + instruction, code.start);
    again.take(main);
    snapshot.learn();
    if (!interned) continue;
    const { places, depth: length } = snapshot.path;
    assert.equal(stack.intern(snapshot), push(interner, [...places.subarray(0, length)]));
  }
});
