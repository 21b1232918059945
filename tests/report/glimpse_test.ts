import assert from "node:assert/strict";
import type { Model } from "../../assets/report/model.ts";
import { selectSamples } from "../../assets/report/select.ts";
import { buildTree, type Tree } from "../../assets/report/tree.ts";
import { growProfile } from "../../bench/report_profiles.ts";
import { packProfile } from "../../src/report/pack.ts";
import { TimeSlices } from "../../src/report/slices.ts";
import { SUMMARY } from "../collectors/profiles.ts";
import { clickBox, drawn, textOf } from "./browser.ts";
import { testReport } from "./cases.ts";
import { ALL, unpack } from "./payloads.ts";

const LARGE = 120_000;
/** Rows that are seen without scrolling, at least. */
const ROWS = 50;
/** Lines of each function that run. */
const LINES = 3;

function treeOf(model: Model): Tree {
  const options = { steps: [], grouping: "function", mergeRecursion: false } as const;
  return buildTree(model, selectSamples(model, ALL), options);
}

/** Samples of each way through a tree, as far as they are at least so many. */
function listWays(
  model: Model,
  tree: Tree,
  least: number,
): Map<string, { depth: number; total: number }> {
  const ways = [""];
  const depth = [0];
  const found = new Map<string, { depth: number; total: number }>();
  for (let node = 1; node < tree.length; node++) {
    const name = model.header.names[model.functionName[tree.key[node]!]!]!;
    ways[node] = `${ways[tree.parent[node]!]} ${name}`;
    depth[node] = depth[tree.parent[node]!]! + 1;
    if (depth[node]! > ROWS) continue;
    if (tree.total[node]! >= least) {
      found.set(ways[node]!, { depth: depth[node]!, total: tree.total[node]! });
    }
  }
  return found;
}

Deno.test("what is seen first has all that is wide enough, with its samples", async () => {
  const { profile } = growProfile(LARGE, 100);
  const packed = packProfile(profile, SUMMARY, new TimeSlices(), () => []);
  const whole = await unpack(packed);
  const glimpse = await unpack({ ...packed, tree: packed.glimpse! });
  assert.ok(glimpse.nodes < whole.nodes / 2, `${glimpse.nodes} of ${whole.nodes}`);
  assert.equal(glimpse.samples, whole.samples);
  const ways = listWays(whole, treeOf(whole), whole.samples / 200);
  const seen = listWays(glimpse, treeOf(glimpse), whole.samples / 200);
  assert.ok(ways.size > 20);
  for (const [way, { depth, total }] of ways) {
    // A function's lines are left out one by one, where each is too narrow.
    const most = depth * LINES * whole.samples / 1600;
    const less = total - (seen.get(way)?.total ?? 0);
    assert.ok(less >= 0 && less <= most, `${way}: ${less} of ${total} samples are missing`);
  }
  const others = [...seen.keys()].filter((way) => !ways.has(way));
  assert.ok(others.every((way) => way.endsWith(" narrow boxes")), others.join("\n"));
});

Deno.test("small profiles are unpacked at once", () => {
  const { profile } = growProfile(5000, 100);
  const packed = packProfile(profile, SUMMARY, new TimeSlices(), () => []);
  assert.equal(packed.glimpse, undefined);
});

testReport(
  "a large report can be used as soon as all of it is there",
  () => growProfile(LARGE, 100),
  {},
  async ({ page }) => {
    await page.waitForSelector("#app:not([inert])");
    await drawn(page);
    await clickBox(page, 0.3, 4);
    assert.equal(await page.locator(".crumbs button").count(), 5);
    await page.keyboard.press("2");
    assert.doesNotMatch(await textOf(page, "main"), /narrow boxes/);
  },
);

testReport(
  "the address of a box in a large report leads to that box",
  () => growProfile(LARGE, 100),
  { hash: `zoom=${LARGE - 1}-0.2000000-0.3000000` },
  async ({ page }) => {
    const { profile } = growProfile(LARGE, 100);
    const model = await unpack(packProfile(profile, SUMMARY, new TimeSlices(), () => []));
    const shown = treeOf(model);
    const name = model.header.names[model.functionName[shown.key[LARGE - 1]!]!]!;
    assert.equal(await textOf(page, ".crumbs button:last-of-type"), name);
  },
);
