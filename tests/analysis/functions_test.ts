import assert from "node:assert/strict";
import { totalFunctions } from "../../src/analysis/functions.ts";
import { ProfileBuilder, shopProfile } from "../collectors/profiles.ts";

/** `name self/total` of every function, sorted. */
function fold(builder: ProfileBuilder): string[] {
  return totalFunctions(builder.profile).rows.map((row) => `${row.name} ${row.self}/${row.total}`)
    .sort();
}

Deno.test("a function's lines are one row, with self and total of all", () => {
  assert.deepEqual(fold(shopProfile()), [
    "<GC> 30/30",
    "<module> 0/1000",
    "Shop.serve 20/1000",
    "loads 150/180",
    "price_order 600/600",
    "walk 200/200",
  ]);
});

Deno.test("recursion through other functions counts once a sample", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const [a, b] = [{ file: "x.py", name: "a", first: 1 }, { file: "x.py", name: "b", first: 9 }];
  builder.sample(thread, [a, b, a, b], 3).sample(thread, [a, b], 2).sample(thread, [b, a, a], 1);
  assert.deepEqual(fold(builder), ["a 1/6", "b 5/6"]);
});

Deno.test("functions of one name in different files or lines stay apart", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  builder.sample(thread, [{ file: "x.py", name: "f", first: 1 }]);
  builder.sample(thread, [{ file: "y.py", name: "f", first: 1 }]);
  builder.sample(thread, [{ file: "y.py", name: "f", first: 2 }]);
  assert.deepEqual(fold(builder), ["f 1/1", "f 1/1", "f 1/1"]);
});

Deno.test("samples of all threads count, also of threads that never had one", () => {
  const builder = new ProfileBuilder({ allThreads: true });
  const [first, , third] = [builder.thread(1), builder.thread(2), builder.thread(3)];
  const f = { file: "x.py", name: "f", first: 1 };
  builder.sample(first!, [f], 2).sample(third!, [f], 5);
  assert.deepEqual(fold(builder), ["f 7/7"]);
  assert.equal(totalFunctions(builder.profile).samples, 7);
});

Deno.test("stacks far deeper than our own call stack are folded", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const deep = Array.from({ length: 50_000 }, (_, i) => ({
    file: "d.py",
    name: i % 2 === 0 ? "even" : "odd",
    first: i % 2,
  }));
  builder.sample(thread, deep, 4);
  assert.deepEqual(fold(builder), ["even 0/4", "odd 4/4"]);
});

Deno.test("random stacks give what counting sample by sample gives", () => {
  let seed = 11;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(seed / 65_536) % below;
  };
  const builder = new ProfileBuilder();
  const threads = [builder.thread(1), builder.thread(2)];
  const self = new Map<string, number>();
  const total = new Map<string, number>();
  for (let i = 0; i < 2000; i++) {
    const names = Array.from({ length: 1 + next(12) }, () => `f${next(6)}`);
    builder.sample(threads[next(2)]!, names.map((name) => ({ file: "r.py", name })));
    self.set(names.at(-1)!, (self.get(names.at(-1)!) ?? 0) + 1);
    for (const name of new Set(names)) total.set(name, (total.get(name) ?? 0) + 1);
  }
  const expected = [...total].map(([name, count]) => `${name} ${self.get(name) ?? 0}/${count}`);
  assert.deepEqual(fold(builder), expected.sort());
});
