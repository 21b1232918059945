import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import "./targets.ts";

const thread = linux.readerThread();

Deno.test("now is in microseconds and never goes back", () => {
  // One clock is asked around the other: whatever comes between counts for the outer one.
  const outer = performance.now();
  const first = thread.now();
  const inner = performance.now();
  let last = first;
  while (performance.now() - inner < 20) {
    const now = thread.now();
    assert.ok(now >= last);
    last = now;
  }
  const least = performance.now() - inner;
  const seen = thread.now() - first;
  const most = performance.now() - outer;
  assert.ok(seen > (least - 1) * 1000, `${seen} µs in ${least} ms at least`);
  assert.ok(seen < (most + 1) * 1000, `${seen} µs in ${most} ms at most`);
});

Deno.test("sleepUntil never returns early", () => {
  for (const spin of [0, 5, 20, 1000]) {
    for (const ahead of [0.3, 1, 17.7, 100, 2500]) {
      const deadline = thread.now() + ahead;
      thread.sleepUntil(deadline, spin);
      assert.ok(thread.now() >= deadline, `spin ${spin}, ${ahead} µs ahead`);
    }
  }
});

Deno.test("sleepUntil returns at once when the deadline has passed or is no number", () => {
  const begin = thread.now();
  for (const deadline of [begin - 1e6, 0, -1, -Infinity, NaN]) thread.sleepUntil(deadline, 10);
  assert.ok(thread.now() - begin < 500_000);
});
