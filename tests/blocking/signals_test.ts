import assert from "node:assert/strict";
import { anyPython } from "../ffi/targets.ts";
import { Counter, sleep, startCapture, stateOf } from "./subjects.ts";

const PYTHON = await anyPython();

Deno.test("each signal reaches a sampled target once", async () => {
  await using target = await Counter.start(PYTHON, 3);
  await using capture = await startCapture(target.pid, "-a", "-i", "400");
  for (let i = 0; i < 100; i++) {
    target.signal("SIGUSR1");
    // Two of a kind that wait to be delivered are one (signal(7)).
    for (let tries = 0; tries < 500 && target.signals() === i; tries++) await sleep(2);
  }
  target.signal("SIGINT");
  assert.equal(await target.line(), "100 1");
  capture.signal("SIGINT");
  await capture.status;
  target.signal("SIGINT");
  assert.equal(await target.line(), "100 2");
});

Deno.test("job control stops and continues a sampled target", async () => {
  await using target = await Counter.start(PYTHON, 3);
  // A group of processes that no shell looks after is not stopped by SIGTSTP (setpgid(2), "orphaned").
  target.signal("SIGTSTP");
  await sleep(300);
  const stopping = stateOf(target.pid) === "T" ? "SIGTSTP" : "SIGSTOP";
  target.signal("SIGCONT");
  await target.countsOn();
  await using capture = await startCapture(target.pid, "-a", "-i", "400");
  for (let i = 0; i < 5; i++) {
    target.signal(i % 2 === 0 ? "SIGSTOP" : stopping);
    await target.standsStill();
    target.signal("SIGCONT");
    await target.countsOn();
  }
  capture.signal("SIGINT");
  assert.equal(await capture.line(), "Profile Stats:");
  await capture.status;
  await target.assertFree();
});

Deno.test("a target that is stopped stays so when the capture ends or is killed", async () => {
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    await using target = await Counter.start(PYTHON, 3);
    await using capture = await startCapture(target.pid, "-a", "-i", "400");
    await sleep(300);
    target.signal("SIGSTOP");
    await sleep(200);
    capture.signal(signal);
    await capture.status;
    await sleep(100);
    const count = target.count();
    await sleep(100);
    assert.equal(target.count(), count);
    assert.equal(stateOf(target.pid), "T");
    target.signal("SIGCONT");
    await target.assertFree();
  }
});

Deno.test("a signal that ends a sampled target shows in its status", async () => {
  for (const signal of ["SIGTERM", "SIGKILL", "SIGSEGV"] as const) {
    await using target = await Counter.start(PYTHON, 3);
    await using capture = await startCapture(target.pid, "-a", "-i", "400");
    await sleep(1000);
    target.signal(signal);
    assert.equal((await target.status).signal, signal);
    assert.equal(await capture.line(), "Profile Stats:");
    assert.equal((await capture.status).code, 0);
  }
});
