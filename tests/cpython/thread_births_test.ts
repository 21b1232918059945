import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { ThreadBirths } from "../../src/cpython/thread_births.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { open, Target } from "../ffi/targets.ts";
import { interpreters } from "./interpreters.ts";
import { runtimeOf } from "./stacks.ts";

/** Starts a thread at each line, lets it end at the next, and says when that is done. */
const PROGRAM = `
import sys, threading
goes = threading.Event()
thread = None
print(flush=True)
for line in sys.stdin:
    if line == "start\\n":
        thread = threading.Thread(target=goes.wait)
        thread.start()
    elif line == "end\\n":
        goes.set()
        thread.join()
        goes.clear()
    elif line == "brief\\n":
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
    print(flush=True)
`;

for (const python of interpreters) {
  const isOld = Number(python.minor.slice(2)) < 11;

  Deno.test(`threads that come are noticed on ${nameOf(python)}`, async () => {
    await using target = new Target(python.path, ["-c", PROGRAM]);
    await target.line();
    using process = open(target.pid);
    const runtime = runtimeOf(process);
    const births = new ThreadBirths(runtime);
    const tell = async (what: string): Promise<void> => {
      await target.tell(what);
      await target.line();
    };
    births.note();
    await tell("nothing");
    assert.equal(births.changed(), false);
    await tell("start");
    assert.equal(births.changed(), true);
    births.note();
    assert.equal(listThreads(runtime).length, 2);
    await tell("end");
    while (listThreads(runtime).length > 1) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(births.changed(), isOld);
    births.note();
    await tell("brief");
    while (listThreads(runtime).length > 1) await new Promise((resolve) => setTimeout(resolve, 1));
    // Nothing is left of it but its number.
    assert.equal(births.changed(), !isOld);
  });
}
