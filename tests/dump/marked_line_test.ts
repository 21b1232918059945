import assert from "node:assert/strict";
import { markLine } from "../../src/cli/dump/marked_line.ts";

/** Text and carets as they are printed below each other. */
function shown(line: string, column: number, endColumn: number, isLast = true): string[] {
  const { before, marked, after, carets } = markLine(line, column, endColumn, isLast);
  return [before + marked + after, carets];
}

Deno.test("the executing part of a line is marked, also behind letters of several bytes", () => {
  assert.deepEqual(shown("    total += price(item)", 13, 24), [
    "total += price(item)",
    "         ^^^^^^^^^^^",
  ]);
  assert.deepEqual(shown("x = größe(é)", 4, 15), ["x = größe(é)", "    ^^^^^^^^"]);
  assert.deepEqual(shown("測 = f(1)", 6, 10), ["測 = f(1)", "     ^^^^"]);
  assert.deepEqual(shown("s = '🐍'; f(s)", 12, 16), ["s = '🐍'; f(s)", "          ^^^^"]);
  assert.deepEqual(shown("f(a,\n".trimEnd() + " b", 2, 1, false), ["f(a, b", "  ^^^^"]);
});

Deno.test("a line is left unmarked where all of it is executed or columns are not known", () => {
  assert.deepEqual(shown("\t f(x)  ", 2, 6), ["f(x)", ""]);
  assert.deepEqual(shown("f(x)", -1, -1), ["f(x)", ""]);
  assert.deepEqual(shown("f(x)", 90, 95), ["f(x)", ""]);
  assert.deepEqual(shown("f(x)", 3, 1), ["f(x)", ""]);
});

Deno.test("signs that could harm a terminal are spelled out, and carets follow", () => {
  assert.deepEqual(shown("a\x1b = f(\t1)", 5, 10), ["a\\x1b = f( 1)", "        ^^^^^"]);
  const [text, carets] = shown(`${"x".repeat(1000)} = f(1)`, 1003, 1007) as [string, string];
  assert.ok(text.length < 260 && carets.length === text.length);
  assert.match(text, /^…x+ = f\(1\)$/);
});
