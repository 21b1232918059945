import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import "./targets.ts";

const thread = linux.readerThread();

Deno.test("now is in microseconds and never goes back", () => {
  const begin = performance.now();
  const first = thread.now();
  let last = first;
  while (performance.now() - begin < 20) {
    const now = thread.now();
    assert.ok(now >= last);
    last = now;
  }
  const elapsed = performance.now() - begin;
  const seen = thread.now() - first;
  assert.ok(seen > 19_000 && seen <= elapsed * 1000 + 5000, `${seen} µs in ${elapsed} ms`);
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

Deno.test("cpu names the CPU that the thread was moved to", () => {
  const allowed = allowedCpus();
  assert.equal(thread.cpus(), allowed.length);
  for (const cpu of allowed) {
    assert.equal(thread.moveTo(cpu), true);
    assert.equal(thread.cpu(), cpu);
    assert.deepEqual(allowedCpus(), [cpu]);
  }
  thread.moveBack();
  assert.deepEqual(allowedCpus(), allowed);
  assert.equal(thread.cpus(), allowed.length);
});

Deno.test("moveTo is refused and changes nothing when there is no such CPU", () => {
  const allowed = allowedCpus();
  for (const cpu of [-1, 8191, 8192, 1e6]) assert.equal(thread.moveTo(cpu), false);
  assert.deepEqual(allowedCpus(), allowed);
});

Deno.test("firstDifference agrees with a plain loop when lengths and places vary", () => {
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const store = new Uint8Array(4096).map(() => next(256));
  for (let round = 0; round < 5000; round++) {
    const length = next(round % 2 === 0 ? 40 : 1200);
    const a = store.subarray(next(64), 2048);
    const b = new Uint8Array(2048 + 16).subarray(next(16));
    b.set(a.subarray(0, length));
    for (let change = next(3); change > 0; change--) {
      const at = next(length + 20);
      b[at] = (b[at] ?? 0) ^ (1 << next(8));
    }
    let expected = 0;
    while (expected < length && a[expected] === b[expected]) expected++;
    assert.equal(thread.firstDifference(a, b, length), expected, `round ${round}`);
  }
});

/** The CPUs on which this thread may run, as the kernel says. */
function allowedCpus(): number[] {
  const status = Deno.readTextFileSync("/proc/thread-self/status");
  const list = /^Cpus_allowed_list:\t(.*)$/m.exec(status)?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
