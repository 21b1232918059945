import assert from "node:assert/strict";
import { writeCode } from "../../src/report/heatmap_code.ts";
import type { HeatSpan } from "../../src/report/heatmap_counts.ts";
import { sortIntoFolders } from "../../src/report/heatmap_folders.ts";
import { colourSource } from "../../src/report/heatmap_file.ts";
import type { FoundSource } from "../../src/report/sources.ts";
import { colorPython, loadSyntax } from "../../src/report/syntax.ts";

Deno.test.beforeAll(loadSyntax);

const SCALE = { samples: 100, worth: 0, sampleUs: 0, most: { self: 100, total: 100 } };

function span(column: number, endColumn: number, total: number, endLine = 1): HeatSpan {
  return { column, endColumn, endLine, self: 0, total, opcodes: new Map() };
}

/** Markup with nothing but the parts: each in brackets with the numbers of all it lies in. */
function outline(text: string, spans: readonly HeatSpan[]): string {
  return writeCode({ text, tokens: [], line: 1, spans, instructions: [] }, SCALE)
    .replace(/<span [^>]*data-in="([^"]*)"[^>]*>/g, "[$1:").replaceAll("</span>", "]");
}

Deno.test("writeCode tells parts that lie within each other apart", () => {
  assert.equal(outline("f(g(x))", [span(0, 7, 9), span(2, 6, 5)]), "[0:f(][1 0:g(x)][0:)]");
  assert.equal(outline("a + b", [span(0, 1, 1), span(4, 5, 1)]), "[0:a] + [1:b]");
});

Deno.test("writeCode gives a part the heat of the hottest that it lies in, and tells of all", () => {
  const spans = [span(0, 7, 100), span(2, 6, 1)];
  const markup = writeCode(
    { text: "f(g(x))", tokens: [], line: 1, spans, instructions: [] },
    SCALE,
  );
  const levels = [...markup.matchAll(/class="x ([^"]*)"/g)].map((match) => match[1]);
  assert.deepEqual(levels, ["t8", "t8", "t8"]);
  const tips = [...markup.matchAll(/data-tip="([^"]*)"/g)].map((match) => match[1]!.split("\n"));
  assert.deepEqual(tips[1]!.filter((line) => !/^(self|total)/.test(line)), ["g(x)", "", "f(g(x))"]);
});

Deno.test("writeCode counts columns in bytes of UTF-8", () => {
  assert.equal(outline('"€", f()', [span(7, 10, 1)]), "&quot;€&quot;, [0:f()]");
  assert.equal(outline('"😀", f()', [span(8, 11, 1)]), "&quot;😀&quot;, [0:f()]");
});

Deno.test("writeCode shows a part that goes on below to the end of its line", () => {
  assert.equal(outline("x = f(  ", [span(4, 1, 1, 3)]), "x = [0:f(]  ");
});

Deno.test("writeCode leaves out parts that are nowhere in the line", () => {
  assert.equal(outline("x", [span(30, 40, 1), span(-1, -1, 1), span(1, 0, 1)]), "x");
});

Deno.test("writeCode makes what hides or turns text around visible, and markup harmless", () => {
  const code = { text: "<b>\u202e\t'", tokens: [], line: 1, spans: [], instructions: [] };
  assert.equal(writeCode(code, SCALE), "&lt;b&gt;\\u202e    &#39;");
});

Deno.test("writeCode cuts what is too long to be read", () => {
  const text = "x".repeat(1_000_000);
  const markup = outline(text, [span(0, 1_000_000, 1)]);
  assert.ok(markup.length < 2200);
  assert.match(markup, /998,000 more characters/);
});

Deno.test("colourSource tells strings, keywords and names of functions apart, line by line", () => {
  const source: FoundSource = {
    text: 'def f():\r\n    """a\r\n    b"""\r\n    return 1',
    state: "read",
  };
  const { lines, tokens } = colourSource(source);
  assert.deepEqual(lines, ["def f():", '    """a', '    b"""', "    return 1"]);
  const kinds = lines.map((text, index) =>
    tokens(index + 1).map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`)
  );
  assert.deepEqual(kinds, [["kw def", "def f"], ['str """a'], ['str     b"""'], [
    "kw return",
    "num 1",
  ]]);
});

Deno.test("colorPython bears texts that are no Python, and those that are nested without end", () => {
  const kinds = colorPython("\0\ud800 <<< not python").map(({ kind, from }) => [kind, from]);
  assert.deepEqual(kinds, [["kw", 7]]);
  assert.doesNotThrow(() => colorPython("[f(1, ".repeat(20_000)));
});

Deno.test("sortIntoFolders makes folders one that hold nothing but another", () => {
  const page = (path: string, self: number) => ({
    file: { path, id: 0, self, total: self, lines: new Map() },
    name: "",
    short: path,
  });
  const top = sortIntoFolders([
    page("/srv/app/a.py", 1),
    page("/srv/app/deep/er/b.py", 5),
    page("/srv/app/deep/er/c.py", 7),
  ]);
  assert.equal(top.name, "/srv/app");
  assert.equal(top.self, 13);
  assert.deepEqual(top.pages.map(({ file }) => file.path), ["/srv/app/a.py"]);
  assert.deepEqual(top.folders.map(({ name, files }) => [name, files]), [["deep/er", 2]]);
  assert.deepEqual(
    top.folders[0]!.pages.map(({ file }) => file.path.at(-4)),
    ["c", "b"],
  );
  const windows = sortIntoFolders([page("C:\\app\\a.py", 1), page("C:\\app\\lib\\b.py", 2)]);
  assert.deepEqual([windows.name, windows.folders[0]!.name], ["C:/app", "lib"]);
});
