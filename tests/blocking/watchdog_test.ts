import assert from "node:assert/strict";
import { anyPython } from "../ffi/targets.ts";
import {
  AT_ONCE,
  Counter,
  sleep,
  startCapture,
  startHolding,
  stateOf,
  tracerOf,
} from "./subjects.ts";

const PYTHON = await anyPython();

Deno.test("a target that is held runs on within 100 ms when we are killed", async () => {
  for (let i = 0; i < 5; i++) {
    await using target = await Counter.start(PYTHON, 3);
    await using holder = await startHolding(target.pid);
    const stopper = tracerOf(target.pid);
    holder.signal("SIGKILL");
    const ms = await target.countsOn();
    assert.ok(ms <= AT_ONCE, `${ms} ms`);
    await holder.status;
    await sleep(50);
    await target.assertFree();
    // Where nobody looks after orphans, the dead one stays listed.
    assert.match(stateOf(stopper), /^Z?$/);
  }
});

Deno.test("a target that is held runs on when we are stopped, and the reading is not taken for one", async () => {
  await using target = await Counter.start(PYTHON, 3);
  await using holder = await startHolding(target.pid);
  holder.signal("SIGSTOP");
  const ms = await target.countsOn();
  assert.ok(ms <= 2 * AT_ONCE, `${ms} ms`);
  assert.equal(stateOf(holder.pid), "T");
  holder.signal("SIGCONT");
  await holder.tell();
  assert.equal(await holder.line(), "false");
  await holder.status;
  await target.assertFree();
});

Deno.test("a target runs on within 100 ms when its tracer is killed", async () => {
  await using target = await Counter.start(PYTHON);
  await using holder = await startHolding(target.pid);
  Deno.kill(tracerOf(target.pid), "SIGKILL");
  const ms = await target.countsOn();
  assert.ok(ms <= AT_ONCE, `${ms} ms`);
  await target.assertFree();
  assert.match(stateOf(holder.pid), /^[SRD]$/);
});

for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
  Deno.test(`a capture whose tracer gets ${signal} frees the target and shows what it has`, async () => {
    await using target = await Counter.start(PYTHON, 3);
    await using capture = await startCapture(target.pid, "-a", "-d", "30");
    await sleep(1000);
    const stopper = tracerOf(target.pid);
    Deno.kill(stopper, signal);
    assert.equal(await capture.line(), "Profile Stats:");
    assert.equal((await capture.status).code, 0);
    await target.assertFree();
    assert.equal(stateOf(stopper), "");
  });
}

Deno.test("a target runs on within 100 ms when a capture is killed at any time", async () => {
  await using target = await Counter.start(PYTHON, 3);
  for (let i = 0; i < 4; i++) {
    await using capture = await startCapture(target.pid, "-a", "-i", "300");
    await sleep(100 + i * 37.3);
    capture.signal("SIGKILL");
    const ms = await target.countsOn();
    assert.ok(ms <= AT_ONCE, `${ms} ms`);
    await capture.status;
    await sleep(50);
    await target.assertFree();
  }
});

Deno.test("a target runs on while a capture is stopped, and is sampled again afterwards", async () => {
  await using target = await Counter.start(PYTHON, 3);
  await using capture = await startCapture(target.pid, "-a", "-d", "3", "-i", "500");
  for (let i = 0; i < 5; i++) {
    capture.signal("SIGSTOP");
    await sleep(150);
    assert.ok(await target.countsOn() <= AT_ONCE);
    capture.signal("SIGCONT");
    await sleep(50);
  }
  assert.equal((await capture.status).code, 0);
  await target.assertFree();
});
