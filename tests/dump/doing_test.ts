import assert from "node:assert/strict";
import { labelsOf } from "../../src/cli/dump/labels.ts";
import type { DumpedThread } from "../../src/sampler/dump.ts";
import { takeDump } from "../../src/sampler/dumper.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Target } from "../ffi/targets.ts";

/** One thread works, one sleeps, and one sleeps in a handler. */
const PROGRAM = `
import threading, time
def sleep(): time.sleep(1000)
def handle():
    try: raise ValueError
    except ValueError: time.sleep(1000)
for work in (sleep, handle):
    threading.Thread(target=work, name=work.__name__, daemon=True).start()
print("ready", flush=True)
while True: pass
`;

/** Takes a dump; finds threads in it by name. */
function look(pid: number, blocking: boolean): (name: string) => DumpedThread {
  const features = { native: false, gc: false, opcodes: false };
  const dump = takeDump({ pid, allThreads: true, blocking, features });
  assert.ok(!("fault" in dump), JSON.stringify(dump));
  return (name) => dump.threads.find((thread) => thread.name === name)!;
}

/** Whether the threads that are to sleep have come so far. */
function isAtRest(pid: number): boolean {
  const named = look(pid, false);
  return ["sleep", "handle"].every((name) => named(name)?.doing.onCpu === false);
}

for (const python of interpreters) {
  Deno.test(`a dump tells what threads are doing on ${python.version}`, async () => {
    await using target = new Target(python.path, ["-c", PROGRAM]);
    await target.line();
    for (let tries = 0; tries < 200 && !isAtRest(target.pid); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const blocking of [false, false, false, true]) {
      const named = look(target.pid, blocking);
      assert.deepEqual(labelsOf(named("sleep")), ["idle", "daemon"]);
      assert.deepEqual(labelsOf(named("handle")), ["has exception", "daemon"]);
      const { hasGil, waitsForGil, onCpu } = named("MainThread").doing;
      assert.equal(hasGil, python.freeThreaded ? undefined : true);
      assert.equal(waitsForGil, python.freeThreaded ? undefined : false);
      assert.equal(typeof onCpu, "boolean");
    }
  });
}
