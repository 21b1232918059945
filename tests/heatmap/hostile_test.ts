import assert from "node:assert/strict";
import { ProfileBuilder } from "../collectors/profiles.ts";
import { textOf } from "../report/browser.ts";
import { type HeatmapInput, testHeatmap } from "./pages.ts";

/** Texts that try to be more than text. Each would set the canary if it came to run. */
const TRICKS = [
  "</script><script>canary()</script>",
  "<img src=x onerror=canary()>",
  '"><svg onload=canary()>',
  "javascript:canary()",
  "--><!--<script>canary()",
  "' onmouseover='canary()' x='",
  "</code></td></tr></table><iframe srcdoc='<script>canary()</script>'>",
];
const BIDI = "user\u202exe\u2066.py\u200b";
const LONG = "long_" + "x".repeat(3000);
const CANARY = `
  globalThis.canaries = 0;
  globalThis.canary = () => { globalThis.canaries++; };
`;

/** A profile whose every text is one of the tricks, and a source that is made of them. */
function hostile(): HeatmapInput {
  const folder = Deno.makeTempDirSync({ prefix: "tachyon-hostile-" });
  const path = `${folder}/tricks.py`;
  const lines = TRICKS.map((text) => `x = ${JSON.stringify(text)} # ${text} ${BIDI}`);
  Deno.writeTextFileSync(path, [...lines, `y = "${"z".repeat(100_000)}"`].join("\n"));
  const builder = new ProfileBuilder({
    command: ["python3", ...TRICKS, BIDI],
    pythonVersion: TRICKS[0]!,
    toolVersion: TRICKS[1]!,
  });
  const thread = builder.thread(1, TRICKS[0]!);
  for (const [index, text] of TRICKS.entries()) {
    builder.sample(thread, [
      { file: path, name: text, first: 1, line: index + 1, column: 2, endColumn: 9 },
      { file: `/srv/${text}/${text}.py`, name: text, first: 1, line: 2, opcode: 3000 },
      { file: `/srv/../../../etc/passwd\0${text}`, name: text, line: 2 },
      { file: BIDI, name: BIDI, line: 3 },
      { file: LONG, name: LONG, line: 4 },
    ], 10);
  }
  return { profile: builder.profile, folder };
}

for (const file of [undefined, "tricks.py"]) {
  testHeatmap(
    `hostile texts run nothing and load nothing, in ${file ?? "the index"}, and can be read`,
    hostile,
    file === undefined ? {} : { file },
    async ({ page }) => {
      await page.addInitScript(CANARY);
      await page.reload();
      await page.waitForSelector("main");
      await page.keyboard.press("e");
      const made = "main img, main script, main iframe, header img, header script, [onload], " +
        "[onerror], [onmouseover], main :is(a, area)[href^='javascript:']";
      const found = await page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(made)})].map((one) => one.outerHTML)`,
      );
      assert.deepEqual(found, []);
      const text = await textOf(page, "main");
      const wanted = file === undefined ? TRICKS.filter((one) => !one.includes("/")) : TRICKS;
      for (const trick of wanted) assert.ok(text.includes(trick), trick);
      assert.ok(text.includes("user\\u202exe\\u2066.py\\u200b"));
      for (const at of await page.locator("[data-tip]:visible").all()) {
        await at.hover({ force: true });
        const { width, height } = (await page.locator("#tip").boundingBox())!;
        assert.ok(width < 480 && height < 300, `tip of ${width} × ${height} px`);
      }
      for (const button of await page.locator("button.jump:visible").all()) {
        await button.click();
        await page.keyboard.press("Escape");
      }
      assert.equal(await page.evaluate("canaries"), 0);
    },
  );
}

testHeatmap("an address made by somebody else runs nothing and breaks nothing", hostile, {
  file: "tricks.py",
  hash: "line-1%22%3E%3Cimg%20src=x%20onerror=canary()%3E",
}, async ({ page }) => {
  await page.keyboard.press("n");
  assert.equal(await page.evaluate("location.hash"), "#line-1");
  assert.equal(await page.locator("main img").count(), 0);
});

testHeatmap(
  "names of pages are plain, whatever files are called",
  hostile,
  {},
  async ({ page }) => {
    const names = await page.evaluate(
      `[...document.querySelectorAll("main a")].map((link) => link.getAttribute("href"))`,
    ) as string[];
    assert.ok(names.length > 15);
    for (const name of names) assert.match(name, /^[\w.-]{1,80}-[0-9a-f]{12}\.html(#line-\d+)?$/);
  },
);
