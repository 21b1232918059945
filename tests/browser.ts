/** Chromium, in which pages are looked at. */

import { type Browser, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/google-chrome"];
/** Where pages that are made up seem to come from. */
const ORIGIN = "http://viewer.invalid";

/** Where it is; undefined where there is none: then nothing is tested, and the test has to say so. */
export function findBrowser(): string | undefined {
  return [Deno.env.get("CHROMIUM"), ...PLACES].find((path) => path !== undefined && isFile(path));
}

/** Starts it; without one nothing of this can be tested, and that is a failure. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error(
      "The report is tested in Chromium, and there is none: apt-get install chromium",
    );
  }
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/**
 * Opens a page that is made up, does something with it and closes it.
 * @param read the files that it may ask for, by name; the page itself is nameless.
 * @param hash of its address.
 */
export async function withPage<T>(
  browser: Browser,
  read: (name: string) => string,
  use: (page: Page) => Promise<T>,
  hash = "",
): Promise<T> {
  const page = await browser.newPage();
  try {
    await page.route(`${ORIGIN}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      await route.fulfill({ contentType: typeOf(name), body: read(name) });
    });
    await page.goto(`${ORIGIN}/${hash}`);
    return await use(page);
  } finally {
    await page.close();
  }
}

/** Whether a path leads to a file. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function typeOf(name: string): string {
  if (name.endsWith(".js")) return "text/javascript";
  return name.endsWith(".json") ? "application/json" : "text/html";
}
