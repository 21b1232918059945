import assert from "node:assert/strict";
import { printCounts, readClosingLine } from "../../scripts/closing_line.ts";

Deno.test("readClosingLine reads all counts and leaves steps out", () => {
  const line = "ok | 12 passed (3 steps) | 0 failed | 1 ignored (2 steps) (7ms)";
  assert.deepEqual(readClosingLine(`a ... ok (1ms)\n\n${line}\n\n`), {
    passed: 12,
    failed: 0,
    skipped: 1,
  });
  assert.deepEqual(readClosingLine("FAILED | 3 passed | 2 failed (1 step) (7ms)\n"), {
    passed: 3,
    failed: 2,
    skipped: 0,
  });
});

Deno.test("readClosingLine reads a coloured line", () => {
  const line = "\x1b[0m\x1b[32mok\x1b[0m | 4 passed | 0 failed \x1b[0m\x1b[38;5;245m(5ms)\x1b[0m\n";
  assert.deepEqual(readClosingLine(line), { passed: 4, failed: 0, skipped: 0 });
});

Deno.test("readClosingLine takes the last line when a test prints one of its own", () => {
  const output = "ok | 99 passed | 0 failed (1ms)\n\nFAILED | 1 passed | 1 failed (2ms)\n";
  assert.deepEqual(readClosingLine(output), { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("readClosingLine finds nothing when deno stopped before its end", () => {
  assert.equal(readClosingLine("running 3 tests from ./a_test.ts\na ... ok (1ms)\n"), undefined);
  assert.equal(readClosingLine("I say: ok | 1 passed | 0 failed"), undefined);
});

Deno.test("printCounts names skipped tests only if there are some", () => {
  assert.equal(printCounts({ passed: 2, failed: 0, skipped: 0 }), "2 passed, 0 failed");
  assert.equal(printCounts({ passed: 2, failed: 1, skipped: 3 }), "2 passed, 1 failed, 3 skipped");
});
