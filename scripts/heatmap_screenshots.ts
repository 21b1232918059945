/**
 * `deno run -A scripts/heatmap_screenshots.ts HEATMAP`: pictures of a heat map for `docs/screenshots/`,
 * light and dark, on a desk and on a phone. They show its index and the page of the first file of the
 * program; of a recording with opcodes, its instructions, too.
 */
import type { Page } from "playwright-core";
import { startBrowser } from "../tests/browser.ts";
import { openReport, type Sight } from "../tests/report/browser.ts";
import { repository } from "./repository.ts";
import { print } from "./shell.ts";

/** What is done before a picture is taken. */
const shots: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  index: () => Promise.resolve(),
  file: openFile,
  instructions: openInstructions,
};

const sights: readonly (readonly [string, Sight])[] = [
  ["", { width: 1400, height: 800 }],
  ["-phone", { width: 400, height: 780 }],
];

async function openFile(page: Page): Promise<void> {
  await page.click(".origin .entry.file a");
  await page.waitForSelector("main.file");
  for (let line = 0; line < 2; line++) await page.keyboard.press("n");
}

async function openInstructions(page: Page): Promise<void> {
  await openFile(page);
  await page.keyboard.press("s");
  await page.keyboard.press("h");
  await page.locator("tr.t5 .instr, tr.t6 .instr").first().click();
  await page.evaluate("scrollTo(0, 0)");
  await page.locator("button.jump.callees").last().click();
}

const directory = await Deno.realPath(Deno.args[0]!);
const browser = await startBrowser();
for (const [suffix, sight] of sights) {
  for (const dark of [false, true]) {
    for (const [name, act] of Object.entries(shots)) {
      const { page } = await openReport(browser, `${directory}/index.html`, { ...sight, dark });
      await act(page);
      await page.waitForTimeout(150);
      const path = `docs/screenshots/heatmap-${name}${suffix}-${dark ? "dark" : "light"}.png`;
      await page.screenshot({ path: `${repository}/${path}` });
      await page.context().close();
      print(path);
    }
  }
}
await browser.close();
