import assert from "node:assert/strict";
import { compareTrees } from "../../assets/report/difference.ts";
import { nameOf } from "../../assets/report/names.ts";
import { selectSamples } from "../../assets/report/select.ts";
import { buildTree, type Tree } from "../../assets/report/tree.ts";
import type { Model } from "../../assets/report/model.ts";
import { createDiffFlamegraph } from "../../collectors/diff_flamegraph.ts";
import type { Compared } from "../../src/analysis/difference_functions.ts";
import { SliceCounts } from "../../src/analysis/difference_noise.ts";
import type { Metadata } from "../../src/profile/metadata.ts";
import type { SampleBatch } from "../../src/profile/profile.ts";
import { joinProfiles } from "../../src/report/baseline.ts";
import { packProfile } from "../../src/report/pack.ts";
import { TimeSlices } from "../../src/report/slices.ts";
import { createRandom } from "../../src/sampler/schedule.ts";
import { type FrameSpec, joinPieces, METADATA, ProfileBuilder } from "../collectors/profiles.ts";
import { startBrowser } from "../browser.ts";
import { clickBox, drawn, hoverBox, openReport, pixel, textOf } from "./browser.ts";
import { ALL, batchOf, unpack } from "./payloads.ts";

/** A taken profile with its samples. */
interface Taken extends Compared {
  readonly batch: SampleBatch;
}

const FILE = "/srv/shop/shop.py";
const MAIN: FrameSpec = { file: FILE, name: "main", first: 1, line: 5 };

/** A program that spends milliseconds in functions below `main`, in any order; `shift` moves its lines. */
function takeShop(
  work: Readonly<Record<string, number>>,
  seed: number,
  { shift = 0, metadata = {} }: { shift?: number; metadata?: Partial<Metadata> } = {},
): Taken {
  const random = createRandom(seed);
  const builder = new ProfileBuilder({ ...METADATA, ...metadata });
  const thread = builder.thread(4242, "MainThread");
  const stacks = Object.entries(work).flatMap(([path, samples], index) => {
    const frames = path.split(";").map((name, depth): FrameSpec => ({
      file: FILE,
      name,
      first: 10 * (depth + 1) + shift,
      line: 11 + index + shift,
    }));
    return new Array<number>(samples).fill(builder.stack([MAIN, ...frames]));
  });
  const order = stacks.map((stack) => [random(), stack] as const).sort(([a], [b]) => a - b);
  const batch = batchOf(order.map(([, stack], i) => ({ time: i * 1000, thread, stack })));
  const { profile } = builder;
  profile.add(batch);
  profile.quality.samples = profile.quality.ticks = batch.length;
  const slices = new SliceCounts();
  slices.add(batch);
  return {
    profile,
    batch,
    slices,
    summary: { durationUs: (batch.length - 1) * 1000, ending: "target-ended" },
  };
}

const BEFORE = {
  "serve;price": 3000,
  "serve;parse": 2000,
  "serve;tax": 500,
  "log": 500,
};
const NOW = {
  "serve;price": 3500,
  "serve;parse": 2000,
  "serve;fee": 500,
  "log": 500,
};

async function modelOf(current: Taken, base: Compared): Promise<Model> {
  const time = new TimeSlices();
  time.add(current.profile, current.batch);
  const joined = joinProfiles(current, base);
  return await unpack(packProfile(joined.profile, current.summary, time, () => [], joined));
}

function treeOf(model: Model): Tree {
  const options = { steps: [], grouping: "function", mergeRecursion: false } as const;
  return buildTree(model, selectSamples(model, ALL), options);
}

/** Level of each box by name. */
function levelsOf(model: Model, by: "share" | "time"): Record<string, number> {
  const tree = treeOf(model);
  const { levels } = compareTrees(model, tree, treeOf(model.other!.model), by);
  return Object.fromEntries(
    [...tree.key.keys()].slice(1).map((node) => [
      nameOf(model, "function", tree.key[node]!),
      levels[node]!,
    ]),
  );
}

async function writeDiff(current: Taken, base: Compared): Promise<string> {
  const collector = createDiffFlamegraph(base);
  await collector.prepare?.();
  const pieces = [
    ...collector.begin(current.profile.metadata),
    ...collector.add(current.profile, current.batch),
    ...collector.finish(current.profile, current.summary),
  ];
  const path = await Deno.makeTempFile({ prefix: "tachyon-diff-", suffix: ".html" });
  await Deno.writeFile(path, joinPieces(pieces));
  return path;
}

Deno.test("both profiles are in one tree, whatever their lines, with their own samples", async () => {
  const model = await modelOf(takeShop(NOW, 1, { shift: 7 }), takeShop(BEFORE, 2));
  assert.equal(model.samples, 6500);
  assert.equal(model.other!.model.samples, 6000);
  assert.equal(model.other!.model.other!.model, model);
  const names = [...model.functionName].map((name) => model.header.names[name]);
  assert.deepEqual(names.sort(), ["fee", "log", "main", "parse", "price", "serve", "tax"]);
  const price = [...model.functionName].findIndex((name) => model.header.names[name] === "price");
  assert.equal(model.functionLine[price], 27);
});

Deno.test("boxes are marked where they differ beyond noise, by time and by share", async () => {
  const model = await modelOf(takeShop(NOW, 1), takeShop(BEFORE, 2));
  const now = levelsOf(model, "time");
  assert.equal(now["price"], 2);
  assert.equal(now["fee"], 4);
  assert.deepEqual([now["parse"], now["log"]], [0, 0]);
  // What calls it has grown by a smaller part.
  assert.equal(now["serve"], 1);
  const before = levelsOf(model.other!.model, "time");
  assert.deepEqual([before["price"], before["tax"], before["parse"]], [2, -4, 0]);
  assert.equal(levelsOf(model, "share")["main"], 0);
});

Deno.test("equal runs differ nowhere, and unknown noise marks nothing", async () => {
  const same = await modelOf(takeShop(BEFORE, 1), takeShop(BEFORE, 2, { shift: 3 }));
  assert.ok(Object.values(levelsOf(same, "time")).every((level) => level === 0));
  const base = takeShop({ "serve;tax": 6000 }, 3);
  base.profile.runs.samples.length = 0;
  const model = await modelOf(takeShop(NOW, 1), base);
  assert.ok(Object.values(levelsOf(model, "share")).every((level) => level === 0));
});

Deno.test("times of captures that were cut off are stretched, and unknown times are not used", async () => {
  const base = takeShop(BEFORE, 2);
  const half = { ...base, summary: { durationUs: 3_249_500, ending: "duration" } as const };
  const model = await modelOf(takeShop(NOW, 1), half);
  assert.ok(Math.abs(model.other!.stretch - 2) < 1e-6);
  const unknown = takeShop(BEFORE, 2, { metadata: { intervalUs: 0 } });
  unknown.profile.quality.ticks = 0;
  assert.equal((await modelOf(takeShop(NOW, 1), unknown)).other!.stretch, 0);
});

Deno.test("a report shows the difference, both sides of it, and no complaint of the browser", async () => {
  const browser = await startBrowser();
  const path = await writeDiff(takeShop(NOW, 1), takeShop(BEFORE, 2));
  try {
    const { page, complaints, requests } = await openReport(browser, path, { hash: "by=time" });
    assert.match(await textOf(page, ".comparison"), /4 boxes differ beyond noise, 1 of them new\./);
    // Rows: all, main, serve, price, parse and fee.
    const [price, parse, fee] = [
      await pixel(page, 0.05, 70),
      await pixel(page, 0.7, 70),
      await pixel(page, 0.9, 70),
    ];
    const hue = (color: string) => {
      const [red, , blue] = color.split(",").map(Number);
      return red! - blue!;
    };
    assert.ok(hue(price) > 20 && hue(fee) > hue(price), `${price} ${fee}`);
    assert.ok(Math.abs(hue(parse)) < 8, parse);
    await hoverBox(page, 0.2, 3);
    assert.match(await textOf(page, ".tooltip"), /self before → now ?3 s → 3\.5 s, \+\d+ ms/);

    await page.click(".comparison >> text=Before");
    await drawn(page);
    assert.match(await textOf(page, ".comparison"), /1 of them gone now/);
    assert.match(await textOf(page, ".trust"), /^✓6,000 samples/);
    assert.ok(hue(await pixel(page, 0.88, 70)) < -20);
    await page.keyboard.press("b");
    await drawn(page);
    assert.match(await textOf(page, ".trust"), /^✓6,500 samples/);

    await page.click(".comparison >> text=Share");
    await drawn(page);
    assert.match(page.url(), /^[^#]+#?$/);
    await hoverBox(page, 0.2, 3);
    assert.match(await textOf(page, ".tooltip"), /self before → now ?50\.0% → 53\.8%, \+3\.8 pt/);
    await clickBox(page, 0.2, 3);
    await page.keyboard.press("m");
    assert.match(page.url(), /color=package/);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, []);
  } finally {
    await browser.close();
    await Deno.remove(path);
  }
});

Deno.test("the table of functions has changes, and choices that have no counterpart end comparing", async () => {
  const browser = await startBrowser();
  const path = await writeDiff(takeShop(NOW, 1), takeShop(BEFORE, 2));
  try {
    const { page } = await openReport(browser, path, {
      hash: "view=functions&sort=change&by=time",
    });
    assert.match(await textOf(page, ".functions tbody tr"), /\+500 ms.*(fee|price)/);
    assert.equal(await page.locator(".functions tbody td.more").count(), 6);
    await page.goto(`file://${path}#view=functions&range=10-20`);
    await drawn(page);
    assert.match(await textOf(page, ".comparison"), /some of the time cannot be compared/);
    await page.click("text=Compare all");
    await drawn(page);
    assert.match(await textOf(page, ".comparison"), /differ beyond noise/);
  } finally {
    await browser.close();
    await Deno.remove(path);
  }
});

Deno.test("names of a baseline cannot play tricks either", async () => {
  const evil = "</script><img src=x onerror=alert(1)>\u202e\x1b[2J";
  const metadata = { command: ["python3", evil] };
  const base = takeShop({ [evil]: 3000, "log": 3000 }, 2, { metadata });
  const browser = await startBrowser();
  const path = await writeDiff(takeShop(NOW, 1), base);
  try {
    const { page, complaints, requests } = await openReport(browser, path, { hash: "side=base" });
    const shown = "<img src=x onerror=alert(1)>\\u202e\\x1b[2J";
    assert.ok((await textOf(page, "h1")).includes(shown));
    await page.goto(`file://${path}#view=functions&side=base`);
    await drawn(page);
    assert.ok((await textOf(page, ".functions tbody")).includes(shown));
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, []);
  } finally {
    await browser.close();
    await Deno.remove(path);
  }
});
