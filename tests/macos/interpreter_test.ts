import assert from "node:assert/strict";
import { isOpen } from "../../ffi/process.ts";
import { openProcess } from "../../ffi/macos/process.ts";
import { nameOf, type Python } from "../../scripts/pythons.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { Image } from "../cpython/image.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Reading, runtimeOf } from "../cpython/stacks.ts";
import { Stopped } from "../cpython/stopped.ts";
import { open } from "../ffi/targets.ts";
import { FakeMac } from "./fake_calls.ts";
import { dressUp, MAC_PID } from "./live_mac.ts";

/** `3.13`, of builds without a GIL as well. */
function minorOf(python: Python): string {
  return /^\d+\.\d+/.exec(python.minor)![0];
}

for (const python of interpreters) {
  Deno.test(`stacks of ${nameOf(python)} are read through macOS's calls as its own system reads them`, async () => {
    await using stopped = await Stopped.start(python, "three_threads");
    using process = open(stopped.pid);
    const memory = Image.record(process);
    const reading = new Reading(runtimeOf(memory));
    reading.all();
    reading.all();
    memory.seal();
    const dyld = dressUp(memory, reading.runtime.address, minorOf(python));
    const threads = listThreads(reading.runtime).map(({ tid }) => ({ tid, state: 3 }));
    const mac = openProcess(MAC_PID, new FakeMac({ pid: MAC_PID, memory, dyld, threads }));
    assert(isOpen(mac), JSON.stringify(mac));

    const found = new Reading(runtimeOf(mac)).all();
    assert.equal(found.filter(({ state }) => state.main).length, 1);
    for (const { tid, frames } of stopped.told) {
      const ours = found.find(({ state }) => state.tid === tid);
      assert(ours, `thread ${tid}`);
      assert(ours.status === WHOLE || ours.status === UNPROVEN, `status ${ours.status}`);
      assert.deepEqual(ours.frames, frames);
    }
    mac.close();
  });
}
