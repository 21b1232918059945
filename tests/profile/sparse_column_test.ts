import assert from "node:assert/strict";
import { SparseColumn } from "../../src/profile/sparse_column.ts";
import { Column } from "../../src/profile/tables.ts";

Deno.test("a sparse column holds what a column holds", () => {
  const [sparse, dense] = [new SparseColumn(), new Column()];
  assert.deepEqual(sparse.view(), dense.view());
  for (const column of [sparse, dense]) {
    column.add(70_000, 3);
    column.add(255, 1);
    column.add(256, 2);
    column.add(70_000, 4);
    column.push(9);
    column.set(0, -5);
  }
  assert.deepEqual(sparse.view(), dense.view());
  for (const index of [0, 1, 255, 256, 69_999, 70_000, 70_001, 70_002, 1e6]) {
    assert.equal(sparse.at(index), dense.at(index));
  }
  assert.equal(sparse.length, 70_002);
});

Deno.test("counts of a few stacks among many take little room in each of a thousand threads", () => {
  const before = Deno.memoryUsage().external;
  const columns = Array.from({ length: 1000 }, () => new SparseColumn());
  for (const [thread, column] of columns.entries()) {
    for (let i = 0; i < 10; i++) column.add((thread * 7919 + i * 19_391) % 200_000, 1);
  }
  assert.ok(Deno.memoryUsage().external - before < 50_000_000);
  assert.equal(
    columns.reduce((sum, column) => sum + column.view().reduce((a, b) => a + b), 0),
    10_000,
  );
});
