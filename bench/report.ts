/**
 * `deno run -A bench/report.ts`: how fast a report opens, zooms and searches in Chromium, at 200,000
 * nodes 500 levels deep, and at a million. A zoom's or search's first picture is timed from the key's
 * press, the wait for the browser's next frame included; those of the glide that follows, by their drawing.
 */
import type { Page } from "playwright-core";
import { startBrowser, writeReport } from "../tests/report/browser.ts";
import { growProfile } from "./report_profiles.ts";
import { print } from "./table.ts";

const ZOOMS = 40;

/** Times of a page, ms. */
interface Times {
  /** From the end of the page's load to the first picture. */
  readonly first: number;
  /** From when the browser was told to open it. */
  readonly fromStart: number;
  readonly zoom: readonly number[];
  readonly search: readonly number[];
}

/** Notes when the first picture was there and how long each took, before the page's own script runs. */
const WATCH = `
  globalThis.drawings = [];
  let pressed;
  addEventListener("keydown", (event) => pressed = event.timeStamp, true);
  addEventListener("tachyon-drawn", (event) => {
    globalThis.drawings.push(pressed === undefined ? event.detail : performance.now() - pressed);
    pressed = undefined;
    globalThis.firstPicture ??= performance.now();
  });
`;

async function measure(path: string): Promise<Times> {
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    await page.addInitScript(WATCH);
    await page.goto(`file://${path}`);
    await page.waitForFunction("globalThis.firstPicture !== undefined");
    const { first, fromStart } = await page.evaluate(`({
      first: firstPicture - performance.timing.domContentLoadedEventStart + performance.timeOrigin,
      fromStart: firstPicture,
    })`) as { first: number; fromStart: number };
    const zoom = await collect(page, async () => {
      for (let i = 0; i < ZOOMS; i++) {
        await page.keyboard.press(i % 8 < 5 ? "+" : "-");
        await page.waitForTimeout(60);
      }
    });
    await page.keyboard.press("0");
    const search = await collect(page, async () => {
      await page.keyboard.press("/");
      for (const letter of "parse_12") {
        await page.keyboard.press(letter);
        await page.waitForTimeout(120);
      }
    });
    return { first, fromStart, zoom, search };
  } finally {
    await browser.close();
  }
}

async function collect(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate("drawings.length = 0");
  await act();
  return await page.evaluate("drawings") as number[];
}

function describe(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? NaN;
  return `median ${middle.toFixed(1)} ms, worst ${
    sorted.at(-1)?.toFixed(1)
  } ms of ${sorted.length}`;
}

for (const nodes of [200_000, 1_000_000]) {
  const start = performance.now();
  const path = await writeReport({ profile: growProfile(nodes, 500) });
  const written = performance.now() - start;
  try {
    const { first, fromStart, zoom, search } = await measure(path);
    const size = (await Deno.stat(path)).size / 1e6;
    print(`${nodes} nodes: written in ${written.toFixed(0)} ms, ${size.toFixed(2)} MB`);
    print(`  first picture ${first.toFixed(0)} ms after load, ${fromStart.toFixed(0)} ms in all`);
    print(`  zoom:   ${describe(zoom)}`);
    print(`  search: ${describe(search)}`);
  } finally {
    await Deno.remove(path);
  }
}
