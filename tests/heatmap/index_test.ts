import assert from "node:assert/strict";
import { textOf } from "../report/browser.ts";
import { shop, testHeatmap } from "./pages.ts";

testHeatmap("the index begins with the hottest lines, each a click away", shop, {}, async ({
  page,
}) => {
  assert.match(await page.title(), /^python3 shop\.py 3 · tachyon$/);
  const rows = page.locator(".hottest.by-self tr");
  assert.equal(await rows.count(), 6);
  assert.equal(
    (await rows.nth(0).textContent())?.trim(),
    `50.0%pricing.py:5price = order["price"] * (1 + tax)`,
  );
  assert.equal(await page.locator(".hottest.by-total").isVisible(), false);
  await page.keyboard.press("s");
  assert.match(await textOf(page, ".hottest.by-total tr"), /^100\.0%shop\.py:1[47]/);
  await page.keyboard.press("s");
  await rows.nth(0).locator("a").click();
  await page.waitForURL(/pricing\.py-[0-9a-f]{12}\.html#line-5$/);
});

testHeatmap("files are in their folders by where they come from, with counts", shop, {}, async ({
  page,
}) => {
  const origins = await page.evaluate(
    `[...document.querySelectorAll(".origin > summary")].map((one) => one.textContent.replace(/\\s+/g, " "))`,
  ) as string[];
  assert.equal(origins.length, 3);
  assert.match(origins[0]!, /^Project \/.*tachyon-shop-\w+ 2 files79\.0%$/);
  assert.match(
    origins[1]!,
    /^Installed packages \/srv\/venv\/lib\/python3\.14\/site-packages\/quick 1 file6\.0%$/,
  );
  assert.match(origins[2]!, /^Standard library \/usr\/lib\/python3\.14\/json 1 file15\.0%$/);
  assert.match(await textOf(page, ".entry.file"), /^pricing\.py75\.0%75\.0%2$/);
  assert.equal(await page.locator(".entry.file >> text=core.py").isVisible(), false);
  await page.keyboard.press("e");
  assert.equal(await page.locator(".entry.file >> text=core.py").isVisible(), true);
  await page.click("#fold");
  assert.equal(await page.locator(".entry.file >> text=pricing.py").isVisible(), false);
  const bars = await page.evaluate(
    `[...document.querySelectorAll(".entry.file rect.self")].map((bar) => bar.getAttribute("width"))`,
  );
  assert.deepEqual(bars, ["100.0", "5.3", "8.0", "20.0"]);
});

testHeatmap(
  "a search for files leaves those that fit, and Enter opens the first",
  shop,
  {},
  async ({
    page,
  }) => {
    await page.keyboard.press("/");
    await page.keyboard.type("SITE-pack");
    assert.equal(await textOf(page, ".search output"), "1 file");
    assert.equal(await page.locator(".entry.file:visible").count(), 1);
    assert.equal(await page.locator(".origin:visible").count(), 1);
    assert.equal(await page.locator(".hottest:visible").count(), 0);
    await page.fill("#search", "nowhere");
    assert.equal(await page.locator(".nothing-found").isVisible(), true);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".hottest:visible").count(), 1);
    assert.equal(await page.locator(".entry.file:visible").count(), 2);
    await page.fill("#search", "json");
    await page.press("#search", "Enter");
    await page.waitForURL(/json___init__\.py-/);
  },
);

testHeatmap("the top says how far to trust it, and no more than is recorded", shop, {}, async ({
  page,
}) => {
  assert.match(await textOf(page, ".trust"), /1 kHz asked · 0% missed · 0% rejected/);
});

testHeatmap(
  "losses that others do not record are not called none",
  () => shop({ tool: "python" }),
  {},
  async ({
    page,
  }) => {
    assert.match(await textOf(page, ".trust"), /what was missed or rejected is not recorded/);
  },
);
