import assert from "node:assert/strict";
import { createPstatsFile } from "../../collectors/pstats_file.ts";
import { MarshalWriter } from "../../collectors/pstats_file_marshal.ts";
import { escapeForTerminal } from "../../src/analysis/terminal_text.ts";
import { findPythons, type Python, testedMinors } from "../../scripts/pythons.ts";
import { hostileProfile, renderCounted, runProgram, withFile } from "./counted.ts";
import { ProfileBuilder, shopProfile, SUMMARY } from "./profiles.ts";
import { HOSTILE_NAMES } from "./time_lines.ts";

/** A function as `pstats` holds it. */
type Row = [file: string, line: number, name: string, self: number, total: number];

/** Loads with `pstats`, prints all that it can print, and then gives what it holds as JSON. */
const READER = `
import io, json, pstats, sys
out = io.StringIO()
stats = pstats.Stats(sys.argv[1], stream=out)
stats.strip_dirs().sort_stats("cumulative").print_stats()
stats = pstats.Stats(sys.argv[1], stream=out)
stats.print_callers()
stats.print_callees()
sys.stderr.write(out.getvalue())
rows = [[*key, *value[:4], [[*caller, *counts] for caller, counts in value[4].items()]]
        for key, value in stats.stats.items()]
print(json.dumps({"rows": rows, "seconds": stats.total_tt}))
`;

/** What a Python reads from the file of a profile. */
async function readStats(
  python: Python,
  bytes: Uint8Array,
): Promise<{ rows: (string | number | (string | number)[][])[][]; seconds: number }> {
  return await withFile(
    bytes,
    ".pstats",
    async (path) => JSON.parse(await runProgram(python.path, ["-I", "-c", READER, path])),
  );
}

/** All Pythons here from 3.8 on; those that are always there are tested elsewhere to be there. */
async function everyPython(): Promise<Python[]> {
  const pythons = (await findPythons()).filter(({ minor }) => Number(minor.slice(2)) >= 8);
  for (const minor of testedMinors) {
    assert.ok(pythons.some((python) => python.minor === minor), `Python ${minor} is missing`);
  }
  return pythons;
}

const write = (builder: ProfileBuilder): Uint8Array => renderCounted(builder, createPstatsFile());

Deno.test("a pstats file is loaded and printed by pstats of every Python found", async () => {
  const bytes = write(shopProfile());
  for (const python of await everyPython()) {
    const { rows, seconds } = await readStats(python, bytes);
    const counts = rows.map((row) => row.slice(0, 5) as Row).sort((a, b) => a[2] < b[2] ? -1 : 1);
    assert.deepEqual(counts, [
      ["~", 0, "<GC>", 30, 30],
      ["/srv/shop/shop.py", 1, "<module>", 0, 1000],
      ["/srv/shop/shop.py", 40, "Shop.serve", 20, 1000],
      ["/usr/lib/python3.14/json/__init__.py", 299, "loads", 150, 180],
      ["/srv/shop/pricing.py", 10, "price_order", 600, 600],
      ["/srv/shop/tree.py", 5, "walk", 200, 200],
    ], python.version);
    assert.ok(Math.abs(seconds - 1) < 1e-9, python.version);
  }
});

Deno.test("a pstats file says of each call what was seen of it, and recursion counts once", async () => {
  const [python] = await everyPython();
  const { rows } = await readStats(python!, write(shopProfile()));
  const walk = rows.find((row) => row[2] === "walk")!;
  assert.deepEqual(walk.slice(5), [0.2, 0.2, [
    ["/srv/shop/shop.py", 40, "Shop.serve", 200, 0, 0, 0.2],
    ["/srv/shop/tree.py", 5, "walk", 200, 200, 0.2, 0.2],
  ]]);
});

Deno.test("hostile names are rows of their own in a pstats file, harmless when printed", async () => {
  const bytes = write(hostileProfile());
  for (const python of await everyPython()) {
    const { rows } = await readStats(python, bytes);
    assert.deepEqual(rows.map((row) => row[2]), HOSTILE_NAMES.map(escapeForTerminal));
    assert.deepEqual(
      rows.map((row) => row[0]),
      HOSTILE_NAMES.map((name) => escapeForTerminal(`/srv/${name}`)),
    );
  }
});

Deno.test("functions that differ in nothing that a key has are one row", async () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const name = { file: "~", name: "<native>" };
  builder.sample(thread, [{ ...name, kind: "native" }], 3);
  builder.sample(thread, [{ ...name, kind: "python" }], 4);
  const [python] = await everyPython();
  const { rows } = await readStats(python!, write(builder));
  assert.deepEqual(rows.map((row) => row.slice(0, 5)), [["~", 0, "<native>", 7, 7]]);
});

Deno.test("a pstats file has no times where the time of a sample is not known", async () => {
  const builder = shopProfile({ intervalUs: 0, tool: "collapsed" });
  builder.profile.quality.ticks = 0;
  const bytes = renderCounted(builder, createPstatsFile(), { ...SUMMARY, durationUs: 0 });
  const [python] = await everyPython();
  const { rows, seconds } = await readStats(python!, bytes);
  assert.equal(seconds, 0);
  assert.equal(rows.find((row) => row[2] === "price_order")![3], 600);
});

Deno.test("pstats does not load a file that was cut", async () => {
  const bytes = write(shopProfile());
  const [python] = await everyPython();
  await assert.rejects(
    readStats(python!, bytes.subarray(0, bytes.length - 9)),
    /EOFError|bad marshal data/,
  );
});

Deno.test("counts beyond 31 bits are marshalled as Python reads them", async () => {
  const numbers = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 45 + 2 ** 15, 2 ** 53 - 1];
  const writer = new MarshalWriter();
  writer.beginTuple(numbers.length);
  for (const number of numbers) writer.int(number);
  const bytes = writer.take();
  const reader =
    "import json, marshal, sys; print(json.dumps(marshal.load(open(sys.argv[1], 'rb'))))";
  for (const python of await everyPython()) {
    const read = await withFile(
      bytes,
      ".marshal",
      (path) => runProgram(python.path, ["-I", "-c", reader, path]),
    );
    assert.deepEqual(JSON.parse(read), numbers, python.version);
  }
});
