import assert from "node:assert/strict";
import { countHeat, type HeatFile } from "../../src/report/heatmap_counts.ts";
import { ProfileBuilder, shopProfile } from "../collectors/profiles.ts";

function fileOf(files: readonly HeatFile[], path: string): HeatFile {
  const file = files.find((one) => one.path === path);
  assert.ok(file, path);
  return file;
}

Deno.test("countHeat counts samples of files and lines, recursion once", () => {
  const { files, samples } = countHeat(shopProfile().profile);
  assert.equal(samples, 1000);
  const heats = files.map(({ path, self, total }) => [path, self, total]);
  assert.deepEqual(heats, [
    ["/srv/shop/shop.py", 20, 1000],
    ["/srv/shop/pricing.py", 600, 600],
    ["/usr/lib/python3.14/json/__init__.py", 150, 180],
    ["/srv/shop/tree.py", 200, 200],
  ]);
  const lines = [...fileOf(files, "/srv/shop/pricing.py").lines.values()];
  assert.deepEqual(lines.map(({ line, self, total }) => [line, self, total]), [
    [10, 0, 0],
    [12, 400, 400],
    [13, 200, 200],
  ]);
  const walk = fileOf(files, "/srv/shop/tree.py").lines.get(8)!;
  assert.deepEqual([walk.self, walk.total], [200, 200]);
});

Deno.test("countHeat tells from where functions are called, and what lines call", () => {
  const { files } = countHeat(shopProfile().profile);
  const shop = files.findIndex(({ path }) => path === "/srv/shop/shop.py");
  const tree = files.findIndex(({ path }) => path === "/srv/shop/tree.py");
  const { callees } = files[shop]!.lines.get(44)!;
  assert.deepEqual(callees.map(({ name, line, total }) => [name, line, total]), [
    ["price_order", 10, 600],
    ["walk", 5, 200],
    ["loads", 299, 180],
  ]);
  assert.deepEqual(files[tree]!.lines.get(5)!.callers, [
    { file: shop, line: 44, name: "Shop.serve", total: 200 },
    { file: tree, line: 8, name: "walk", total: 200 },
  ]);
});

Deno.test("countHeat looks through what is no Python between caller and callee", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const outer = { file: "/a.py", name: "outer", first: 1, line: 2 };
  const inner = { file: "/a.py", name: "inner", first: 5, line: 6 };
  builder.sample(thread, [outer, { name: "<native>", kind: "native" }, inner], 7);
  const { files } = countHeat(builder.profile);
  assert.equal(files.length, 1);
  assert.deepEqual(files[0]!.lines.get(2)!.callees, [
    { file: 0, line: 5, name: "inner", total: 7 },
  ]);
});

Deno.test("countHeat tells parts of lines and opcodes from each other", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const at = { file: "/a.py", name: "f", first: 1, line: 2 };
  builder
    .sample(thread, [{ ...at, column: 4, endColumn: 9, opcode: 3 }], 5)
    .sample(thread, [{ ...at, column: 4, endColumn: 9, opcode: 8 }], 2)
    .sample(thread, [{ ...at, column: 0, endColumn: 20, opcode: 3 }, { ...at, line: 3 }], 1);
  const { spans } = countHeat(builder.profile).files[0]!.lines.get(2)!;
  const plain = spans.map(({ opcodes, ...span }) => ({ ...span, opcodes: [...opcodes] }));
  assert.deepEqual(plain, [
    {
      self: 7,
      total: 7,
      column: 4,
      endColumn: 9,
      endLine: 2,
      opcodes: [[3, { self: 5, total: 5 }], [8, { self: 2, total: 2 }]],
    },
    {
      self: 0,
      total: 1,
      column: 0,
      endColumn: 20,
      endLine: 2,
      opcodes: [[3, { self: 0, total: 1 }]],
    },
  ]);
});

Deno.test("countHeat keeps samples in lines that are not known, and in no file", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  builder.sample(thread, [{ file: "/a.py", name: "f" }], 3).sample(thread, [{ name: "g" }], 2);
  const { files, samples } = countHeat(builder.profile);
  assert.equal(samples, 5);
  assert.deepEqual(files.map(({ self, lines }) => [self, lines.size]), [[3, 0]]);
});
