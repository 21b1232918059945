import assert from "node:assert/strict";
import { readSourceFile } from "../../src/report/target_files.ts";
import { TOKEN_KINDS } from "../../assets/report/format.ts";
import { colorPieces } from "../../src/report/coloring.ts";
import { listOpcodes } from "../../src/profile/opcodes.ts";
import { packageOf } from "../../src/report/packages.ts";
import { loadSyntax } from "../../src/report/syntax.ts";
import { ProfileBuilder } from "../collectors/profiles.ts";
import { drawn, hoverBox, type ReportInput, textOf } from "./browser.ts";
import { testReport } from "./cases.ts";

Deno.test.beforeAll(loadSyntax);

const SOURCE = [
  "import json",
  "",
  "def hot(orders):",
  "    total = 0",
  "    for order in orders:",
  "        total += price(order)  # most of it",
  "    return total",
  ...Array.from({ length: 300 }, (_, i) => `# filler ${i}`),
  "def late():",
  "    return 1",
].join("\n");

function withSources(): ReportInput {
  const folder = Deno.makeTempDirSync({ prefix: "tachyon-sources-" });
  const path = `${folder}/orders.py`;
  Deno.writeTextFileSync(path, SOURCE);
  Deno.utimeSync(path, 1_500_000_000, 1_500_000_000);
  const changed = `${folder}/changed.py`;
  Deno.writeTextFileSync(changed, SOURCE);
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const main = { file: path, name: "<module>", first: 1, line: 309 };
  builder.sample(thread, [main, { file: path, name: "hot", first: 3, line: 6 }], 70)
    .sample(thread, [main, { file: path, name: "hot", first: 3, line: 5 }], 20)
    .sample(thread, [main, { file: changed, name: "late", first: 308, line: 309 }], 6)
    .sample(thread, [main, { file: "/nowhere/gone.py", name: "gone", first: 3, line: 4 }], 4);
  return { profile: builder.profile, folder };
}

testReport("source lines have their heat, and gaps are marked", withSources, {
  hash: "view=source",
}, async ({ page }) => {
  const line = (number: number): string => `tr[data-line="${number}"]`;
  assert.equal(await textOf(page, line(6)), "70.0%70.0%6 total += price(order) # most of it");
  assert.equal(await textOf(page, line(5)), "20.0%20.0%5 for order in orders:");
  assert.equal(await textOf(page, line(309)), "100.0%309 return 1");
  assert.equal(await page.locator(line(100)).count(), 0);
  assert.equal(await page.locator("tr.gap").count(), 1);
  const ground = (number: number): Promise<string> =>
    page.evaluate(
      `getComputedStyle(document.querySelector('${line(number)} td:last-child')).backgroundColor`,
    );
  assert.notEqual(await ground(6), await ground(4));
  assert.notEqual(await ground(6), await ground(5));
  await page.click("text=Next hottest line");
  await drawn(page);
  assert.match(page.url(), /line=5/);
  await page.keyboard.press("n");
  await drawn(page);
  assert.match(page.url(), /line=309/);
});

testReport(
  "files that changed or are missing say so",
  withSources,
  { hash: "view=source" },
  async ({ page }) => {
    await page.click(".files >> text=changed.py");
    assert.match(await textOf(page, ".listing .subject"), /changed after the capture began/);
    await page.click(".files >> text=orders.py");
    assert.match(await textOf(page, ".listing .subject"), /nothing tells whether this is the file/);
    await page.click(".files >> text=gone.py");
    assert.match(await textOf(page, ".listing .subject"), /could not be read/);
    assert.equal(await textOf(page, 'tr[data-line="4"]'), "4.0%4.0%4(source not carried)");
  },
);

testReport("a tooltip shows the lines round the hottest", withSources, {}, async ({ page }) => {
  await hoverBox(page, 0.3, 2);
  const lines = await textOf(page, ".tooltip .lines");
  assert.match(lines, /22%5 /);
  assert.match(lines, /78%6.*price\(order\)/);
  assert.equal((await page.locator(".tooltip .hot").textContent())!.includes("price(order)"), true);
});

Deno.test("a source is read within its root, links and all, and only if it is a source", async () => {
  const root = await Deno.makeTempDir({ prefix: "tachyon-root-" });
  try {
    await Deno.mkdir(`${root}/app/real`, { recursive: true });
    await Deno.writeTextFile(`${root}/app/real/x.py`, "inside");
    await Deno.writeTextFile(`${root}/app/secret`, "root:x:0");
    await Deno.writeTextFile(`${root}/app/tool`, "#!/usr/bin/env python3\nmain()");
    await Deno.symlink("/app/real", `${root}/app/absolute`);
    await Deno.symlink("../../../../etc/hostname", `${root}/app/out.py`);
    await Deno.symlink("/app/secret", `${root}/app/disguised.py`);
    await Deno.symlink("loop.py", `${root}/app/loop.py`);
    const read = (path: string): string | undefined => readSourceFile(root, path)?.text;
    assert.equal(read("/app/real/x.py"), "inside");
    assert.equal(read("/app/absolute/x.py"), "inside");
    assert.equal(read("/app/../../../app/real/x.py"), "inside");
    assert.equal(read("/app/tool"), "#!/usr/bin/env python3\nmain()");
    for (const path of ["/app/secret", "/app/out.py", "/app/disguised.py", "/app/loop.py"]) {
      assert.equal(read(path), undefined, path);
    }
    for (const path of ["/app/none.py", "/app/real", "app/real/x.py", "<string>", ""]) {
      assert.equal(read(path), undefined, path);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

function server(): ReportInput {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const serve = { file: "/usr/lib/python3.14/socketserver.py", name: "serve", first: 1, line: 9 };
  const render = {
    file: "/srv/venv/lib/python3.14/site-packages/jinja2/environment.py",
    name: "render",
    first: 1,
    line: 5,
  };
  builder.sample(thread, [serve], 80).sample(thread, [serve, render], 15)
    .sample(thread, [serve, { file: "/srv/blog/app.py", name: "score", first: 1, line: 3 }], 5);
  return { profile: builder.profile };
}

testReport(
  "the program's own files come first, however long it waits in others",
  server,
  { hash: "view=source" },
  async ({ page }) => {
    assert.equal(await textOf(page, ".listing .path"), "/srv/blog/app.py");
    const files = await page.evaluate(
      `[...document.querySelectorAll(".files li")].map((row) => [row.dataset.kind, row.textContent])`,
    );
    assert.deepEqual(files, [
      ["The program", "5.0%app.py"],
      ["Packages", "15.0%environment.py"],
      ["Standard library", "80.0%socketserver.py"],
    ]);
  },
);

Deno.test("packages are told from paths", () => {
  const named = (path: string): string => {
    const { name, kind } = packageOf(path, 0);
    return `${kind} ${name}`;
  };
  assert.equal(named("/usr/lib/python3.14/json/decoder.py"), "stdlib json");
  assert.equal(named("/usr/lib/python3.14/threading.py"), "stdlib threading");
  assert.equal(named("<frozen importlib._bootstrap>"), "stdlib importlib");
  assert.equal(named("/v/lib/python3.13/site-packages/flask/app.py"), "library flask");
  assert.equal(named("/usr/lib/python3/dist-packages/six.py"), "library six");
  assert.equal(named("C:\\Python\\Lib\\site-packages\\flask\\app.py"), "library flask");
  assert.equal(named("/srv/shop/src/app.py"), "project shop");
  assert.equal(named("app.py"), "project app");
  assert.deepEqual(packageOf("", 2), { name: "garbage collector", kind: "interpreter" });
});

testReport("a function's place leads to its hottest line", withSources, {
  hash: "view=functions",
}, async ({ page }) => {
  await page.click("td.place button");
  await drawn(page);
  assert.match(page.url(), /view=source.*line=6/);
  assert.match(await textOf(page, "tr.chosen"), /price\(order\)/);
});

testReport("Python is shown in its colours, strings over many lines too", withSources, {
  hash: "view=source",
}, async ({ page }) => {
  const kinds = async (line: number): Promise<string[]> =>
    await page.evaluate(`[...document.querySelectorAll('tr[data-line="${line}"] code span')]
      .map((span) => span.className + " " + span.textContent)`);
  assert.deepEqual(await kinds(1), ["kw import"]);
  assert.deepEqual(await kinds(3), ["kw def", "def hot"]);
  assert.deepEqual(await kinds(4), ["num 0"]);
  assert.deepEqual(await kinds(6), ["com # most of it"]);
});

Deno.test("pieces of a source are coloured as parts of the whole", () => {
  const lines = ['text = """', "def no():", '"""', "x = 1"];
  const kinds = (from: number, to: number): number[] => colorPieces(lines, [[from, to]])[0]!;
  assert.deepEqual(kinds(2, 2), [0, 9, TOKEN_KINDS.indexOf("str")]);
  assert.deepEqual(kinds(4, 4), [4, 1, TOKEN_KINDS.indexOf("num")]);
  assert.deepEqual(colorPieces(lines, [[1, 1], [3, 4]]), [
    [7, 3, TOKEN_KINDS.indexOf("str")],
    [0, 3, TOKEN_KINDS.indexOf("str"), 5, 1, TOKEN_KINDS.indexOf("num")],
  ]);
});

/** One function with two instructions in a line; the opcodes are those of 3.14. */
function withOpcodes(): ReportInput {
  const builder = new ProfileBuilder({ pythonVersion: "3.14.2" });
  const thread = builder.thread(1);
  const names = listOpcodes("3.14.2").map(({ name }) => name);
  const at = (name: string) => ({
    file: "/srv/shop/x.py",
    name: "f",
    first: 1,
    line: 2,
    opcode: names.indexOf(name),
  });
  builder.sample(thread, [at("LOAD_FAST")], 30).sample(thread, [at("CALL")], 70);
  return { profile: builder.profile };
}

testReport(
  "a tooltip names the instructions that were recorded",
  withOpcodes,
  {},
  async ({ page }) => {
    await hoverBox(page, 0.5, 1);
    assert.match(await textOf(page, ".tooltip"), /^f.*total100\.0%/);
    assert.equal(await textOf(page, ".tooltip .opcodes"), "70% CALL30% LOAD_FAST");
  },
);
