import assert from "node:assert/strict";
import type { Dump, DumpedFrame } from "../../src/sampler/dump.ts";
import { takeDump } from "../../src/sampler/dumper.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Target } from "../ffi/targets.ts";

const SCRIPT = new URL("busy_target.py", import.meta.url).pathname;
/** Dumps in a row of each version; more on request. */
const DUMPS = Number(Deno.env.get("TACHYON_DUMPS") ?? 40);
const STOPPED_DUMPS = Math.ceil(DUMPS / 10);

/** Which function of the target calls which. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  "<module>": ["top", "Thread.start", "start"],
  "run": ["side"],
  "top": ["left", "right"],
  "side": ["left"],
  "left": ["deep", "leaf"],
  "right": ["items", "leaf"],
  "items": ["leaf"],
  "deep": ["deep", "leaf"],
  "leaf": [],
};

/** Checks that a stack is one that the target can have. */
function check(frames: readonly DumpedFrame[], what: string): void {
  assert.ok(frames.length > 0, `${what} has no frames`);
  const names = frames.map(({ name }) => name.slice(name.lastIndexOf(".") + 1)).reverse();
  const told = `${what}: ${names.join(" → ")}`;
  assert.ok(names[0] === "<module>" || names[0] === "_bootstrap", told);
  for (let i = names.indexOf("run"); i + 1 < names.length; i++) {
    const callees = CALLS[names[Math.max(0, i)]!];
    if (i >= 0) assert.ok(callees?.includes(names[i + 1]!), told);
  }
  assert.ok(names.filter((name) => name === "deep").length <= 7, told);
}

function checkDump(dump: Dump): void {
  assert.deepEqual(dump.threads.map(({ name }) => name), ["MainThread", "side"]);
  for (const { name, frames, torn } of dump.threads) {
    assert.equal(torn, 0, `${name} was not read in ${torn} readings`);
    check(frames, name);
  }
}

const NONE = { native: false, gc: false, opcodes: false };

function isUnread({ threads }: Dump): boolean {
  return threads.some(({ torn }) => torn > 0);
}

for (const python of interpreters) {
  Deno.test(`dumps of a program that calls all the time are whole on ${python.version}`, async () => {
    await using target = new Target(python.path, [SCRIPT]);
    await target.line();
    const request = { pid: target.pid, allThreads: true, features: NONE };
    for (let i = 0; i < DUMPS; i++) {
      const dump = takeDump({ ...request, blocking: false });
      assert.ok(!("fault" in dump), JSON.stringify(dump));
      checkDump(dump);
    }
    for (let i = 0; i < STOPPED_DUMPS; i++) {
      let dump = takeDump({ ...request, blocking: true });
      // A system that is too busy to stop the program in time is no fault of a dump.
      for (let tries = 0; tries < 3 && !("fault" in dump) && isUnread(dump); tries++) {
        dump = takeDump({ ...request, blocking: true });
      }
      assert.ok(!("fault" in dump), JSON.stringify(dump));
      checkDump(dump);
      assert.ok(dump.stoppedUs > 0);
      assert.ok(dump.threads.filter(({ doing }) => doing.hasGil === true).length <= 1);
    }
  });
}
