import assert from "node:assert/strict";
import { DISMISSED, EdgeTable, FRESH, KNOWN } from "../../src/cpython/edge_table.ts";
import { Random } from "./random.ts";

Deno.test("a call is known once it was learned, and news only the first time", () => {
  const edges = new EdgeTable();
  const edge = edges.intern(10, 2);
  assert.equal(edges.intern(10, 2), edge);
  assert.equal(edges.state(edge), FRESH);
  assert.equal(edges.isKnown(10, 2), false);
  assert.equal(edges.learn(10, 1, 2), true);
  assert.equal(edges.learn(10, 1, 2), false);
  assert.equal(edges.state(edge), KNOWN);
  assert.equal(edges.isKnown(10, 2), true);
  assert.equal(edges.isKnown(10, 3), false);
  assert.equal(edges.isKnown(11, 2), false);
});

Deno.test("a call site that calls many functions is known for each of them", () => {
  const edges = new EdgeTable();
  for (let callee = 0; callee < 50; callee++) edges.learn(10, 99, callee);
  for (let callee = 49; callee >= 0; callee--) assert.ok(edges.isKnown(10, callee));
  assert.equal(edges.isKnown(10, 50), false);
});

Deno.test("a dismissed call can still be learned, a known one cannot be dismissed", () => {
  const edges = new EdgeTable();
  const edge = edges.intern(10, 2);
  edges.dismiss(edge);
  assert.equal(edges.state(edge), DISMISSED);
  assert.equal(edges.isKnown(10, 2), false);
  assert.equal(edges.learn(10, 1, 2), true);
  edges.dismiss(edge);
  assert.equal(edges.state(edge), KNOWN);
});

Deno.test("only calls that were learned give callers and call sites", () => {
  const edges = new EdgeTable();
  edges.intern(10, 2);
  assert.deepEqual([...edges.callersOf(2)], []);
  assert.equal(edges.callSite(1, 2, 10), -1);
  edges.learn(10, 1, 2);
  edges.learn(12, 1, 2);
  edges.learn(30, 5, 2);
  assert.deepEqual([...edges.callersOf(2)], [1, 5]);
  assert.deepEqual([...edges.callersOf(1)], []);
});

Deno.test("a call site is the last known one at or before a place, else the last of all", () => {
  const edges = new EdgeTable();
  for (const place of [50, 20, 30, 40]) edges.learn(place, 1, 2);
  edges.learn(35, 1, 3);
  const expected = [[10, 50], [19, 50], [20, 20], [29, 20], [30, 30], [45, 40], [99, 50], [0, 50]];
  for (const [place, site] of expected) assert.equal(edges.callSite(1, 2, place!), site);
  assert.equal(edges.callSite(1, 3, 0), 35);
  assert.equal(edges.callSite(1, 4, 35), -1);
  assert.equal(edges.callSite(2, 2, 35), -1);
});

Deno.test("the table holds any sequence of learning and dismissing like a plain map", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = new Random(seed);
    const edges = new EdgeTable();
    const model = new Map<string, number>();
    for (let step = 0; step < 5000; step++) {
      // Ten places a caller.
      const place = random.below(400);
      const caller = Math.floor(place / 10);
      const callee = random.below(30);
      const key = `${place},${callee}`;
      const before = model.get(key) ?? FRESH;
      const action = random.below(3);
      if (action === 0) {
        assert.equal(edges.learn(place, caller, callee), before !== KNOWN);
        model.set(key, KNOWN);
      } else if (action === 1) {
        edges.dismiss(edges.intern(place, callee));
        if (before === FRESH) model.set(key, DISMISSED);
      }
      assert.equal(edges.isKnown(place, callee), model.get(key) === KNOWN);
      assert.equal(edges.state(edges.intern(place, callee)), model.get(key) ?? FRESH);
    }
    for (let callee = 0; callee < 30; callee++) {
      const sites = [...model].filter(([key, state]) =>
        state === KNOWN && key.endsWith(`,${callee}`)
      ).map(([key]) => Number(key.split(",")[0]));
      const callers = new Set(sites.map((site) => Math.floor(site / 10)));
      assert.deepEqual(new Set(edges.callersOf(callee)), callers);
      assert.equal(edges.callersOf(callee).length, callers.size);
    }
  }
});
