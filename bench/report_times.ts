/** How pages are opened and timed. */

import type { Browser, Page } from "playwright-core";

/** Times that each page is opened. */
const OPENINGS = 5;
const LONGEST_MS = 120_000;

/** How long it took until a page was there, ms. */
export interface Opening {
  /** From the end of the page's load to the first picture. */
  readonly first: number;
  /** The same from when the browser was told to open it. */
  readonly fromStart: number;
  /** From then until all of it was there and could be used. */
  readonly ready: number;
}

/** Many openings. */
export type Openings = { readonly [K in keyof Opening]: readonly number[] };

const TELL = `globalThis.firstPicture !== undefined && !document.querySelector("#app[inert]") && {
  first: firstPicture - (performance.timing.domInteractive - performance.timeOrigin),
  fromStart: firstPicture,
  ready: globalThis.ready ?? firstPicture,
}`;

/** Opens a page and waits until it is there; its script notes when, in `firstPicture` and `ready`. */
export async function openPage(page: Page, path: string): Promise<Opening> {
  const end = performance.now() + LONGEST_MS;
  await page.goto(`file://${path}`, { timeout: LONGEST_MS });
  while (performance.now() < end) {
    const opening = await page.evaluate(TELL) as Opening | false;
    if (opening !== false) return opening;
    await page.waitForTimeout(10);
  }
  throw new Error(`${path} shows nothing`);
}

/** Opens a page some times, each time in a new tab. */
export async function openAgain(browser: Browser, path: string, watch: string): Promise<Openings> {
  const openings: Opening[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    await page.addInitScript(watch);
    openings.push(await openPage(page, path));
    await page.close();
  }
  return {
    first: openings.map(({ first }) => first),
    fromStart: openings.map(({ fromStart }) => fromStart),
    ready: openings.map(({ ready }) => ready),
  };
}

/** Median and worst of times, ms. */
export function describeTimes(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? NaN;
  const worst = sorted.at(-1)?.toFixed(1);
  return `median ${middle.toFixed(1)} ms, worst ${worst} ms of ${sorted.length}`;
}
