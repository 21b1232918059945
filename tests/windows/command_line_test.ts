import assert from "node:assert/strict";
import { splitCommandLine } from "../../ffi/windows/command_line.ts";

const CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["", []],
  ["python.exe", ["python.exe"]],
  ["python  -m   http.server\t8000 ", ["python", "-m", "http.server", "8000"]],
  [String.raw`"C:\Program Files\Python\python.exe" a.py`, [
    String.raw`C:\Program Files\Python\python.exe`,
    "a.py",
  ]],
  [String.raw`C:\x\python.exe C:\y\a.py`, [String.raw`C:\x\python.exe`, String.raw`C:\y\a.py`]],
  // The examples of Microsoft's page.
  [`p "abc" d e`, ["p", "abc", "d", "e"]],
  [String.raw`p a\\b d"e f"g h`, ["p", String.raw`a\\b`, "de fg", "h"]],
  [String.raw`p a\\\"b c d`, ["p", String.raw`a\"b`, "c", "d"]],
  [String.raw`p a\\\\"b c" d e`, ["p", String.raw`a\\b c`, "d", "e"]],
  [`p a"b"" c d`, ["p", `ab" c d`]],
  [`p "" x`, ["p", "", "x"]],
  [`"p`, ["p"]],
  [`p "a b`, ["p", "a b"]],
  ["p \\", ["p", "\\"]],
];

for (const [line, words] of CASES) {
  Deno.test(`the command line ‹${line}› is taken apart as a C program's`, () => {
    assert.deepEqual(splitCommandLine(line), words);
  });
}
