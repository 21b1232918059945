import assert from "node:assert/strict";
import { Ranges } from "../../ffi/process.ts";
import { HeapFrames } from "../../src/cpython/heap_frames.ts";

const SLOT = 120;

/** What is to be read after 16 bytes of something else: address and length of each range. */
function arrange(frames: HeapFrames): { ranges: [number, number][]; all: Ranges } {
  const all = new Ranges(frames.count + 1);
  all.push(1, 16);
  frames.addTo(all);
  const ranges = Array.from({ length: all.count - 1 }, (_, i): [number, number] => {
    const at = (i + 1) * 4;
    return [all.words[at]! + all.words[at + 1]! * 2 ** 32, all.words[at + 2]!];
  });
  return { ranges, all };
}

/** The address that an offset of the copy is read from. */
function addressAt(ranges: readonly [number, number][], offset: number): number {
  let at = 16;
  for (const [address, length] of ranges) {
    if (offset < at + length) return address + offset - at;
    at += length;
  }
  throw new Error(`nothing is read at ${offset}`);
}

Deno.test("frames that lie near each other are read together, the newest first", () => {
  const frames = new HeapFrames(SLOT);
  const base = 0x7f00_0000_0000;
  for (const address of [base + 10_000, base, base + 300]) frames.add(address);
  assert.deepEqual(arrange(frames).ranges, [[base + 10_000, SLOT], [base, 300 + SLOT]]);
  assert.equal(frames.changed, false);
  frames.add(base + 20_000);
  assert.equal(frames.changed, true);
  assert.equal(frames.find(base + 20_000), -1);
  const { ranges } = arrange(frames);
  assert.deepEqual(ranges[0], [base + 20_000, SLOT]);
  for (const address of [base, base + 300, base + 10_000, base + 20_000]) {
    assert.equal(addressAt(ranges, frames.find(address)), address);
  }
});

Deno.test("frames scattered anywhere never ask for more ranges than one read takes", () => {
  const frames = new HeapFrames(SLOT);
  const addresses = Array.from({ length: 5000 }, (_, i) => 0x5500_0000_0000 + i * 5000);
  for (const address of addresses) frames.add(address);
  const { ranges } = arrange(frames);
  assert.ok(ranges.length <= 1000, `${ranges.length} ranges`);
  for (const address of addresses) assert.equal(addressAt(ranges, frames.find(address)), address);
});

Deno.test("frames that nobody asks for are forgotten, and so are all when memory is gone", () => {
  const frames = new HeapFrames(SLOT);
  frames.add(4096);
  frames.add(8192);
  arrange(frames);
  for (let period = 0; period < 4; period++) {
    frames.relax();
    frames.find(4096);
  }
  assert.equal(frames.known, 1);
  assert.deepEqual(arrange(frames).ranges, [[4096, SLOT]]);
  frames.forget();
  assert.equal(frames.known, 0);
  assert.deepEqual(arrange(frames).ranges, []);
});
