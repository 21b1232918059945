/** How many tests passed, failed and were skipped; steps of a test do not count. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The last line of `deno test`: `ok | 12 passed (3 steps) | 0 failed | 1 ignored (7ms)`. */
const closing =
  /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored(?: \([^)]*\))?)?/gm;

// deno-lint-ignore no-control-regex -- colours are control characters
const colours = /\x1b\[[0-9;]*m/g;

/** The counts in what `deno test` printed; undefined if its closing line is not there. */
export function readClosingLine(output: string): TestCounts | undefined {
  const match = [...output.replace(colours, "").matchAll(closing)].at(-1);
  if (match === undefined) return undefined;
  return {
    passed: Number(match[1]),
    failed: Number(match[2]),
    skipped: Number(match[3] ?? 0),
  };
}

/** `12 passed, 0 failed, 1 skipped`; nothing about skipped tests if there are none. */
export function printCounts(counts: TestCounts): string {
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  return counts.skipped === 0 ? line : `${line}, ${counts.skipped} skipped`;
}
