import assert from "node:assert/strict";
import { ProfileBuilder } from "../collectors/profiles.ts";
import { startBrowser } from "../browser.ts";
import { drawn, hoverBox, openReport, type ReportInput, textOf, writeReport } from "./browser.ts";
import { testReport } from "./cases.ts";

/** Texts that try to be more than text. Each would set the canary if it came to run. */
const TRICKS = [
  "</script><script>canary()</script>",
  "<img src=x onerror=canary()>",
  '"><svg onload=canary()>',
  "javascript:canary()",
  "{{constructor.constructor('canary()')()}}",
  "--><!--<script>canary()",
  "${canary()}",
  "' style='background:url(https://example.invalid/x)' x='",
];
const BIDI = "user\u202exe\u2066.py\u200b";
const LONG = "long_" + "x".repeat(3000);
const CANARY = `
  globalThis.canaries = 0;
  globalThis.canary = () => { globalThis.canaries++; };
`;

/** A profile whose every text is one of the tricks, with a source that has them, too. */
function hostile(): ReportInput {
  const folder = Deno.makeTempDirSync({ prefix: "tachyon-hostile-" });
  const path = `${folder}/tricks.py`;
  Deno.writeTextFileSync(path, TRICKS.map((text) => `# ${text} ${BIDI}`).join("\n"));
  const builder = new ProfileBuilder({
    command: ["python3", ...TRICKS, BIDI],
    pythonVersion: TRICKS[0]!,
    toolVersion: TRICKS[1]!,
    allThreads: true,
  });
  for (const [index, text] of TRICKS.entries()) {
    const thread = builder.thread(index + 1, text);
    builder.sample(thread, [
      { file: path, name: text, first: 1, line: index + 1 },
      { file: `/srv/${text}/${text}.py`, name: text, first: 1, line: 2 },
      { file: BIDI, name: BIDI, line: 3 },
      { file: LONG, name: LONG, line: 4 },
    ], 10).sample(thread, [{ file: "<task>", name: text, kind: "task" }], 1);
  }
  return { profile: builder.profile, folder };
}

testReport(
  "hostile texts run nothing, load nothing, and can be read",
  hostile,
  {},
  async ({ page }) => {
    await page.addInitScript(CANARY);
    await page.reload();
    await page.waitForSelector(".report");
    for (const view of ["flame", "functions", "sandwich", "source", "summary"]) {
      await page.evaluate(`location.hash = "view=${view}"`);
      await drawn(page);
      assert.equal(
        await page.locator("main img, main svg, main script, header img").count(),
        0,
        view,
      );
    }
    assert.ok((await textOf(page, ".summary")).includes(TRICKS[0]!));
    assert.ok((await textOf(page, ".summary table")).includes(TRICKS[1]!));
    await page.evaluate(`location.hash = "view=functions"`);
    await drawn(page);
    const table = await textOf(page, ".functions tbody");
    for (const text of TRICKS) assert.ok(table.includes(text), text);
    // What would turn the text around or hide in it is spelled out.
    assert.ok(table.includes("user\\u202exe\\u2066.py\\u200b"));
    await page.evaluate(`location.hash = "view=source"`);
    await drawn(page);
    await page.click(".files >> text=tricks.py");
    assert.ok((await textOf(page, "table.code")).includes(TRICKS[2]!));
    await page.evaluate(`location.hash = ""`);
    await drawn(page);
    for (const row of [1, 2, 3, 4]) {
      await hoverBox(page, 0.05, row);
      assert.notEqual(await textOf(page, ".tooltip .name"), "");
      const { width, height } = (await page.locator(".tooltip").boundingBox())!;
      assert.ok(width <= 640 && height < 600, `tooltip of ${width} × ${height} px`);
    }
    await page.click(".menus >> text=Threads");
    for (const part of [".threads", ".tasks"]) {
      assert.ok((await textOf(page, `.panel ${part}`)).includes(TRICKS[0]!), part);
    }
    await page.locator(".tasks >> text=only").first().click();
    await drawn(page);
    const chips = await textOf(page, ".chips");
    assert.ok(TRICKS.some((text) => chips === `only: ${text} ×`), chips);
    assert.equal(await page.evaluate("canaries"), 0);
  },
);

testReport(
  "an address made by somebody else runs nothing and breaks nothing",
  hostile,
  {
    hash:
      "view=evil&do=hf99999999.xf1.ff0&of=f99999999&file=99999999&line=1&without=99,x&range=9-2" +
      "&zoom=99999999-0.1-0.2&search=%3Cimg%20src%3Dx%20onerror%3Dcanary()%3E&group=constructor",
  },
  async ({ page }) => {
    for (const view of ["flame", "functions", "sandwich", "source", "summary"]) {
      await page.evaluate(`location.hash = location.hash + "&view=${view}"`);
      await drawn(page);
    }
    assert.equal(await page.locator("main img").count(), 0);
  },
);

Deno.test("the page's policy refuses a script and a request that are put into it", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const browser = await startBrowser();
  const input = hostile();
  const path = await writeReport(input);
  try {
    const { page, complaints, requests } = await openReport(browser, path);
    await page.evaluate(`(() => {
      globalThis.canaries = 0;
      globalThis.canary = () => { globalThis.canaries++; };
      const script = document.createElement("script");
      script.textContent = "canary()";
      document.body.append(script);
      const image = document.createElement("div");
      image.innerHTML = '<img src="https://example.invalid/x.png" onerror="canary()">';
      document.body.append(image);
      fetch("https://example.invalid/").catch(() => {});
    })()`);
    await drawn(page);
    assert.equal(await page.evaluate("canaries"), 0);
    assert.deepEqual(requests, []);
    assert.ok(complaints.filter((text) => text.includes("Content Security Policy")).length >= 3);
  } finally {
    await browser.close();
    await Deno.remove(path);
    await Deno.remove(input.folder!, { recursive: true });
  }
});

Deno.test("an empty report is small, and data never stands in the markup as it is", async () => {
  const builder = new ProfileBuilder();
  const path = await writeReport({ profile: builder.profile });
  assert.ok((await Deno.stat(path)).size <= 120_000);
  await Deno.remove(path);
  const input = hostile();
  const full = await writeReport(input);
  const text = await Deno.readTextFile(full);
  for (const trick of TRICKS) assert.ok(!text.includes(trick), trick);
  assert.equal(text.split("</script>").length, 4);
  await Deno.remove(full);
  await Deno.remove(input.folder!, { recursive: true });
});
