/** Tests on a report that is open in a browser. */

import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { startBrowser } from "../browser.ts";
import {
  type OpenReport,
  openReport,
  type ReportInput,
  type Sight,
  writeReport,
} from "./browser.ts";

let browser: Browser | undefined;

Deno.test.beforeAll(async () => {
  browser = await startBrowser();
});
Deno.test.afterAll(async () => {
  await browser?.close();
});

/** A page on disk, and what is to be removed with it. */
export interface WrittenPage {
  readonly path: string;
  readonly folders: readonly string[];
}

/**
 * Declares a test on an open report. The browser must have nothing to complain of, and must ask for
 * nothing from outside the file. All tests of a file share one browser.
 */
export function testReport(
  name: string,
  input: () => ReportInput,
  sight: Sight,
  test: (report: OpenReport) => Promise<void>,
): void {
  const write = async (): Promise<WrittenPage> => {
    const made = input();
    const path = await writeReport(made);
    return { path, folders: made.folder === undefined ? [] : [made.folder] };
  };
  testPage(name, write, sight, test);
}

/** Declares a test on any page that is open, as {@link testReport} does. */
export function testPage(
  name: string,
  write: () => Promise<WrittenPage>,
  sight: Sight,
  test: (report: OpenReport) => Promise<void>,
): void {
  // What the browser sends between tests is no leak of theirs.
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn: run });

  async function run(): Promise<void> {
    const { path, folders } = await write();
    try {
      const report = await openReport(browser!, path, sight);
      await test(report);
      assert.deepEqual(report.complaints, []);
      assert.deepEqual(report.requests, []);
      await report.page.context().close();
    } finally {
      await Deno.remove(path);
      for (const folder of folders) await Deno.remove(folder, { recursive: true });
    }
  }
}
