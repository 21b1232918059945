/** The report in a real Chromium. */

import type { Browser, Page } from "playwright-core";
import type { Summary } from "../../src/profile/metadata.ts";
import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import { createFlamegraph } from "../../collectors/flamegraph.ts";
import { joinPieces, SUMMARY } from "../collectors/profiles.ts";

/** What a profile needs besides itself to become a report. */
export interface ReportInput {
  readonly profile: Profile;
  readonly summary?: Summary;
  readonly batches?: readonly SampleBatch[];
  /** Made for it; to be removed afterwards. */
  readonly folder?: string;
}

/** Writes a report into a file. */
export async function writeReport(input: ReportInput): Promise<string> {
  const collector = createFlamegraph();
  const pieces = [...collector.begin(input.profile.metadata)];
  for (const batch of input.batches ?? []) pieces.push(...collector.add(input.profile, batch));
  await collector.prepare?.();
  pieces.push(...collector.finish(input.profile, input.summary ?? SUMMARY));
  const path = await Deno.makeTempFile({ prefix: "tachyon-report-", suffix: ".html" });
  await Deno.writeFile(path, joinPieces(pieces));
  return path;
}

/** A report that is open in a browser. */
export interface OpenReport {
  readonly page: Page;
  /** Everything that the browser complained of: errors, refused loads, broken policies. */
  readonly complaints: string[];
  /** Addresses besides the page's own that were asked for, and that no policy stopped. */
  readonly requests: string[];
}

/** How a report is looked at. */
export interface Sight {
  readonly hash?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** Opens a report from disk, as a user does. */
export async function openReport(
  browser: Browser,
  path: string,
  { hash = "", width = 1400, height = 850, dark = false }: Sight = {},
): Promise<OpenReport> {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    acceptDownloads: true,
  });
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url());
  });
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText === "csp") requests.splice(requests.indexOf(request.url()), 1);
  });
  await page.goto(`file://${path}${hash === "" ? "" : `#${hash}`}`);
  await page.waitForSelector("main");
  await drawn(page);
  return { page, complaints, requests };
}

/** Waits until what was asked for is drawn, and a glide has arrived. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForTimeout(230);
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => done()))");
}

/** Colour of a pixel of the picture, as `r,g,b`; `x` is a share of the width, `y` px from the top, or from the bottom if negative. */
export async function pixel(page: Page, x: number, y: number): Promise<string> {
  return await page.evaluate(`(() => {
    const canvas = document.querySelector(".chart canvas");
    const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const left = Math.floor(${x} * (canvas.width - 1));
    const top = (${y} < 0 ? canvas.height / devicePixelRatio : 0) + ${y};
    copy.drawImage(canvas, -left, -top * devicePixelRatio);
    const at = copy.getImageData(0, 0, 1, 1).data;
    return at[3] === 0 ? "none" : [at[0], at[1], at[2]].join(",");
  })()`);
}

/** Clicks into the picture; `x` is a share of its width, `row` counts from the top. */
export async function clickBox(page: Page, x: number, row: number): Promise<void> {
  const { left, top, width } = await frame(page);
  await page.mouse.click(left + x * width, top + row * 20 + 10);
  await drawn(page);
}

/** Points at a box. */
export async function hoverBox(page: Page, x: number, row: number): Promise<void> {
  const { left, top, width } = await frame(page);
  // A pointer that is there already would not move.
  await page.mouse.move(0, 0);
  await page.mouse.move(left + x * width, top + row * 20 + 10);
  await page.waitForTimeout(60);
}

async function frame(page: Page): Promise<{ left: number; top: number; width: number }> {
  return await page.evaluate(`(() => {
    const { left, top, width } = document.querySelector(".scroller").getBoundingClientRect();
    return { left, top, width };
  })()`);
}

/** The text of the first element that fits. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.textContent(selector) ?? "").replace(/\s+/g, " ").trim();
}
