import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { takeDump } from "../../src/sampler/dumper.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Target } from "../ffi/targets.ts";

/** Does hardly anything but collect garbage. */
const COLLECTING = `
import gc
held = [[] for _ in range(300_000)]
def collect():
    print("ready", flush=True)
    while True: gc.collect()
collect()
`;
const DUMPS = 20;

/** Two threads that call C all the time: one of them waits for the GIL, mostly where a call has just returned. */
const CALLING = `
import threading
def work():
    while True: ord("a"); ord("b"); ord("c"); ord("d"); ord("e"); ord("f"); ord("g"); ord("h")
threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
work()
`;

for (const python of interpreters.filter(({ freeThreaded }) => !freeThreaded)) {
  Deno.test(`a dump shows where the collector runs, unless it is not wanted, on ${python.version}`, async () => {
    await using target = new Target(python.path, ["-c", COLLECTING]);
    await target.line();
    const kinds = (gc: boolean): Set<string> => {
      const found = new Set<string>();
      for (let i = 0; i < DUMPS; i++) {
        const features = { native: false, gc, opcodes: false };
        const dump = takeDump({ pid: target.pid, allThreads: false, blocking: false, features });
        assert.ok(!("fault" in dump), JSON.stringify(dump));
        const [leaf, caller] = dump.threads[0]!.frames;
        if (leaf!.kind === "gc") assert.equal(caller!.name, "collect");
        else assert.equal(leaf!.name, "collect");
        found.add(leaf!.kind);
      }
      return found;
    };
    assert.ok(kinds(true).has("gc"));
    assert.deepEqual([...kinds(false)], ["python"]);
  });
}

for (const python of interpreters) {
  Deno.test(`what a call has returned is not taken for what is called on ${nameOf(python)}`, async () => {
    await using target = new Target(python.path, ["-c", CALLING]);
    await target.line();
    const features = { native: true, gc: false, opcodes: false };
    const found = new Set<string>();
    for (let i = 0; i < DUMPS; i++) {
      const dump = takeDump({ pid: target.pid, allThreads: true, blocking: false, features });
      assert.ok(!("fault" in dump), JSON.stringify(dump));
      for (const { frames } of dump.threads) {
        const at = frames.findIndex(({ name }) => name === "work");
        for (const { name } of frames.slice(0, Math.max(0, at))) found.add(name);
      }
    }
    for (const name of found) assert.match(name, /^<native( builtins\.ord)?>$/);
  });
}
