import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { digestSource } from "../../src/report/target_sources.ts";
import { drawn, textOf } from "../report/browser.ts";
import { shop, testHeatmap } from "./pages.ts";

const sight = { file: "shop.py" };
const withOpcodes = () => shop({ opcodes: true });

/** The share that the heat of a background has, as the browser draws it. */
async function heatOf(page: Page, selector: string): Promise<number> {
  const color = await page.evaluate(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).backgroundColor`,
  );
  const alpha = /[/,] ([\d.]+)\)$/.exec(String(color));
  return alpha === null ? 1 : Number(alpha[1]);
}

async function hashOf(page: Page): Promise<string> {
  return await page.evaluate("location.hash");
}

/** Numbers of the rows that are to be seen. */
async function rowsSeen(page: Page): Promise<string[]> {
  return await page.evaluate(
    `[...document.querySelectorAll("table.code > tbody > tr")].filter((row) => row.checkVisibility())
      .map((row) => row.id.replace("line-", ""))`,
  );
}

testHeatmap("every line has its own and its whole time", shop, sight, async ({ page }) => {
  assert.match(await page.title(), /^shop\.py · python3 shop\.py 3 · tachyon$/);
  assert.match(await textOf(page, ".trust"), /1,000 samples in 999 ms · wall time/);
  const rows = await page.locator("table.code > tbody > tr").count();
  assert.equal(rows, 18);
  assert.match(await textOf(page, "#line-9"), /^75\.0%9▼ total = price_order\(order\)/);
  assert.match(await textOf(page, "#line-10"), /^3\.9%24\.9%10▼2 ?Calls 2 places/);
  assert.match(await textOf(page, "#line-11"), /^11$/);
  const tip = await page.getAttribute("#line-10 td.self", "data-tip");
  assert.match(tip ?? "", /^39 samples, 3\.9% ± \d+\.\d, 39 ms$/);
});

testHeatmap("lines have colours by a logarithmic scale", shop, {
  file: "pricing.py",
}, async ({ page }) => {
  const hottest = await heatOf(page, "#line-5 td.self");
  const warm = await heatOf(page, "#line-6 td.self");
  // ln 501 and ln 251 of ln 501, in eighths: 8 and 8; of the same scale as in the other file.
  assert.equal(hottest, warm);
  assert.equal(await heatOf(page, "#line-9 td.text"), 0);
  await page.click("#index");
  await page.click('.entry.file >> text="shop.py"');
  assert.ok(await heatOf(page, "#line-10 td.self") < warm);
  assert.equal(await heatOf(page, "#line-14 td.self"), 0.08);
});

testHeatmap("sources have the colours of Python's syntax", shop, sight, async ({ page }) => {
  const kinds = await page.evaluate(
    `[...document.querySelectorAll("#line-8 code i, #line-1 code i")].map((i) => i.className + " " + i.textContent)`,
  );
  assert.deepEqual(kinds, ['str """A shop."""', "kw for", "kw in"]);
  const color = (selector: string): Promise<unknown> =>
    page.evaluate(`getComputedStyle(document.querySelector("${selector}")).color`);
  assert.notEqual(await color("#line-8 .kw"), await color("#line-8 code"));
});

testHeatmap("parts of a line have their own heat, and tell it", shop, sight, async ({ page }) => {
  await page.keyboard.press("s");
  const parts = await page.evaluate(
    `[...document.querySelectorAll("#line-9 .x")].map((part) => part.textContent)`,
  );
  assert.deepEqual(parts, ["price_order(order)", "price_order(order, tax=0.2)"]);
  await page.hover("#line-9 .x >> nth=1");
  assert.equal(await page.locator("#tip").isVisible(), true);
  const tip = await textOf(page, "#tip");
  assert.match(
    tip,
    /^price_order\(order, tax=0\.2\) self 0 samples, 0%.* total 350 samples, 35\.0%/,
  );
  assert.ok(await heatOf(page, "#line-9 .x") > await heatOf(page, "#line-10 .x"));
  await page.keyboard.press("s");
  assert.equal(await heatOf(page, "#line-9 .x"), 0);
  // Columns are bytes: the sign before is three of them.
  assert.equal(await page.locator("#line-10 .x >> nth=-1").textContent(), "json.dumps(order)");
});

testHeatmap("own and all time, hot lines only, are chosen and remembered", shop, sight, async ({
  page,
}) => {
  assert.equal(await heatOf(page, "#line-9 td.total"), 0);
  await page.click("text=Total >> nth=0");
  assert.ok(await heatOf(page, "#line-9 td.total") > 0.5);
  assert.equal((await rowsSeen(page)).length, 18);
  await page.keyboard.press("h");
  assert.deepEqual(await rowsSeen(page), ["7", "9", "10", "13", "14", "17"]);
  await page.click("#line-9 .callees");
  await page.waitForURL(/pricing/);
  assert.equal(
    await page.getAttribute("[data-metric=total][aria-current]", "aria-current"),
    "true",
  );
  assert.deepEqual(await rowsSeen(page), ["4", "5", "6"]);
  await page.click("#hot");
  assert.equal((await rowsSeen(page)).length, 91);
});

testHeatmap("jumps lead to callers and callees, with counts", shop, sight, async ({ page }) => {
  await page.click("#line-10 button.callees");
  assert.match(
    await textOf(page, "#callees-10"),
    /150 dumps json\/__init__\.py:183 ?60 fast core\.py:3/,
  );
  const box = (await page.locator("#callees-10").boundingBox())!;
  const button = (await page.locator("#line-10 button.callees").boundingBox())!;
  assert.ok(Math.abs(box.y - button.y) < 60 && Math.abs(box.x - button.x) < 60);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#callees-10").isVisible(), false);
  await page.click("#line-10 button.callees");
  await page.click("#callees-10 >> text=fast");
  await page.waitForURL(/core\.py-[0-9a-f]{12}\.html#line-3$/);
  await page.hover("#line-3 .callers");
  assert.equal(await textOf(page, "#tip"), "Called from Shop.serve, shop.py:10: 60 samples");
  await page.click("#line-3 .callers");
  await page.waitForURL(/shop\.py-[0-9a-f]{12}\.html#line-10$/);
});

testHeatmap("keys lead from hottest line to hottest line, and an address to its line", shop, {
  file: "pricing.py",
  hash: "line-90",
}, async ({ page }) => {
  const isSeen = (selector: string): Promise<unknown> =>
    page.evaluate(`(() => {
      const { top, bottom } = document.querySelector("${selector}").getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    })()`);
  assert.equal(await isSeen("#line-90"), true);
  const hashes: string[] = [];
  for (const key of ["n", "n", "n", "p"]) {
    await page.keyboard.press(key);
    hashes.push(await hashOf(page));
  }
  assert.deepEqual(hashes, ["#line-5", "#line-6", "#line-5", "#line-6"]);
  assert.equal(await isSeen("#line-6"), true);
  await page.click("#line-4 th a");
  assert.equal(await hashOf(page), "#line-4");
  await page.click("#next");
  assert.equal(await hashOf(page), "#line-5");
  await page.keyboard.press("]");
  await page.waitForURL(/__init__/);
  await page.keyboard.press("[");
  await page.waitForURL(/pricing/);
  await page.keyboard.press("u");
  await page.waitForURL(/index\.html$/);
});

testHeatmap("a search marks lines and letters, and goes from one to the next", shop, sight, async ({
  page,
}) => {
  await page.keyboard.press("/");
  await page.keyboard.type("PRICE_order");
  assert.equal(await textOf(page, ".search output"), "2 lines");
  assert.equal(await page.locator("tr.match").count(), 2);
  assert.equal(await page.evaluate(`CSS.highlights.get("found").size`), 3);
  await page.keyboard.press("Enter");
  assert.equal(await textOf(page, ".search output"), "1 of 2 lines");
  await page.keyboard.press("Enter");
  assert.equal(await hashOf(page), "#line-9");
  await page.keyboard.press("Shift+Enter");
  assert.equal(await hashOf(page), "#line-3");
  // Letters in the field are no keys.
  assert.equal(await page.evaluate(`document.documentElement.dataset.metric`), "self");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("tr.match").count(), 0);
});

testHeatmap("the strip at the edge shows where it is hot, and leads there", shop, {
  file: "pricing.py",
  height: 400,
}, async ({ page }) => {
  await drawn(page);
  const pixel = (line: number): Promise<unknown> =>
    page.evaluate(`(() => {
      const canvas = document.querySelector("#minimap");
      const table = document.querySelector("table.code").getBoundingClientRect();
      const row = document.querySelector("#line-${line}").getBoundingClientRect();
      const y = (row.top - table.top + row.height / 2) / table.height * canvas.height;
      const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      copy.drawImage(canvas, -canvas.width / 2, -Math.floor(y));
      return [...copy.getImageData(0, 0, 1, 1).data];
    })()`);
  const hot = await pixel(5) as number[];
  assert.ok(hot[3]! > 200 && hot[0]! > hot[2]! + 60, String(hot));
  assert.equal((await pixel(60) as number[])[3], 0);
  const { height, x } = (await page.locator("#minimap").boundingBox())!;
  await page.mouse.click(x + 5, height * 0.9);
  await drawn(page);
  assert.ok(Number(await page.evaluate("scrollY")) > 800);
  assert.ok((await pixel(80) as number[])[3]! > 0);
});

testHeatmap(
  "instructions are listed, and show where in their line they are",
  withOpcodes,
  sight,
  async ({
    page,
  }) => {
    assert.equal(await page.locator("#code-9").isVisible(), false);
    await page.click("#line-9 .instr");
    assert.equal(await page.getAttribute("#line-9 .instr", "aria-expanded"), "true");
    const text = await textOf(page, "#code-9");
    assert.match(text, /53\.3% of the samples are in special forms/);
    assert.match(text, /CALL_PY_EXACT_ARGS special form of CALL040020–38CALL 035041–68/);
    await page.hover("#code-9 tbody tr >> nth=1");
    assert.equal(await page.locator(".pointed").textContent(), "price_order(order, tax=0.2)");
    await page.keyboard.press("b");
    assert.equal(await page.locator("#code-10").isVisible(), true);
    await page.keyboard.press("b");
    assert.equal(await page.locator("#code-10").isVisible(), false);
    const before = await page.evaluate(
      `getComputedStyle(document.querySelector("#line-9 td.text")).backgroundColor`,
    );
    await page.keyboard.press("c");
    const after = await page.evaluate(
      `getComputedStyle(document.querySelector("#line-9 td.text")).backgroundColor`,
    );
    assert.notEqual(after, before);
    await page.hover("#line-9 .x >> nth=0");
    assert.match(await textOf(page, "#tip"), /CALL_PY_EXACT_ARGS 400$/);
  },
);

testHeatmap("a page without instructions offers none", shop, sight, async ({ page }) => {
  assert.equal(await page.locator("#bytecode, #special, .instr").count(), 0);
  await page.keyboard.press("b");
  await page.keyboard.press("c");
  assert.equal(await page.evaluate(`"special" in document.documentElement.dataset`), false);
});

testHeatmap("a missing source is told, and its lines are listed with their functions", shop, {
  file: "core.py",
}, async ({ page }) => {
  assert.match(await textOf(page, ".warning"), /could not be read/);
  assert.deepEqual(await rowsSeen(page), ["3", "4"]);
  assert.match(await textOf(page, "#line-4"), /^6\.0%6\.0%4in fast$/);
});

testHeatmap("light and dark are chosen, and all keys are told", shop, sight, async ({ page }) => {
  const ground = (): Promise<unknown> =>
    page.evaluate(`getComputedStyle(document.body).backgroundColor`);
  assert.equal(await ground(), "rgb(255, 255, 255)");
  await page.keyboard.press("t");
  assert.equal(await ground(), "rgb(20, 23, 29)");
  await page.click("#index");
  assert.equal(await ground(), "rgb(20, 23, 29)");
  await page.click("#theme");
  assert.equal(await ground(), "rgb(255, 255, 255)");
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog[open]").count(), 1);
  assert.match(await textOf(page, "dialog"), /search for files/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
});

for (const file of [undefined, "shop.py", "pricing.py"]) {
  testHeatmap(`${file ?? "the index"} fits a phone`, withOpcodes, {
    ...(file === undefined ? {} : { file }),
    width: 400,
    height: 800,
  }, async ({ page }) => {
    for (const key of ["s", "b"]) {
      assert.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 400);
      await page.keyboard.press(key);
    }
    const narrow = await page.evaluate(
      `[...document.querySelectorAll("td.text")].filter((cell) => cell.clientWidth < 200 && cell.checkVisibility()).length`,
    );
    assert.equal(narrow, 0);
  });
}

testHeatmap("a source that was changed after the capture began is marked", shop, sight, async ({
  page,
}) => {
  assert.match(
    await textOf(page, ".warning"),
    /changed after the capture began: lines may not fit/,
  );
});

testHeatmap(
  "a source of which nothing is known is marked calmly",
  () => {
    const input = shop();
    const before = new Date(input.profile.metadata.startedAt - 1000);
    Deno.utimeSync(`${input.folder}/shop.py`, before, before);
    return input;
  },
  sight,
  async ({ page }) => {
    assert.match(
      await textOf(page, ".unproven"),
      /nothing tells whether this is the file that ran/,
    );
    assert.equal(await page.locator(".warning").count(), 0);
  },
);

testHeatmap(
  "a source that a recording knows again is not marked",
  () => {
    const input = shop();
    const path = `${input.folder}/shop.py`;
    const digest = digestSource({ text: Deno.readTextFileSync(path) });
    input.profile.digests.set(input.profile.strings.indexOf(path), digest);
    return input;
  },
  sight,
  async ({ page }) => {
    assert.equal(await page.locator(".warning, .unproven").count(), 0);
  },
);

testHeatmap("without scripts a page is read all the same, and its jumps work", shop, sight, async ({
  page,
}) => {
  const context = await page.context().browser()!.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto(page.url());
  assert.equal(await plain.locator(".toolbar").isVisible(), false);
  assert.match((await plain.textContent("#line-9"))!, /75\.0%/);
  await plain.click("#line-10 button.callees");
  await plain.click("#callees-10 >> text=fast");
  await plain.waitForURL(/core\.py-[0-9a-f]{12}\.html#line-3$/);
  await context.close();
});
