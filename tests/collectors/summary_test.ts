import assert from "node:assert/strict";
import { createCsv } from "../../collectors/summary_csv.ts";
import { createJson } from "../../collectors/summary_json.ts";
import { findTestPythons } from "../../scripts/pythons.ts";
import { escapeForTerminal } from "../../src/analysis/terminal_text.ts";
import { hostileProfile, renderCounted, runProgram, withFile } from "./counted.ts";
import { ProfileBuilder, shopProfile, SUMMARY } from "./profiles.ts";
import { HOSTILE_NAMES } from "./time_lines.ts";

/** The fields that the tests look at. */
interface Json {
  readonly target: { readonly pid: number | null; readonly python: string | null };
  readonly capture: { readonly mode: string | null; readonly started_at: string | null };
  readonly quality:
    | null
    | {
      readonly missed_ticks: number;
      readonly missed_share: number;
      readonly rejected_by_reason: Readonly<Record<string, number>>;
    };
  readonly samples: number;
  readonly sample_s: number | null;
  readonly independent_samples: number | null;
  readonly threads: readonly { readonly tid: number; readonly samples: number }[];
  readonly functions: readonly Readonly<Record<string, string | number | null>>[];
}

const decoder = new TextDecoder("utf-8", { fatal: true });
const readJson = (builder: ProfileBuilder, summary = SUMMARY): Json =>
  JSON.parse(decoder.decode(renderCounted(builder, createJson(), summary)));

/** Rows as Python's `csv` reads them. */
async function readCsv(builder: ProfileBuilder): Promise<Record<string, string>[]> {
  const [python] = await findTestPythons();
  const reader = "import csv, json, sys; print(json.dumps(list(csv.DictReader(" +
    "open(sys.argv[1], encoding='utf-8', newline=''), strict=True))))";
  return await withFile(
    renderCounted(builder, createCsv()),
    ".csv",
    async (path) => JSON.parse(await runProgram(python!.path, ["-I", "-c", reader, path])),
  );
}

Deno.test("json has functions with counts, shares, intervals and times", () => {
  const builder = shopProfile();
  // As many changes as in a random order.
  builder.profile.runs.changes[0] = 735;
  const { functions, samples, sample_s, independent_samples, threads } = readJson(builder);
  assert.deepEqual([samples, sample_s], [1000, 0.001]);
  assert.ok(Math.abs(independent_samples! - 1000) < 10);
  assert.deepEqual(threads.map(({ tid, samples }) => [tid, samples]), [[4242, 1000]]);
  assert.deepEqual(
    functions.map(({ name, self, total }) => [name, self, total]),
    [
      ["price_order", 600, 600],
      ["walk", 200, 200],
      ["loads", 150, 180],
      ["<GC>", 30, 30],
      ["Shop.serve", 20, 1000],
      ["<module>", 0, 1000],
    ],
  );
  const { self_share_low, self_share_high, ...price } = functions[0]!;
  assert.deepEqual(price, {
    file: "/srv/shop/pricing.py",
    line: 10,
    name: "price_order",
    kind: "python",
    self: 600,
    total: 600,
    self_share: 0.6,
    total_share: 0.6,
    total_share_low: self_share_low,
    total_share_high: self_share_high,
    self_s: 0.6,
    total_s: 0.6,
  });
  // 1.96 √(0.6 · 0.4 / 1000)
  assert.ok(Math.abs(0.6 - Number(self_share_low) - 0.0304) < 0.001);
  assert.ok(Math.abs(Number(self_share_high) - 0.6 - 0.0304) < 0.001);
});

Deno.test("json says how the profile was taken and what was lost", () => {
  const builder = shopProfile();
  builder.profile.quality.missedTicks = 250;
  builder.profile.quality.rejected[0] = 3;
  const { target, capture, quality } = readJson(builder);
  assert.deepEqual([target.pid, target.python], [4242, "3.14.10"]);
  assert.deepEqual([capture.mode, capture.started_at], ["wall", "2025-10-09T08:53:20.000Z"]);
  assert.deepEqual([quality!.missed_ticks, quality!.missed_share], [250, 0.2]);
  assert.equal(quality!.rejected_by_reason["torn"], 3);
});

Deno.test("json has null, and no number, for what is not known", () => {
  const builder = shopProfile({
    tool: "collapsed",
    pid: 0,
    pythonVersion: "",
    intervalUs: 0,
    startedAt: 0,
  });
  builder.profile.quality.ticks = 0;
  builder.profile.runs.samples.length = 0;
  const json = readJson(builder, { ...SUMMARY, durationUs: 0 });
  assert.deepEqual([json.target.pid, json.target.python, json.quality], [null, null, null]);
  assert.deepEqual(json.capture, {
    filters: null,
    mode: null,
    consistency: null,
    all_threads: null,
    interval_us: null,
    started_at: null,
    duration_s: null,
    ending: null,
    pauses: null,
    asleep_s: 0,
    part: null,
  });
  assert.deepEqual([json.sample_s, json.independent_samples], [null, null]);
  const [{ self, self_share, self_share_low, self_s }] = json.functions as [Json["functions"][0]];
  assert.deepEqual([self, self_share, self_share_low, self_s], [600, 0.6, null, null]);
});

Deno.test("hostile names survive json", () => {
  const text = decoder.decode(renderCounted(hostileProfile(), createJson()));
  assert.match(text, /^[\x20-\x7e\n]*$/);
  const { functions } = JSON.parse(text) as Json;
  assert.deepEqual(
    functions.map(({ name }) => name).sort(),
    [...HOSTILE_NAMES].sort(),
  );
});

Deno.test("csv has the numbers of json", async () => {
  const { functions } = readJson(shopProfile());
  const rows = await readCsv(shopProfile());
  assert.deepEqual(
    rows,
    functions.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value ?? "")]))
    ),
  );
});

Deno.test("hostile names survive csv, each in one line", async () => {
  const builder = hostileProfile();
  const text = decoder.decode(renderCounted(builder, createCsv()));
  assert.equal(text.split("\r\n").length, HOSTILE_NAMES.length + 2);
  assert.doesNotMatch(text.replaceAll("\r\n", ""), /[\p{Cc}\p{Cs}]/u);
  const rows = await readCsv(builder);
  assert.deepEqual(
    rows.map(({ name }) => name).sort(),
    HOSTILE_NAMES.map(escapeForTerminal).sort(),
  );
});

Deno.test("csv gives a spreadsheet no formula", async () => {
  const names = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", '=a,"b"', "a=1", "\t=1"];
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  for (const name of names) builder.sample(thread, [{ file: "=x", name, line: 1 }]);
  const rows = await readCsv(builder);
  assert.deepEqual(
    rows.map(({ name }) => name).sort(),
    ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\uff1d1", '\'=a,"b"', "a=1", "\\t=1"].sort(),
  );
  assert.ok(rows.every(({ file }) => file === "'=x"));
});
