/**
 * `deno run -A scripts/screenshots.ts REPORT.html`: pictures of a report's views for `docs/screenshots/`,
 * light and dark, on a desk and on a phone; with `--difference` those of one that compares.
 */
import type { Page } from "playwright-core";
import { startBrowser } from "../tests/browser.ts";
import { openReport, type Sight } from "../tests/report/browser.ts";
import { repository } from "./repository.ts";
import { print } from "./shell.ts";

/** A view, and what is done before the picture is taken. */
interface Shot {
  readonly name: string;
  readonly hash: string;
  readonly act?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: "flame", hash: "", act: pointAt(0.75) },
  { name: "time", hash: "order=time" },
  { name: "search", hash: "search=json&inverted=1" },
  { name: "functions", hash: "view=functions" },
  { name: "callers", hash: "view=sandwich", act: pickServe },
  { name: "source", hash: "view=source" },
  { name: "summary", hash: "view=summary" },
];

const comparingShots: readonly Shot[] = [
  { name: "difference", hash: "", act: pointAt(0.905) },
  { name: "difference-before", hash: "side=base" },
  { name: "difference-functions", hash: "view=functions&sort=change" },
];

const sights: readonly (readonly [string, Sight])[] = [
  ["", { width: 1400, height: 800 }],
  ["-phone", { width: 400, height: 780 }],
];

/** Rests the pointer on the box at a share of the width in the sixth row, for its tooltip. */
function pointAt(share: number): (page: Page) => Promise<void> {
  return async (page) => {
    const place = await page.evaluate(`(() => {
      const frame = document.querySelector(".scroller").getBoundingClientRect();
      const x = frame.left + frame.width * ${share};
      return frame.width < 600 ? null : { x, y: frame.top + 110 };
    })()`) as { x: number; y: number } | null;
    if (place === null) return;
    await page.mouse.move(place.x, place.y);
    await page.waitForTimeout(150);
  };
}

/** A function with callers and callees. */
async function pickServe(page: Page): Promise<void> {
  await page.selectOption(".subject select", { label: "serve" });
  await page.waitForTimeout(300);
}

const compares = Deno.args.includes("--difference");
const report = await Deno.realPath(Deno.args.find((word) => !word.startsWith("--"))!);
const folder = `${repository}/docs/screenshots`;
await Deno.mkdir(folder, { recursive: true });
const browser = await startBrowser();
for (const [suffix, sight] of sights) {
  for (const dark of [false, true]) {
    for (const { name, hash, act } of compares ? comparingShots : shots) {
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
