import assert from "node:assert/strict";
import { baseName, shortenPaths } from "../../src/analysis/places.ts";
import { escapeForTerminal, fitText, measureText } from "../../src/analysis/terminal_text.ts";
import {
  chooseTimeUnit,
  formatCount,
  formatRate,
  formatShare,
  formatTime,
} from "../../src/analysis/units.ts";

Deno.test("escapeForTerminal leaves nothing that moves, colours, hides or reorders", () => {
  assert.equal(escapeForTerminal("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m");
  assert.equal(escapeForTerminal("a\nb\rc\td\x07\x7f\x9b"), "a\\nb\\rc\\td\\x07\\x7f\\x9b");
  assert.equal(escapeForTerminal("user\u202eyp.exe\u2066"), "user\\u202eyp.exe\\u2066");
  assert.equal(escapeForTerminal("a\u200bb\u2028c\ufeff"), "a\\u200bb\\u2028c\\ufeff");
  assert.equal(escapeForTerminal("\u{e0041}\ud800x\udc80"), "\\U000e0041\\ud800x\\udc80");
  assert.equal(escapeForTerminal("größe_価格_π<lambda>"), "größe_価格_π<lambda>");
});

Deno.test("measureText counts cells, not characters", () => {
  assert.equal(measureText("plain"), 5);
  assert.equal(measureText("価格"), 4);
  assert.equal(measureText("e\u0301"), 1);
  assert.equal(measureText("🐍"), 2);
});

Deno.test("fitText cuts the middle, never beyond the width", () => {
  assert.equal(fitText("short", 10), "short");
  assert.equal(fitText("abcdefghijklmnop", 10), "abc…klmnop");
  for (const width of [0, 1, 2, 5, 8, 11]) {
    assert.ok(measureText(fitText("価格価格価格計算する関数", width)) <= width, `width ${width}`);
  }
});

Deno.test("shortenPaths keeps files of one name apart", () => {
  const short = shortenPaths([
    "/srv/a/util.py",
    "/srv/b/util.py",
    "/srv/main.py",
    "/lib/json/__init__.py",
    "<frozen os>",
    "util.py",
    "/util.py",
    "",
  ]);
  assert.deepEqual([...short.values()].length, new Set(short.values()).size);
  assert.equal(short.get("/srv/a/util.py"), "a/util.py");
  assert.equal(short.get("/srv/main.py"), "main.py");
  assert.equal(short.get("/lib/json/__init__.py"), "json/__init__.py");
  assert.equal(short.get("<frozen os>"), "<frozen os>");
});

Deno.test("baseName splits at a backslash only in Windows paths", () => {
  assert.equal(baseName("C:\\app\\main.py"), "main.py");
  assert.equal(baseName("/tmp/odd\\name.py"), "odd\\name.py");
  assert.equal(baseName("<string>"), "<string>");
});

Deno.test("numbers read the same everywhere", () => {
  assert.equal(formatCount(1234567), "1,234,567");
  assert.equal(formatRate(999.13), "999.1 Hz");
  assert.equal(formatRate(10_000), "10 kHz");
  assert.equal(formatRate(1e6), "1 MHz");
  assert.equal(formatRate(100), "100 Hz");
  assert.equal(formatTime(1001), "1.001 ms");
  assert.equal(formatTime(123_400_000), "2 min 3.4 s");
  assert.equal(formatShare(0.00001), "<0.1%");
  assert.equal(formatShare(0), "0%");
  assert.equal(formatShare(0.123), "12.3%");
  assert.equal(chooseTimeUnit(0).name, "s");
  assert.equal(chooseTimeUnit(0.5).name, "μs");
});
