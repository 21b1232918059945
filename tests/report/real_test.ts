import assert from "node:assert/strict";
import { inTemporary } from "../cli/command.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "../e2e/subjects.ts";
import { run } from "../../scripts/shell.ts";
import { startBrowser } from "../browser.ts";
import { clickBox, drawn, openReport, textOf } from "./browser.ts";

// What the browser sends after a test is no leak of it.
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

for (const subject of SUBJECTS) {
  for (const python of PYTHONS.filter(({ minor }) => minor === "3.15")) {
    Deno.test(
      `a capture becomes a report that leads to its hottest line, ${subject.name}`,
      OPTIONS,
      async () => {
        await inTemporary(async (directory) => {
          const [page, recording] = [`${directory}/r.html`, `${directory}/r.bin`];
          const outputs = ["-o", `flamegraph:${page}`, "-o", `binary:${recording}`];
          const words = ["run", "-a", ...outputs, "--python", python.path, ORDERS, "2"];
          const { status, stderr } = await runTachyon(subject, words);
          assert.equal(status, 0, stderr);
          await leadToHottestLine(page);

          const theirs = `${directory}/theirs.html`;
          const replay = ["-m", "profiling.sampling", "replay", "--flamegraph"];
          await run(python.path, [...replay, "-o", theirs, recording]);
          const [ours, others] = await Promise.all([page, theirs].map((path) => Deno.stat(path)));
          assert.ok(ours!.size <= others!.size / 4, `${ours!.size} and ${others!.size} bytes`);
        });
      },
    );
  }
}

/** What a stranger does: one thread, the functions by own time, and the source of the first. */
async function leadToHottestLine(path: string): Promise<void> {
  const browser = await startBrowser();
  try {
    const { page, complaints } = await openReport(browser, path);
    assert.match(await page.title(), /^python3\.15.* orders\.py 2 · tachyon$/);
    assert.equal(await page.locator(".track").count(), 1);
    await page.fill("#search", "find_coupons");
    await page.keyboard.press("Enter");
    await drawn(page);
    await page.click(".actions >> text=Source");
    await drawn(page);
    const rows = await page.evaluate(`[...document.querySelectorAll("table.code tbody tr")]
      .map((row) => [Number.parseFloat(row.children[0].textContent) || 0, row.textContent])`);
    const hottest = (rows as [number, string][]).filter(([, text]) => !text.includes("sleep"))
      .reduce((most, row) => row[0] > most[0] ? row : most);
    assert.match(hottest[1], /COUPON\.match\(word\)/);
    await page.keyboard.press("1");
    await page.fill("#search", "");
    await page.keyboard.press("Escape");
    await drawn(page);
    await clickBox(page, 0.5, 0);
    assert.match(await textOf(page, ".trust"), /samples in [12](\.\d+)? s · wall time/);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
}
