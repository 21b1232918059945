import assert from "node:assert/strict";
import { Ranges } from "../../ffi/process.ts";
import { OutsideFrames } from "../../src/cpython/outside_frames.ts";

const ROOT = 0x7ffe_0000;
const OTHER_ROOT = 0x7ffd_0000;

/** Reads a stack down to its root, as a walk does; true if the root had to be fetched. */
function reachRoot(frames: OutsideFrames, root = ROOT): boolean {
  frames.addTo(new Ranges(frames.count));
  const isFetched = frames.find(root) < 0;
  if (isFetched) frames.add(root);
  frames.leaveOut(root);
  return isFetched;
}

/** Reads so many stacks down to roots in turn; returns how often one had to be fetched. */
function countFetched(frames: OutsideFrames, stacks: number, ...roots: number[]): number {
  let fetched = 0;
  for (let i = 0; i < stacks; i++) if (reachRoot(frames, roots[i % roots.length])) fetched++;
  return fetched;
}

Deno.test("the root is left out of what is copied while nobody asks for it", () => {
  const frames = new OutsideFrames(88);
  assert.ok(reachRoot(frames));
  assert.equal(frames.leftOut, ROOT);
  assert.equal(frames.count, 0);
  assert.ok(reachRoot(frames));
  assert.equal(frames.leftOut, ROOT, "one who asks once is no reason");
});

Deno.test("a root that is asked for at each stack is copied with it", () => {
  const frames = new OutsideFrames(88);
  assert.ok(countFetched(frames, 100, ROOT) <= 4);
  assert.equal(frames.leftOut, 0);
  assert.equal(frames.count, 1);
});

Deno.test("roots that take turns are copied, all of them", () => {
  const frames = new OutsideFrames(88);
  assert.ok(countFetched(frames, 100, ROOT, OTHER_ROOT) <= 8);
  assert.equal(frames.count, 2);
});

Deno.test("a root that is asked for now and then is fetched then", () => {
  const frames = new OutsideFrames(88);
  for (let period = 0; period < 10; period++) {
    assert.equal(countFetched(frames, 2, ROOT), 2);
    frames.relax();
  }
  assert.equal(frames.count, 0);
});

Deno.test("a root that is not asked for any more is left out again", () => {
  const frames = new OutsideFrames(88);
  countFetched(frames, 10, ROOT);
  for (let period = 0; period < 3; period++) frames.relax();
  assert.equal(frames.count, 0);
  countFetched(frames, 2, ROOT);
  assert.equal(frames.leftOut, ROOT);
  assert.equal(frames.count, 0);
});

Deno.test("frames that turn out to lie in the data stack are not copied besides", () => {
  const frames = new OutsideFrames(88);
  for (let at = 0; at < 64; at++) frames.add(0x1000 + at * 88);
  frames.add(0x9000);
  frames.giveBack((address) => address < 0x9000);
  assert.equal(frames.count, 1);
  frames.addTo(new Ranges(1));
  assert.equal(frames.find(0x9000), 0);
});
