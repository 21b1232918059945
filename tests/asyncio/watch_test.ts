import assert from "node:assert/strict";
import { WatchGroup } from "../../src/cpython/asyncio/watch.ts";
import type { MemoryReader } from "../../src/cpython/memory.ts";
import { WordMemory } from "./memory.ts";

/** The word that the word at a key leads to. */
function follow(reader: MemoryReader, key: number): number | undefined {
  const at = reader.pointer(key);
  return at === undefined ? undefined : reader.pointer(at);
}

/** Keys from 0x1000 on, each leading to a word of its own. */
function chainOf(count: number): { memory: WordMemory; keys: number[] } {
  const memory = new WordMemory({});
  const keys = Array.from({ length: count }, (_, i) => 0x1000 + 16 * i);
  for (const [i, key] of keys.entries()) {
    memory.words.set(key, 0x9000 + 16 * i);
    memory.words.set(key + 8, 0);
    memory.words.set(0x9000 + 16 * i, i);
    memory.words.set(0x9008 + 16 * i, 0);
  }
  return { memory, keys };
}

function refresh<T>(group: WatchGroup<T>, keys: readonly number[]): (T | undefined)[] {
  group.begin();
  group.refresh(keys);
  return keys.map((key) => group.get(key));
}

Deno.test("a value that nothing has happened to costs one reading", () => {
  const { memory, keys } = chainOf(3);
  const group = new WatchGroup(memory, follow);
  assert.deepEqual(refresh(group, keys), [0, 1, 2]);
  memory.calls.length = 0;
  assert.deepEqual(refresh(group, keys), [0, 1, 2]);
  assert.deepEqual(memory.calls, [6]);
});

Deno.test("a value is derived anew when any of what it was derived from has changed", () => {
  const { memory, keys } = chainOf(3);
  const group = new WatchGroup(memory, follow);
  refresh(group, keys);
  memory.words.set(0x9010, 77);
  assert.deepEqual(refresh(group, keys), [0, 77, 2]);
  memory.words.set(keys[0]!, 0x9020);
  assert.deepEqual(refresh(group, keys), [2, 77, 2]);
});

Deno.test("a value that is another at each reading is torn, and none is told", () => {
  const { memory, keys } = chainOf(1);
  const group = new WatchGroup(memory, follow);
  let next = 0;
  memory.before = () => void memory.words.set(0x9000, next++);
  assert.deepEqual(refresh(group, keys), [undefined]);
  assert.equal(group.isTorn(keys[0]!), true);
  memory.before = () => {};
  assert.deepEqual(refresh(group, keys), [next - 1]);
  assert.equal(group.isTorn(keys[0]!), false);
});

Deno.test("a value whose parts were never there together is not told", () => {
  const { memory, keys } = chainOf(2);
  const group = new WatchGroup(memory, follow);
  let calls = 0;
  // After the pointer was read it leads elsewhere, and what it led to is used for something else.
  memory.before = () => {
    if (++calls !== 2) return;
    memory.words.set(keys[0]!, 0x9010);
    memory.words.set(0x9000, 666);
  };
  group.begin();
  group.refresh([keys[0]!]);
  assert.equal(group.get(keys[0]!), 1);
});

Deno.test("what is not mapped any more takes its value with it, and no other", () => {
  const { memory, keys } = chainOf(3);
  const group = new WatchGroup(memory, follow);
  refresh(group, keys);
  memory.words.delete(0x9010);
  assert.deepEqual(refresh(group, keys), [0, undefined, 2]);
});

Deno.test("many values that stay are read in few pieces, and changes among them are seen", () => {
  const { memory, keys } = chainOf(1000);
  const group = new WatchGroup(memory, follow);
  for (let i = 0; i < 20; i++) refresh(group, keys);
  memory.calls.length = 0;
  refresh(group, keys);
  assert.ok(memory.calls.reduce((sum, count) => sum + count, 0) < 10, String(memory.calls));
  for (let round = 0; round < 100; round++) {
    const place = (round * 37) % 1000;
    memory.words.set(0x9000 + 16 * place, 5000 + round);
    const values = refresh(group, keys);
    assert.equal(values[place], 5000 + round);
    assert.equal(values.filter((value) => value === 5000 + round).length, 1);
  }
  memory.words.delete(0x9000);
  const [first, ...others] = refresh(group, keys);
  assert.equal(first, undefined);
  assert.ok(others.every((value) => value !== undefined));
});

Deno.test("values that nobody asks for are forgotten", () => {
  const { memory, keys } = chainOf(3);
  const group = new WatchGroup(memory, follow);
  refresh(group, keys);
  refresh(group, keys.slice(1));
  group.prune();
  assert.equal(group.size, 2);
  assert.equal(group.get(keys[0]!), undefined);
});
