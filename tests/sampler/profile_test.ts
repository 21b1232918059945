import assert from "node:assert/strict";
import { emptyQuality, rejectedTotal, REJECTIONS } from "../../src/profile/quality.ts";
import { Column, type Frame, FrameTable, NO_STACK, StackTable } from "../../src/profile/tables.ts";
import { Random } from "../cpython/random.ts";
import { emptyProfile } from "./rings.ts";

Deno.test("a column answers as an array does after any sequence of writes", () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new Random(seed);
    const column = new Column(random.below(4));
    const model: number[] = [];
    for (let step = 0; step < 500; step++) {
      const index = random.below(model.length + 20);
      const value = random.word() | 0;
      const action = random.below(3);
      if (action === 0) {
        column.push(value);
        model.push(value);
      } else {
        for (let i = model.length; i <= index; i++) model.push(0);
        const before = model[index]!;
        if (action === 1) column.set(index, value);
        else column.add(index, 5);
        model[index] = action === 1 ? value : (before + 5) | 0;
      }
      assert.equal(column.length, model.length);
    }
    assert.deepEqual([...column.view()], model);
    assert.equal(column.at(model.length), 0);
    assert.equal(column.at(1_000_000), 0);
  }
});

Deno.test("a frame is the row of its id in every column", () => {
  const table = new FrameTable();
  const frames = Array.from({ length: 1000 }, (_, n): Frame => ({
    ...{ file: n, name: n + 1, firstLine: n + 2, line: n + 3, endLine: n + 4 },
    ...{ column: n + 5, endColumn: n + 6, opcode: n - 7, kind: n % 5 },
  }));
  frames.forEach((frame, n) => assert.equal(table.push(frame), n));
  assert.equal(table.length, 1000);
  frames.forEach((frame, n) => {
    for (const [name, value] of Object.entries(frame)) {
      assert.equal(table[name as keyof Frame].at(n), value);
    }
  });
});

Deno.test("the frames of a stack are its own and those of all its callers, leaf first", () => {
  const stacks = new StackTable();
  const root = stacks.push(NO_STACK, 10);
  const middle = stacks.push(root, 11);
  const other = stacks.push(root, 12);
  const leaf = stacks.push(middle, 10);
  assert.deepEqual(stacks.frames(leaf), [10, 11, 10]);
  assert.deepEqual(stacks.frames(other), [12, 10]);
  assert.deepEqual(stacks.frames(root), [10]);
  assert.deepEqual(stacks.frames(NO_STACK), []);
  let deep = NO_STACK;
  for (let depth = 0; depth < 100_000; depth++) deep = stacks.push(deep, depth);
  assert.equal(stacks.frames(deep).length, 100_000);
});

Deno.test("a profile counts the samples of each thread and stack", () => {
  const profile = emptyProfile();
  const thread = Int32Array.of(2, 0, 2, 2);
  const stack = Int32Array.of(5, 0, 5, 4000);
  const empty = { time: new Float64Array(4), flags: new Int32Array(4) };
  // A batch may have more room than samples.
  profile.add({ length: 3, thread, stack, ...empty });
  profile.add({ length: 4, thread, stack, ...empty });
  assert.equal(profile.counts[2]!.at(5), 4);
  assert.equal(profile.counts[2]!.at(4000), 1);
  assert.equal(profile.counts[0]!.at(0), 2);
  assert.equal(profile.counts[0]!.at(5), 0);
  assert.equal(profile.counts[1], undefined);
});

Deno.test("rejected readings are counted by reason, and each record has its own counts", () => {
  const quality = emptyQuality();
  assert.equal(rejectedTotal(quality), 0);
  quality.rejected[REJECTIONS.indexOf("too-deep")] = 3;
  quality.rejected[REJECTIONS.indexOf("torn")] = 4;
  assert.equal(rejectedTotal(quality), 7);
  assert.equal(rejectedTotal(emptyQuality()), 0);
});
