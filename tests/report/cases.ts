/** Tests on a report that is open in a browser. */

import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import {
  type OpenReport,
  openReport,
  type ReportInput,
  type Sight,
  startBrowser,
  writeReport,
} from "./browser.ts";

let browser: Browser | undefined;

Deno.test.beforeAll(async () => {
  browser = await startBrowser();
});
Deno.test.afterAll(async () => {
  await browser?.close();
});

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
  // What the browser sends between tests is no leak of theirs.
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn: run });

  async function run(): Promise<void> {
    const made = input();
    const path = await writeReport(made);
    try {
      const report = await openReport(browser!, path, sight);
      await test(report);
      assert.deepEqual(report.complaints, []);
      assert.deepEqual(report.requests, []);
      await report.page.context().close();
    } finally {
      await Deno.remove(path);
      if (made.folder !== undefined) await Deno.remove(made.folder, { recursive: true });
    }
  }
}
