/**
 * `deno run -A scripts/screenshots.ts REPORT.html`: pictures of a report's views for `docs/screenshots/`,
 * light and dark, on a desk and on a phone.
 */
import type { Page } from "playwright-core";
import { openReport, type Sight, startBrowser } from "../tests/report/browser.ts";
import { repository } from "./repository.ts";
import { print } from "./shell.ts";

/** A view, and what is done before the picture is taken. */
interface Shot {
  readonly name: string;
  readonly hash: string;
  readonly act?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: "flame", hash: "", act: pointAtHottest },
  { name: "time", hash: "order=time" },
  { name: "search", hash: "search=json&inverted=1" },
  { name: "functions", hash: "view=functions" },
  { name: "callers", hash: "view=sandwich", act: pickServe },
  { name: "source", hash: "view=source" },
  { name: "summary", hash: "view=summary" },
];

const sights: readonly (readonly [string, Sight])[] = [
  ["", { width: 1400, height: 800 }],
  ["-phone", { width: 400, height: 780 }],
];

/** Rests the pointer on the first strongly coloured box of the lowest rows, for its tooltip. */
async function pointAtHottest(page: Page): Promise<void> {
  const place = await page.evaluate(`(() => {
    const frame = document.querySelector(".scroller").getBoundingClientRect();
    return frame.width < 600 ? null : { x: frame.left + frame.width * 0.75, y: frame.top + 110 };
  })()`) as { x: number; y: number } | null;
  if (place === null) return;
  await page.mouse.move(place.x, place.y);
  await page.waitForTimeout(150);
}

/** A function with callers and callees. */
async function pickServe(page: Page): Promise<void> {
  await page.selectOption(".subject select", { label: "serve" });
  await page.waitForTimeout(300);
}

const report = await Deno.realPath(Deno.args[0]!);
const folder = `${repository}/docs/screenshots`;
await Deno.mkdir(folder, { recursive: true });
const browser = await startBrowser();
for (const [suffix, sight] of sights) {
  for (const dark of [false, true]) {
    for (const { name, hash, act } of shots) {
      const { page } = await openReport(browser, report, { ...sight, hash, dark });
      await act?.(page);
      const path = `${folder}/${name}${suffix}-${dark ? "dark" : "light"}.png`;
      await page.screenshot({ path });
      await page.context().close();
      print(path.slice(repository.length + 1));
    }
  }
}
await browser.close();
