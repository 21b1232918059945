import assert from "node:assert/strict";
import { FrameList } from "../../src/cpython/frame_list.ts";
import { PairMap, withRoom } from "../../src/cpython/pair_map.ts";
import { Random } from "./random.ts";

Deno.test("a pair map answers as a Map does after any sequence of writes", () => {
  const extremes = [0, 1, -1, -2, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32 - 1];
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const map = new PairMap(seed * 10);
    const model = new Map<string, number>();
    // Few different numbers: pairs come again and are overwritten.
    const numbers = [...extremes, ...Array.from({ length: 60 }, () => random.word() | 0)];
    for (let step = 0; step < 4000; step++) {
      const [first, second] = [random.pick(numbers), random.pick(numbers)];
      const key = `${first | 0},${second | 0}`;
      if (random.below(3) > 0) {
        const value = random.pick([0, 1, 2 ** 31 - 2, random.below(2 ** 31 - 1)]);
        map.set(first, second, value);
        model.set(key, value);
      }
      assert.equal(map.get(first, second), model.get(key) ?? -1, key);
      assert.equal(map.size, model.size);
    }
    for (const [key, value] of model) {
      const [first, second] = key.split(",").map(Number);
      assert.equal(map.get(first!, second!), value);
    }
  }
});

Deno.test("a number counts as the same as its 32 bits, with or without a sign", () => {
  const map = new PairMap();
  map.set(0xffff_fff0, 0x8000_0000, 7);
  assert.equal(map.get(-16, -(2 ** 31)), 7);
  assert.equal(map.get(0xffff_fff0, -(2 ** 31)), 7);
  map.set(-16, 0x8000_0000, 8);
  assert.equal(map.size, 1);
});

Deno.test("a pair map finds all of many pairs that are alike", () => {
  const map = new PairMap(1);
  for (let i = 0; i < 50_000; i++) map.set(i, i >> 8, i);
  assert.equal(map.size, 50_000);
  for (let i = 0; i < 50_000; i++) assert.equal(map.get(i, i >> 8), i);
  assert.equal(map.get(50_000, 50_000 >> 8), -1);
});

Deno.test("an array with room keeps its values and is not copied when it has room", () => {
  const array = Int32Array.of(1, -2, 3);
  assert.equal(withRoom(array, 3), array);
  const grown = withRoom(array, 4);
  assert.deepEqual([...grown.subarray(0, 4)], [1, -2, 3, 0]);
  assert.ok(withRoom(array, 1000).length >= 1000);
});

Deno.test("a frame list keeps all frames when it grows, and is empty when its count is reset", () => {
  const list = new FrameList();
  const address = 0x7fff_ffff_f000;
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 5000; i++) list.push(address + i, i - 1, i * 2, i * 3);
    assert.equal(list.count, 5000);
    for (let i = 0; i < 5000; i++) {
      assert.equal(list.addresses[i], address + i);
      assert.equal(list.offsets[i], i - 1);
      assert.equal(list.codes[i], i * 2);
      assert.equal(list.places[i], i * 3);
    }
    list.count = 0;
  }
});
