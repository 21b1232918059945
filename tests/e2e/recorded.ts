/** What a capture that goes on has recorded by now. */

import assert from "node:assert/strict";

/** How long a capture may take to begin, ms. */
const PATIENCE_MS = 30_000;
/** Bytes of a recording without samples, at most. */
const LEAST = 4096;

/** Waits until there are samples in the recording that a capture is writing. */
export async function untilRecorded(path: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while ((sizeOf(path) ?? 0) < LEAST) {
    assert.ok(performance.now() < deadline, "nothing was recorded");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Bytes of a file; undefined while there is none. */
export function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch {
    return undefined;
  }
}
