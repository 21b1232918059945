import assert from "node:assert/strict";
import { layOutTree } from "../../assets/report/boxes.ts";
import { findNeighbours, totalKeys } from "../../assets/report/functions.ts";
import { invertTree } from "../../assets/report/inverted.ts";
import { totalLines } from "../../assets/report/lines.ts";
import type { Model } from "../../assets/report/model.ts";
import { countKeys, nameOf, threadName } from "../../assets/report/names.ts";
import { orderByRank, orderByWeight } from "../../assets/report/order.ts";
import { findMatches, parseQuery } from "../../assets/report/search.ts";
import { selectSamples } from "../../assets/report/select.ts";
import { buildTree, type Grouping, type Step, type Tree } from "../../assets/report/tree.ts";
import { totalFunctions } from "../../src/analysis/functions.ts";
import { ProfileBuilder, shopProfile } from "../collectors/profiles.ts";
import { ALL, printTree, roundTrip } from "./payloads.ts";

interface Options {
  steps?: Step[];
  grouping?: Grouping;
  mergeRecursion?: boolean;
}

function build(model: Model, options: Options = {}): Tree {
  return buildTree(model, selectSamples(model, ALL), {
    steps: options.steps ?? [],
    grouping: options.grouping ?? "function",
    mergeRecursion: options.mergeRecursion ?? false,
  });
}

function print(model: Model, tree: Tree): string[] {
  return printTree(model, tree, (key) => nameOf(model, tree.grouping, key));
}

function idOf(model: Model, name: string): number {
  return [...model.functionName].findIndex((index) => model.header.names[index] === name);
}

Deno.test("a packed profile comes back with lines made one in their functions", async () => {
  const model = await roundTrip(shopProfile().profile);
  assert.equal(model.samples, 1000);
  assert.deepEqual(print(model, build(model)), [
    "<module> 0/1000",
    " Shop.serve 20/1000",
    "  price_order 600/600",
    "  walk 0/200",
    "   walk 0/200",
    "    walk 200/200",
    "  loads 150/180",
    "   <GC> 30/30",
  ]);
});

Deno.test("totals of functions are those of the analysis", async () => {
  const { profile } = shopProfile();
  const model = await roundTrip(profile);
  const totals = totalKeys(build(model), countKeys(model, "function"));
  const rows = [...totals.self.keys()].map((key) => ({
    name: nameOf(model, "function", key),
    self: totals.self[key],
    total: totals.total[key],
  }));
  const expected = totalFunctions(profile).rows.map(({ name, self, total }) => ({
    name,
    self,
    total,
  }));
  const byName = (a: { name: string }, b: { name: string }): number => a.name < b.name ? -1 : 1;
  assert.deepEqual(rows.sort(byName), expected.sort(byName));
});

Deno.test("hiding, dropping and focusing change the tree and nothing else", async () => {
  const model = await roundTrip(shopProfile().profile);
  const step = (op: Step["op"], name: string): Step => ({
    op,
    target: { grouping: "function", id: idOf(model, name) },
  });
  assert.deepEqual(print(model, build(model, { steps: [step("hide", "Shop.serve")] })), [
    "<module> 20/1000",
    " price_order 600/600",
    " walk 0/200",
    "  walk 0/200",
    "   walk 200/200",
    " loads 150/180",
    "  <GC> 30/30",
  ]);
  assert.deepEqual(
    print(model, build(model, { steps: [step("drop", "walk"), step("drop", "<GC>")] })),
    [
      "<module> 0/770",
      " Shop.serve 20/770",
      "  price_order 600/600",
      "  loads 150/150",
    ],
  );
  assert.deepEqual(print(model, build(model, { steps: [step("focus", "loads")] })), [
    "loads 150/180",
    " <GC> 30/30",
  ]);
  assert.deepEqual(
    print(model, build(model, { steps: [step("focus", "Shop.serve"), step("focus", "walk")] })),
    ["walk 0/200", " walk 0/200", "  walk 200/200"],
  );
});

Deno.test("recursion is merged, direct and through others", async () => {
  const shop = await roundTrip(shopProfile().profile);
  assert.ok(print(shop, build(shop, { mergeRecursion: true })).includes("  walk 200/200"));
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const [a, b, c] = ["a", "b", "c"].map((name) => ({ file: "/x.py", name, first: 1, line: 2 }));
  builder.sample(thread, [a!, b!, a!, c!], 3).sample(thread, [a!, b!], 2);
  const model = await roundTrip(builder.profile);
  assert.deepEqual(print(model, build(model, { mergeRecursion: true })), [
    "a 0/5",
    " c 3/3",
    " b 2/2",
  ]);
});

Deno.test("modules and packages are one box as long as they call themselves", async () => {
  const model = await roundTrip(shopProfile().profile);
  assert.deepEqual(print(model, build(model, { grouping: "module" })), [
    "shop.py 20/1000",
    " pricing.py 600/600",
    " tree.py 200/200",
    " json/__init__.py 150/180",
    "  garbage collector 30/30",
  ]);
  assert.deepEqual(print(model, build(model, { grouping: "package" })), [
    "shop 820/1000",
    " json 150/180",
    "  garbage collector 30/30",
  ]);
});

Deno.test("an inverted tree begins with what ran and ends with the roots", async () => {
  const model = await roundTrip(shopProfile().profile);
  const tree = build(model);
  const inverted = invertTree(tree, tree.self);
  assert.equal(inverted.total[0], 1000);
  assert.deepEqual(print(model, inverted).slice(0, 7), [
    "price_order 0/600",
    " Shop.serve 0/600",
    "  <module> 600/600",
    "walk 0/200",
    " walk 0/200",
    "  walk 0/200",
    "   Shop.serve 0/200",
  ]);
});

Deno.test("callers and callees of a function are counted", async () => {
  const model = await roundTrip(shopProfile().profile);
  const { callers, callees } = findNeighbours(build(model), idOf(model, "Shop.serve"));
  const named = (edges: { key: number; samples: number }[]): [string, number][] =>
    edges.map(({ key, samples }) => [nameOf(model, "function", key), samples]);
  assert.deepEqual(named(callers), [["<module>", 1000]]);
  assert.deepEqual(named(callees), [["price_order", 600], ["walk", 200], ["loads", 180]]);
});

Deno.test("boxes lie within their callers' and beside their siblings, in either order", async () => {
  const model = await roundTrip(shopProfile().profile);
  const tree = build(model);
  const byNumber = Int32Array.from({ length: countKeys(model, "function") }, (_, key) => key);
  for (const order of [orderByWeight(tree.total), orderByRank(tree.key, byNumber)]) {
    const boxes = layOutTree(tree, order);
    assert.equal(boxes.node.length, tree.length);
    const boxOf = new Map([...boxes.node].map((node, box) => [node, box]));
    for (const [node, box] of boxOf) {
      assert.equal(boxes.right[box]! - boxes.left[box]!, tree.total[node]);
      const above = boxOf.get(tree.parent[node]!);
      if (above === undefined) continue;
      assert.ok(boxes.left[box]! >= boxes.left[above]! && boxes.right[box]! <= boxes.right[above]!);
    }
    for (let row = 0; row + 1 < boxes.rows.length; row++) {
      for (let box = boxes.rows[row]! + 1; box < boxes.rows[row + 1]!; box++) {
        assert.ok(boxes.left[box]! >= boxes.right[box - 1]!);
      }
    }
  }
});

Deno.test("a search finds words, patterns and lines, and counts each sample once", async () => {
  const model = await roundTrip(shopProfile().profile);
  const tree = build(model);
  const search = (text: string): [number, number] => {
    const { count, samples } = findMatches(model, tree, parseQuery(text));
    return [count, samples];
  };
  assert.deepEqual(search("WALK"), [3, 200]);
  assert.deepEqual(search("/^(walk|loads)$/"), [4, 380]);
  assert.deepEqual(search("/WALK/c"), [0, 0]);
  assert.deepEqual(search("pricing.py:13"), [1, 600]);
  assert.deepEqual(search("pricing.py:99"), [0, 0]);
  assert.deepEqual(search("shop.py"), [2, 1000]);
  assert.equal(parseQuery("/(/").kind, "broken");
});

Deno.test("lines of a file have their own and all samples", async () => {
  const model = await roundTrip(shopProfile().profile);
  const selection = selectSamples(model, ALL);
  const file = model.header.files.findIndex(({ short }) => short === "pricing.py");
  assert.deepEqual([...totalLines(model, selection, file).self], [[12, 400], [13, 200]]);
  const walk = model.header.files.findIndex(({ short }) => short === "tree.py");
  assert.deepEqual([...totalLines(model, selection, walk).total], [[8, 200]]);
});

Deno.test("threads are told apart and can be left out", async () => {
  const builder = new ProfileBuilder({ allThreads: true });
  const [main, other] = [builder.thread(7, ""), builder.thread(8, "worker-1")];
  const f = { file: "/x.py", name: "f", line: 1 };
  builder.sample(main, [f], 5).sample(other, [f], 3).sample(other, [f, f], 4);
  const model = await roundTrip(builder.profile);
  assert.deepEqual([0, 1].map((id) => threadName(model, id)), ["main thread", "worker-1"]);
  assert.equal(selectSamples(model, { without: new Set([0]) }).samples, 7);
  assert.equal(selectSamples(model, { without: new Set([1]) }).samples, 5);
});

Deno.test("a tree of 5,000 levels is no problem", async () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const frames = Array.from(
    { length: 5000 },
    (_, i) => ({ file: "/x.py", name: `f${i % 7}`, line: 1 }),
  );
  builder.sample(thread, frames, 2);
  const model = await roundTrip(builder.profile);
  const tree = build(model);
  assert.equal(layOutTree(tree, orderByWeight(tree.total)).rows.length, 5002);
  assert.equal(totalKeys(tree, 7).total[3], 2);
  assert.equal(build(model, { mergeRecursion: true }).length, 8);
  assert.equal(invertTree(tree, tree.self).length, 5001);
});
