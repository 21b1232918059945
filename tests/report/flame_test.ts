import assert from "node:assert/strict";
import { shopProfile } from "../collectors/profiles.ts";
import { clickBox, drawn, hoverBox, pixel, textOf } from "./browser.ts";
import { testReport } from "./cases.ts";

const shop = () => ({ profile: shopProfile().profile });
/** The middle of a row of the picture, px. */
const row = (index: number): number => index * 20 + 4;

testReport("the picture has each box where its samples are", shop, {}, async ({ page }) => {
  assert.equal(await page.title(), "python3 shop.py 3 · tachyon");
  for (const index of [0, 1, 2]) assert.notEqual(await pixel(page, 0.99, row(index)), "none");
  for (const x of [0.1, 0.59, 0.61, 0.79, 0.81, 0.97]) {
    assert.notEqual(await pixel(page, x, row(3)), "none");
  }
  assert.equal(await pixel(page, 0.99, row(3)), "none");
  assert.equal(await pixel(page, 0.3, row(4)), "none");
  assert.notEqual(await pixel(page, 0.7, row(5)), "none");
  // 600 own samples stand out against none, and another package has another hue.
  assert.notEqual(await pixel(page, 0.3, row(3)), await pixel(page, 0.99, row(1)));
  assert.notEqual(await pixel(page, 0.7, row(3)), await pixel(page, 0.9, row(3)));
});

testReport("a click zooms, the way is shown, and back leads back", shop, {}, async ({ page }) => {
  await clickBox(page, 0.7, 3);
  assert.notEqual(await pixel(page, 0.02, row(4)), "none");
  assert.notEqual(await pixel(page, 0.98, row(4)), "none");
  assert.equal(await textOf(page, ".crumbs"), "all<module>Shop.servewalk");
  assert.match(page.url(), /#zoom=/);
  assert.match(await textOf(page, ".details"), /walk tree\.py:5total 20\.0% ± \d+self 0%/);
  await page.click(".crumbs button:nth-of-type(3)");
  await drawn(page);
  assert.equal(await pixel(page, 0.99, row(3)), "none");
  await page.keyboard.press("Backspace");
  await drawn(page);
  assert.notEqual(await pixel(page, 0.98, row(4)), "none");
  await page.reload();
  await page.waitForSelector(".crumbs");
  assert.match(await textOf(page, ".crumbs"), /walk$/);
  await page.keyboard.press("0");
  await drawn(page);
  assert.equal(await page.locator(".crumbs").count(), 0);
});

testReport("a tooltip tells name, place, shares and margins", shop, {}, async ({ page }) => {
  await hoverBox(page, 0.3, 3);
  const text = await textOf(page, ".tooltip");
  assert.match(text, /^price_order\/srv\/shop\/pricing\.py:10 · shop/);
  assert.match(text, /total60\.0%± \d+600 ms/);
  assert.match(text, /self60\.0%/);
  assert.match(text, /of its caller60\.0%/);
  assert.match(text, /most often in line 12/);
  await hoverBox(page, 0.995, 3);
  assert.equal(await page.locator(".tooltip").count(), 0);
});

testReport("a search marks, measures, and goes from match to match", shop, {}, async ({ page }) => {
  const before = await pixel(page, 0.3, row(3));
  await page.keyboard.press("/");
  await page.keyboard.type("walk");
  await drawn(page);
  assert.equal(await textOf(page, ".search output"), "20.0% 3 boxes");
  const [other, match] = [await pixel(page, 0.3, row(3)), await pixel(page, 0.79, row(3))];
  assert.notEqual(other, before);
  assert.notEqual(other, match);
  await page.keyboard.press("Enter");
  await drawn(page);
  assert.equal(await textOf(page, ".search output"), "20.0% 1 of 3 boxes");
  await page.keyboard.press("Shift+Enter");
  await drawn(page);
  assert.equal(await textOf(page, ".search output"), "20.0% 3 of 3 boxes");
  assert.match(page.url(), /search=walk/);
  await page.fill("#search", "/price|loads/");
  assert.equal(await textOf(page, ".search output"), "78.0% 2 boxes");
  await page.fill("#search", "pricing.py:13");
  assert.equal(await textOf(page, ".search output"), "60.0% 1 box");
  await page.fill("#search", "/(/");
  assert.equal(await textOf(page, ".search output"), "not a valid pattern");
  await page.fill("#search", "");
  assert.equal(await page.locator(".search output").count(), 0);
});

const file = "/srv/shop/shop.py";
const rare = () => {
  const builder = shopProfile();
  const module = { file, name: "<module>", first: 1, line: 90 };
  builder.sample(0, [module, { file, name: "rare_thing" }]).sample(0, [module], 1_000_000);
  return { profile: builder.profile };
};

testReport(
  "a box of one sample in a million is found and zoomed to",
  rare,
  {},
  async ({ page }) => {
    await page.fill("#search", "rare_thing");
    assert.equal(await textOf(page, ".search output"), "<0.1% 1 box");
    await page.keyboard.press("Enter");
    await drawn(page);
    assert.match(await textOf(page, ".details"), /^rare_thing/);
    await hoverBox(page, 0.5, 2);
    assert.match(await textOf(page, ".tooltip"), /^rare_thing/);
  },
);

testReport(
  "focus, hide and drop are steps that can be taken back one by one",
  shop,
  {},
  async ({ page }) => {
    await clickBox(page, 0.9, 3);
    await page.click(".actions >> text=Focus");
    await drawn(page);
    assert.equal(await textOf(page, ".chips"), "only: loads ×");
    await hoverBox(page, 0.5, 1);
    assert.match(await textOf(page, ".tooltip"), /^loads.*total100\.0%/);
    await page.click(".chip");
    await drawn(page);
    await clickBox(page, 0.5, 2);
    await page.keyboard.press("h");
    await drawn(page);
    await clickBox(page, 0.3, 2);
    assert.match(await textOf(page, ".details"), /^price_order/);
    await page.keyboard.press("d");
    await drawn(page);
    assert.equal(await textOf(page, ".chips"), "hidden: Shop.serve ×without: price_order ×");
    await page.reload();
    await page.waitForSelector(".chips");
    await drawn(page);
    await hoverBox(page, 0.5, 0);
    assert.match(await textOf(page, ".tooltip"), /total100\.0%.*400 ms/);
    await page.keyboard.press("z");
    await drawn(page);
    assert.equal(await textOf(page, ".chips"), "hidden: Shop.serve ×");
  },
);

testReport("keys invert, turn, group, order and merge the picture", shop, {}, async ({ page }) => {
  const boxOf = async (x: number, index: number): Promise<string> => {
    await hoverBox(page, x, index);
    return await textOf(page, ".tooltip .name");
  };
  await page.keyboard.press("i");
  await drawn(page);
  assert.equal(await boxOf(0.3, 1), "price_order");
  assert.equal(await boxOf(0.3, 2), "Shop.serve");
  await page.keyboard.press("i");
  await page.keyboard.press("g");
  await drawn(page);
  assert.equal(await boxOf(0.3, 2), "pricing.py");
  await page.keyboard.press("g");
  await drawn(page);
  assert.equal(await boxOf(0.1, 2), "json");
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await drawn(page);
  assert.equal(await boxOf(0.1, 3), "loads");
  await page.keyboard.press("o");
  await page.keyboard.press("r");
  await drawn(page);
  assert.equal(await pixel(page, 0.7, row(4)), "none");
  await page.keyboard.press("r");
  await page.keyboard.press("u");
  await drawn(page);
  assert.equal(await pixel(page, 0.05, 4), "none");
  assert.notEqual(await pixel(page, 0.05, -8), "none");
  const colored = await page.evaluate(`document.querySelector(".legend").textContent`);
  await page.keyboard.press("m");
  assert.notEqual(await page.evaluate(`document.querySelector(".legend").textContent`), colored);
});

testReport(
  "arrow keys walk from box to box, and what is reached is told",
  shop,
  {},
  async ({ page }) => {
    await page.focus(".scroller");
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"]) {
      await page.keyboard.press(key);
    }
    assert.match(await textOf(page, ".details[aria-live]"), /^price_order/);
    await page.keyboard.press("ArrowRight");
    assert.match(await textOf(page, ".details"), /^walk.*total 20\.0%/);
    await page.keyboard.press("Enter");
    await drawn(page);
    assert.match(await textOf(page, ".crumbs"), /walk$/);
    await page.keyboard.press("ArrowUp");
    assert.match(await textOf(page, ".details"), /^Shop\.serve/);
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
  },
);

testReport(
  "a wheel with Ctrl zooms at the pointer, and a drag moves the picture",
  shop,
  {},
  async ({ page }) => {
    await hoverBox(page, 0.7, 3);
    await page.keyboard.down("Control");
    for (let i = 0; i < 8; i++) await page.mouse.wheel(0, -120);
    await page.keyboard.up("Control");
    await drawn(page);
    await drawn(page);
    assert.notEqual(await pixel(page, 0.5, row(5)), "none");
    assert.match(page.url(), /zoom=0-0\.5/);
    await hoverBox(page, 0.2, 3);
    await page.mouse.down();
    await page.mouse.move(1300, 300, { steps: 5 });
    await page.mouse.up();
    await drawn(page);
    assert.equal(await pixel(page, 0.5, row(5)), "none");
  },
);
