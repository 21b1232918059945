import assert from "node:assert/strict";
import type { Runtime } from "../../src/cpython/runtime.ts";
import type { CaptureRequest } from "../../src/sampler/capture.ts";
import { findRunning } from "../../src/sampler/interpreter_search.ts";
import { lowerRate, pacedInterval } from "../../src/sampler/visit_rate.ts";
import { requestFor } from "./quick_child.ts";
import { anyPython, open, Target as Child } from "../ffi/targets.ts";

/** A program on a machine on which a visit takes so long, by what is usual and as it is tried out, µs. */
async function withMachine(
  usualUs: number,
  triedUs: number | undefined,
  check: (lowered: (asked: Partial<CaptureRequest>) => number, runtime: Runtime) => void,
): Promise<void> {
  await using child = new Child(await anyPython(), ["-c", "print(flush=True)\nwhile True: pass"]);
  await child.line();
  using process = open(child.pid);
  process.visitUs = () => usualUs;
  process.tryVisits = () => triedUs;
  const found = findRunning(process, true);
  if ("fault" in found) return assert.fail(found.fault);
  check((asked) => lowerRate(found, requestFor(child.pid, asked))?.stretch ?? 1, found);
}

Deno.test("a rate is kept where exact readings take as little as they may", async () => {
  await withMachine(5, 5.4, (lowered) => {
    for (const intervalUs of [100, 200, 999, 1000]) assert.equal(lowered({ intervalUs }), 1);
  });
  await withMachine(8, 10.9, (lowered) => {
    for (const intervalUs of [200, 999, 1000]) assert.equal(lowered({ intervalUs }), 1);
  });
});

Deno.test("it is lowered, by as much as they take too much", async () => {
  await withMachine(5, 18, (lowered) => {
    assert.equal(lowered({ intervalUs: 100 }), 4);
    for (const intervalUs of [200, 350, 1000]) {
      assert.ok(Math.abs(lowered({ intervalUs }) - 2) < 1e-9, `${intervalUs}`);
    }
    assert.equal(lowered({ intervalUs: 1600 }), 1.25);
    for (const intervalUs of [1700, 10_000]) assert.equal(lowered({ intervalUs }), 1);
  });
  await withMachine(8, 5, (lowered) => {
    assert.ok(Math.abs(lowered({ intervalUs: 100 }) - 1.6) < 0.01);
    assert.equal(lowered({ intervalUs: 160 }), 1);
  });
});

Deno.test("captures of all threads, and exact ones, may take a twentieth at any rate", async () => {
  await withMachine(5, 18, (lowered) => {
    for (const asked of [{ allThreads: true }, { consistency: "exact" as const }]) {
      assert.equal(lowered({ intervalUs: 100, ...asked }), 4);
      for (const intervalUs of [350, 1000]) assert.equal(lowered({ intervalUs, ...asked }), 1);
    }
    assert.equal(lowered({ intervalUs: 50, consistency: "exact" }), 8);
  });
});

Deno.test("what they may take can be said, for exact captures, too", async () => {
  await withMachine(5, 18, (lowered) => {
    for (const [maxSlowdown, stretch] of [[0.001, 20], [0.005, 4], [0.02, 1], [1, 1]] as const) {
      for (const consistency of ["verified", "exact"] as const) {
        const got = lowered({ intervalUs: 1000, maxSlowdown, consistency });
        assert.ok(Math.abs(got - stretch) < 1e-9, `${maxSlowdown}, ${consistency}: ${got}`);
      }
    }
    assert.equal(lowered({ intervalUs: 100, maxSlowdown: 0.2 }), 1);
    assert.equal(lowered({ intervalUs: 50, maxSlowdown: 0.2, consistency: "exact" }), 2);
    assert.equal(lowered({ intervalUs: 1000, maxSlowdown: 0.001, consistency: "blocking" }), 1);
  });
});

Deno.test("above 10 kHz it is kept, and where nothing is read exactly", async () => {
  await withMachine(5, 18, (lowered, runtime) => {
    assert.equal(lowered({ intervalUs: 99 }), 1);
    assert.equal(lowered({ intervalUs: 100, consistency: "blocking" }), 1);
    const parallel = { ...runtime, layout: { ...runtime.layout, freeThreaded: true } } as Runtime;
    const asked = requestFor(runtime.process.pid, { intervalUs: 100 });
    assert.equal(lowerRate(parallel, { ...asked, allThreads: true }), undefined);
    assert.equal(lowerRate(parallel, asked)?.stretch, 4);
    const older = { ...runtime, layout: { ...runtime.layout, hasFrameObjects: true } } as Runtime;
    assert.equal(lowerRate(older, asked), undefined);
  });
});

Deno.test("where nobody may visit the program, or nothing can be tried out, it is kept", async () => {
  await withMachine(8, undefined, (lowered, runtime) => {
    assert.equal(lowered({ intervalUs: 100 }), 1);
    Object.defineProperty(runtime.process, "tryVisits", { value: undefined });
    assert.equal(lowered({ intervalUs: 100 }), 1);
  });
});

Deno.test("ticks are as far apart as the machine lets them be", () => {
  const request = requestFor(1, { intervalUs: 100 });
  assert.equal(pacedInterval(request), 100);
  assert.equal(pacedInterval({ ...request, lowered: { visitUs: 18, stretch: 4 } }), 400);
});
