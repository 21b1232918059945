import assert from "node:assert/strict";
import { createPstats, DEFAULT_TABLE, type TableOptions } from "../../collectors/pstats.ts";
import { measureText } from "../../src/analysis/terminal_text.ts";
import type { Summary } from "../../src/profile/metadata.ts";
import { ProfileBuilder, readPieces, shopProfile, SUMMARY } from "./profiles.ts";

function render(
  builder: ProfileBuilder,
  options: Partial<TableOptions> = {},
  summary: Summary = SUMMARY,
): string {
  return readPieces(
    createPstats({ ...DEFAULT_TABLE, ...options }).finish(builder.profile, summary),
  );
}

/** The rows of the table only. */
function rows(text: string): string[] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.includes("filename:lineno(function)")) + 1;
  const to = lines.findIndex((line, at) => at >= from && (line === "" || / shown /.test(line)));
  return lines.slice(from, to);
}

function locations(text: string): string[] {
  return rows(text).map((row) => row.slice(row.lastIndexOf("  ") + 2));
}

Deno.test("the whole table is as it was agreed", async () => {
  const golden = await Deno.readTextFile(new URL("golden/shop.pstats.txt", import.meta.url));
  const builder = shopProfile();
  // As many changes as in a random order.
  builder.profile.runs.changes[0] = 735;
  builder.profile.quality.missedTicks = 10;
  builder.profile.quality.rejected = [3, 0, 1, 0, 0];
  assert.equal(render(builder), golden);
});

Deno.test("every sort key puts its own column first", () => {
  const first = (sort: TableOptions["sort"]) => locations(render(shopProfile(), { sort }));
  for (const key of ["nsamples", "tottime", "sample-pct"] as const) {
    assert.equal(first(key)[0], "pricing.py:10(price_order)", key);
    assert.equal(first(key).at(-1), "shop.py:1(<module>)", key);
  }
  for (const key of ["cumtime", "cumul-pct", "nsamples-cumul"] as const) {
    assert.deepEqual(
      first(key).slice(0, 2),
      ["shop.py:40(Shop.serve)", "shop.py:1(<module>)"],
      key,
    );
  }
  assert.deepEqual(first("name"), [
    "<GC>",
    "json/__init__.py:299(loads)",
    "pricing.py:10(price_order)",
    "shop.py:1(<module>)",
    "shop.py:40(Shop.serve)",
    "tree.py:5(walk)",
  ]);
});

Deno.test("the limit cuts rows and not the summary", () => {
  const all = render(shopProfile());
  const none = render(shopProfile(), { limit: 0 });
  const summaryOf = (text: string): string => text.slice(text.indexOf("Summary of Interesting"));
  assert.deepEqual(rows(none), []);
  assert.match(none, /^0 of 6 functions shown/m);
  assert.equal(summaryOf(none), summaryOf(all));
  assert.match(summaryOf(none), /pricing\.py:10\(price_order\)/);
  assert.equal(rows(render(shopProfile(), { limit: 2 })).length, 2);
});

Deno.test("the summary can be left out", () => {
  assert.doesNotMatch(render(shopProfile(), { summary: false }), /Summary of Interesting/);
});

Deno.test("no share of stacks is above 100 percent in a recursive program", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const f = { file: "x.py", name: "f", first: 1 };
  const at = (line: number) => ({ ...f, line });
  builder.sample(thread, [at(2), at(3), at(4)], 10).sample(thread, [at(2), at(3)], 10);
  assert.match(render(builder), /^ +20\/20 +100\.0 +[\d.]+ +1\.052 +100\.0 +1\.052 /m);
});

Deno.test("times follow the rate that was achieved", () => {
  const text = render(shopProfile(), {}, { durationUs: 1_998_000, ending: "interrupted" });
  assert.match(text, /500\.0 Hz|500 Hz of 1 kHz asked/);
  assert.match(text, /each stands for 2 ms/);
  assert.match(text, /^ +600\/600 +60\.0 +[\d.]+ +1\.200 /m);
});

Deno.test("hostile text is spelled out and keeps to its row", () => {
  const builder = new ProfileBuilder({ command: ["python3", "\x1b]0;owned\x07", "a\nb"] });
  const thread = builder.thread(1);
  const name = "f\x1b[31m\n\u202e\ud800";
  builder.sample(thread, [{ file: "/tmp/x\r\n.py", name, first: 3 }], 5);
  const text = render(builder);
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Cs}]/u);
  assert.deepEqual(locations(text), ["x\\r\\n.py:3(f\\x1b[31m\\n\\u202e\\ud800)"]);
});

Deno.test("colours wrap text and change none of it", () => {
  const plain = render(shopProfile());
  const colored = render(shopProfile(), { color: true });
  assert.ok(colored.includes("\x1b[36mprice_order\x1b[0m"));
  // deno-lint-ignore no-control-regex
  assert.equal(colored.replace(/\x1b\[[\d;]*m/g, ""), plain);
});

Deno.test("rows keep within the width of a terminal and still end with the function", () => {
  const builder = shopProfile();
  const long = { file: `/srv/${"long".repeat(20)}.py`, name: "Outer.method.inner", first: 7 };
  builder.sample(0, [long], 500);
  const table = rows(render(builder, { width: 80 }));
  for (const row of table) assert.ok(measureText(row) <= 80, row);
  assert.ok(table.some((row) => row.endsWith("method.inner)")));
});

Deno.test("each share has its interval, wider when equal stacks follow each other", () => {
  const spread = (changes: number): number[] => {
    const builder = shopProfile();
    builder.profile.runs.changes[0] = changes;
    return rows(render(builder)).map((row) => Number(row.trim().split(/ +/)[2]));
  };
  // 60 % of 1000: 1.96 √(0.6 · 0.4 / 1000)
  assert.deepEqual(spread(735).slice(0, 2), [3.1, 2.6]);
  assert.ok(spread(74).every((wide, at) => wide > 3 * spread(735)[at]!));
});

Deno.test("the header says how far samples are from exact ones, or why that is not known", () => {
  const bias = (builder: ProfileBuilder): string => /^ {2}bias +(.*)$/m.exec(render(builder))![1]!;
  assert.match(bias(shopProfile()), /^not measured: no sample could be read exactly$/);
  assert.match(bias(shopProfile({ consistency: "exact" })), /all samples are exact/);
  const builder = shopProfile();
  builder.profile.quality.exact = 5;
  assert.match(bias(builder), /^not measured: only 0 exact samples/);
  for (let visit = 1; visit <= 20; visit++) {
    for (const stack of [0, 1, 2, 3]) builder.profile.control.add(visit, 0, stack);
  }
  assert.match(
    bias(builder),
    /^[\d.]+% \(chance: [\d.]+%\) in leaf functions, .* 80 exact samples$/,
  );
});

Deno.test("nothing is made up of what another tool's profile does not say", () => {
  const builder = shopProfile({
    tool: "CPython",
    toolVersion: "3.15.2",
    pid: 0,
    command: [],
    pythonVersion: "",
    features: { native: false, gc: true, opcodes: false },
  });
  builder.profile.frames.firstLine.set(0, 0);
  const text = render(builder);
  const header = text.slice(0, text.indexOf("\n\n"));
  assert.match(header, /^ {2}from {5}CPython 3\.15\.2$/m);
  assert.match(header, /^ {2}lost {5}not recorded$/m);
  assert.doesNotMatch(header, /pid|command|process|reject|miss|bias|verified|ended/);
  assert.match(text, /shop\.py\(<module>\)/);
});

Deno.test("counts without time or order give a table without times and intervals", () => {
  const builder = shopProfile({ tool: "collapsed stacks", pid: 0, intervalUs: 0 });
  builder.profile.runs.samples.length = 0;
  builder.profile.quality.ticks = 0;
  const text = render(builder, {}, { durationUs: 0, ending: "duration" });
  assert.doesNotMatch(text, /time|±|rate|Infinity|NaN|stands for|mode/);
  assert.match(text, /^ *nsamples +sample% +cumul% +filename:lineno\(function\)$/m);
  assert.match(text, /^ *600\/600 +60\.0 +60\.0 +pricing\.py:10\(price_order\)$/m);
});
