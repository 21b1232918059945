import assert from "node:assert/strict";
import { CodeTable } from "../../src/cpython/code_table.ts";
import { EdgeTable } from "../../src/cpython/edge_table.ts";
import { Lineage } from "../../src/cpython/lineage.ts";
import { runtimeOf } from "./stacks.ts";
import { Image } from "./image.ts";
import { interpreters } from "./interpreters.ts";
import { open } from "../ffi/targets.ts";
import { Stopped } from "./stopped.ts";

// A real layout is all that is needed of a process.
await using stopped = await Stopped.start(interpreters.at(-1)!, "idle");
using process = open(stopped.pid);
const { reader, layout } = runtimeOf(Image.record(process));

/** Functions by name: the bytes of their frames, and whether they are generators. */
type Functions = Readonly<Record<string, readonly [bytes: number, isGenerator?: boolean]>>;

/** A program of functions and of calls that are known. */
class Program {
  readonly edges = new EdgeTable();
  readonly lineage: Lineage;
  readonly #names: string[];

  constructor(functions: Functions, calls: readonly (readonly [caller: string, callee: string])[]) {
    const codeTable = new CodeTable(reader, layout);
    this.#names = Object.keys(functions);
    for (const name of this.#names) {
      const [frameBytes, isGenerator = false] = functions[name]!;
      const lines = new Uint8Array(0);
      codeTable.codes.push({
        copy: 0,
        ...{ address: 0, start: 0, length: 2, file: "", name, firstLine: 1, lines },
        ...{ frameBytes, isGenerator, identity: lines },
      });
    }
    calls.forEach(([caller, callee], place) => {
      this.edges.learn(place, this.code(caller), this.code(callee));
    });
    this.lineage = new Lineage(codeTable, this.edges);
  }

  code(name: string): number {
    return this.#names.indexOf(name);
  }

  /** @param present frames that are still there, by address. */
  find(callee: string, end: number, present: Readonly<Record<number, string>>, floor = 0): boolean {
    const endBelow = (address: number): number => address < floor ? 0 : address;
    return this.lineage.find(this.code(callee), end, endBelow, (address, code) => {
      return present[address] === this.#names[code] ? address : -1;
    });
  }

  get found(): [string, number][] {
    const { codes, addresses } = this.lineage;
    return codes.map((code, i) => [this.#names[code]!, addresses[i]!]);
  }
}

Deno.test("the only line of callers that leads to a living frame is found", () => {
  const program = new Program(
    { main: [100], a: [80], b: [40], c: [40], leaf: [10] },
    [["main", "a"], ["a", "b"], ["b", "leaf"], ["c", "leaf"], ["main", "c"]],
  );
  // main at 1000–1100, a at 1100–1180, b at 1180–1220: through c it would end somewhere else.
  assert.equal(program.find("leaf", 1220, { 1000: "main" }), true);
  assert.deepEqual(program.found, [["b", 1180], ["a", 1100]]);
  assert.equal(program.lineage.junction, 1000);
});

Deno.test("a caller that is still there itself needs nothing between", () => {
  const program = new Program({ main: [100], leaf: [10] }, [["main", "leaf"]]);
  assert.equal(program.find("leaf", 1100, { 1000: "main" }), true);
  assert.deepEqual(program.found, []);
  assert.equal(program.lineage.junction, 1000);
});

Deno.test("two lines of callers are as good as none", () => {
  const program = new Program(
    { main: [100], b: [40], c: [40], leaf: [10] },
    [["main", "b"], ["main", "c"], ["b", "leaf"], ["c", "leaf"]],
  );
  assert.equal(program.find("leaf", 1140, { 1000: "main" }), false);
});

Deno.test("a line of callers that meets no living frame is not found", () => {
  const program = new Program(
    { main: [100], b: [40], leaf: [10] },
    [["main", "b"], ["b", "leaf"]],
  );
  assert.equal(program.find("leaf", 1140, { 1008: "main" }), false, "it lies elsewhere");
  assert.equal(program.find("leaf", 1140, { 1000: "b" }), false, "it is another function");
  assert.equal(program.find("main", 1140, { 1000: "main" }), false, "nobody calls it");
});

Deno.test("generators take no room on the data stack", () => {
  const program = new Program(
    { main: [100], outer: [70, true], inner: [50, true], leaf: [10] },
    [["main", "outer"], ["outer", "inner"], ["inner", "leaf"]],
  );
  assert.equal(program.find("leaf", 1100, { 1000: "main" }), true);
  assert.deepEqual(program.found, [["inner", 0], ["outer", 0]]);
});

Deno.test("no caller lies below the floor of the data stack", () => {
  const program = new Program({ main: [100], leaf: [10] }, [["main", "leaf"]]);
  assert.equal(program.find("leaf", 1100, { 1000: "main" }, 1000), true);
  assert.equal(program.find("leaf", 1100, { 1000: "main" }, 1001), false);
});

Deno.test("recursion ends at the living frame, and ends at all", () => {
  const program = new Program(
    { main: [100], f: [10], g: [20, true] },
    [["main", "f"], ["f", "f"], ["g", "g"], ["f", "g"]],
  );
  assert.equal(program.find("f", 1600, { 1000: "main" }), true);
  assert.equal(program.found.length, 50);
  // Generators that resume one another without end would be searched for ever.
  const endless = new Program({ g: [20, true], h: [20, true] }, [["g", "g"], ["h", "g"], [
    "g",
    "h",
  ]]);
  assert.equal(endless.find("g", 1600, { 1000: "g" }), false);
});

Deno.test("a search that branches too widely is given up", () => {
  const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
  const functions = Object.fromEntries(names.map((name) => [name, [16] as const]));
  const calls = names.flatMap((caller) => names.map((callee) => [caller, callee] as const));
  assert.equal(new Program(functions, calls).find("f0", 1 << 20, { 0: "f1" }), false);
});

Deno.test("a search forgets the one before", () => {
  const program = new Program(
    { main: [100], b: [40], leaf: [10] },
    [["main", "b"], ["b", "leaf"]],
  );
  assert.equal(program.find("leaf", 1140, { 1000: "main" }), true);
  assert.equal(program.find("leaf", 1140, {}), false);
  assert.equal(program.find("b", 1100, { 1000: "main" }), true);
  assert.deepEqual(program.found, []);
});
