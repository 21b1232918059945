/**
 * `deno task bench report`: how fast a report opens, zooms and searches in Chromium, at 200,000 nodes
 * 500 levels deep, and at a million; and beside it CPython 3.15's own page of the same recording, and
 * d3-flame-graph with the same tree. The first picture of a large report is drawn from a small part of
 * it; _ready_ is when all of it is there. A zoom's or search's first picture is timed from the key's press
 * until it is drawn, which the browser then shows with its next frame; those of the glide that follows a
 * zoom, by their drawing.
 */
import type { Browser } from "playwright-core";
import { startBrowser } from "../tests/browser.ts";
import { writeReport } from "../tests/report/browser.ts";
import { measureCpython, measureD3 } from "./report_others.ts";
import { growProfile } from "./report_profiles.ts";
import { describeTimes, openAgain, type Openings, openPage } from "./report_times.ts";
import { print } from "./table.ts";

const ZOOMS = 40;

/** Times of a page, ms. */
interface Times {
  readonly openings: Openings;
  readonly zoom: readonly number[];
  readonly search: readonly number[];
}

/** Notes when pictures were there and how long each took, before the page's own script runs. */
const WATCH = `
  globalThis.drawings = [];
  let pressed;
  addEventListener("keydown", (event) => pressed = event.timeStamp, true);
  addEventListener("tachyon-drawn", (event) => {
    globalThis.drawings.push(pressed === undefined ? event.detail : performance.now() - pressed);
    pressed = undefined;
    globalThis.firstPicture ??= performance.now();
    globalThis.ready = performance.now();
  });
`;

async function measure(browser: Browser, path: string): Promise<Times> {
  const openings = await openAgain(browser, path, WATCH);
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.addInitScript(WATCH);
  await openPage(page, path);
  const collect = async (act: () => Promise<void>): Promise<number[]> => {
    await page.evaluate("drawings.length = 0");
    await act();
    return await page.evaluate("drawings") as number[];
  };
  const zoom = await collect(async () => {
    for (let i = 0; i < ZOOMS; i++) {
      await page.keyboard.press(i % 8 < 5 ? "+" : "-");
      await page.waitForTimeout(60);
    }
  });
  await page.keyboard.press("0");
  await page.waitForTimeout(400);
  const search = await collect(async () => {
    await page.focus("#search");
    for (const letter of "parse_12") {
      await page.keyboard.press(letter);
      await page.waitForTimeout(120);
    }
  });
  await page.close();
  return { openings, zoom, search };
}

/** Measures reports, and what others make of the same samples. */
export async function benchReport(): Promise<void> {
  const browser = await startBrowser();
  try {
    for (const nodes of [200_000, 1_000_000]) {
      const grown = growProfile(nodes, 500);
      const start = performance.now();
      const path = await writeReport({ profile: grown.profile });
      const written = performance.now() - start;
      try {
        const { openings, zoom, search } = await measure(browser, path);
        const size = (await Deno.stat(path)).size / 1e6;
        print(`${nodes} nodes: written in ${written.toFixed(0)} ms, ${size.toFixed(2)} MB`);
        print(`  first picture after load: ${describeTimes(openings.first)}`);
        print(`  first picture in all:     ${describeTimes(openings.fromStart)}`);
        print(`  ready, in all:            ${describeTimes(openings.ready)}`);
        print(`  zoom:   ${describeTimes(zoom)}`);
        print(`  search: ${describeTimes(search)}`);
      } finally {
        await Deno.remove(path);
      }
      if (nodes > 200_000) continue;
      await measureCpython(browser, grown);
      await measureD3(browser, grown);
    }
  } finally {
    await browser.close();
  }
}
