/**
 * `deno run -A bench/report.ts`: how fast a report opens, zooms and searches in Chromium, at 200,000
 * nodes 500 levels deep, and at a million; and beside it CPython 3.15's own page of the same recording,
 * which is drawn by d3-flame-graph. A zoom's or search's first picture is timed from the key's press, the
 * wait for the browser's next frame included; those of the glide that follows, by their drawing.
 */
import type { Browser, Page } from "playwright-core";
import { createBinary } from "../collectors/binary.ts";
import { DEFAULT_OPTIONS } from "../collectors/registry.ts";
import { findTestPythons } from "../scripts/pythons.ts";
import { run } from "../scripts/shell.ts";
import { joinPieces, SUMMARY } from "../tests/collectors/profiles.ts";
import { startBrowser, writeReport } from "../tests/report/browser.ts";
import { type GrownProfile, growProfile } from "./report_profiles.ts";
import { print } from "./table.ts";

const ZOOMS = 40;
/** Times that each page is opened. */
const OPENINGS = 5;

/** Times of a page, ms. */
interface Times {
  /** From the end of the page's load to the first picture. */
  readonly first: readonly number[];
  /** From when the browser was told to open it. */
  readonly fromStart: readonly number[];
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

/** When CPython's page has drawn boxes. */
const WATCH_SVG = `
  globalThis.drawings = [];
  const look = () => {
    if (document.querySelector("#chart rect, svg rect")) {
      requestAnimationFrame(() => setTimeout(() => globalThis.firstPicture ??= performance.now()));
    } else setTimeout(look, 5);
  };
  look();
`;

const TELL_FIRST = `({
  first: firstPicture - (performance.timing.domInteractive - performance.timeOrigin),
  fromStart: firstPicture,
})`;

async function measure(browser: Browser, path: string): Promise<Times> {
  const { first, fromStart } = await openAgain(browser, path, WATCH);
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.addInitScript(WATCH);
  await openPage(page, path);
  const zoom = await collect(page, async () => {
    for (let i = 0; i < ZOOMS; i++) {
      await page.keyboard.press(i % 8 < 5 ? "+" : "-");
      await page.waitForTimeout(60);
    }
  });
  await page.keyboard.press("0");
  await page.waitForTimeout(400);
  const search = await collect(page, async () => {
    await page.focus("#search");
    for (const letter of "parse_12") {
      await page.keyboard.press(letter);
      await page.waitForTimeout(120);
    }
  });
  await page.close();
  return { first, fromStart, zoom, search };
}

async function openAgain(
  browser: Browser,
  path: string,
  watch: string,
): Promise<{ first: number[]; fromStart: number[] }> {
  const first: number[] = [];
  const fromStart: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    await page.addInitScript(watch);
    const times = await openPage(page, path);
    first.push(times.first);
    fromStart.push(times.fromStart);
    await page.close();
  }
  return { first, fromStart };
}

async function openPage(page: Page, path: string): Promise<{ first: number; fromStart: number }> {
  await page.goto(`file://${path}`, { timeout: 120_000 });
  await page.waitForFunction("globalThis.firstPicture !== undefined", undefined, {
    timeout: 120_000,
  });
  return await page.evaluate(TELL_FIRST);
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

/** Lets CPython make its page of the same samples, through a recording. */
async function measureTheirs(browser: Browser, { profile, batch }: GrownProfile): Promise<void> {
  const python = (await findTestPythons()).find(({ minor }) => minor === "3.15");
  if (python === undefined) {
    throw new Error("Python 3.15 is missing: deno task pythons --provision");
  }
  const folder = await Deno.makeTempDir({ prefix: "tachyon-bench-" });
  try {
    const [recording, theirs] = [`${folder}/r.bin`, `${folder}/theirs.html`];
    const binary = createBinary(DEFAULT_OPTIONS);
    const bytes = joinPieces([
      ...binary.begin(profile.metadata),
      ...binary.add(profile, batch),
      ...binary.finish(profile, SUMMARY),
    ]);
    bytes.set(binary.head!());
    await Deno.writeFile(recording, bytes);
    const start = performance.now();
    const args = ["-m", "profiling.sampling", "replay", "--flamegraph", "-o", theirs, recording];
    await run(python.path, args);
    const written = performance.now() - start;
    const { first, fromStart } = await openAgain(browser, theirs, WATCH_SVG);
    const size = (await Deno.stat(theirs)).size / 1e6;
    print(`  CPython's page: written in ${written.toFixed(0)} ms, ${size.toFixed(2)} MB`);
    print(`    first picture after load: ${describe(first)}; in all: ${describe(fromStart)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const browser = await startBrowser();
for (const nodes of [200_000, 1_000_000]) {
  const grown = growProfile(nodes, 500);
  const start = performance.now();
  const path = await writeReport({ profile: grown.profile });
  const written = performance.now() - start;
  try {
    const { first, fromStart, zoom, search } = await measure(browser, path);
    const size = (await Deno.stat(path)).size / 1e6;
    print(`${nodes} nodes: written in ${written.toFixed(0)} ms, ${size.toFixed(2)} MB`);
    print(`  first picture after load: ${describe(first)}; in all: ${describe(fromStart)}`);
    print(`  zoom:   ${describe(zoom)}`);
    print(`  search: ${describe(search)}`);
    if (nodes === 200_000) await measureTheirs(browser, grown);
  } finally {
    await Deno.remove(path);
  }
}
await browser.close();
