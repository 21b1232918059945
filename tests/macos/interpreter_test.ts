import assert from "node:assert/strict";
import { isOpen } from "../../ffi/process.ts";
import { openProcess } from "../../ffi/macos/process.ts";
import { nameOf, type Python } from "../../scripts/pythons.ts";
import { listThreads } from "../../src/cpython/runtime.ts";
import { UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { Image } from "../cpython/image.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Reading, runtimeOf } from "../cpython/stacks.ts";
import { Stopped } from "../cpython/stopped.ts";
import { open } from "../ffi/targets.ts";
import { FakeMac, placeImages } from "./fake_calls.ts";

const PID = 70_000;
/** Below all that Linux maps. */
const PROGRAM = 0x2000;
const LIBRARY = 0x3000;
const DYLD = 0x4000;

/** `3.13`, of builds without a GIL as well. */
function minorOf(python: Python): string {
  return /^\d+\.\d+/.exec(python.minor)![0];
}

/** The head of a Mach-O library whose section PyRuntime lies `ahead` of its first byte. */
function headOf(ahead: number): Uint8Array {
  const size = 4096;
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  const text = (at: number, value: string): void => {
    bytes.set(new TextEncoder().encode(value), at);
  };
  // magic, CPU, its kind, MH_DYLIB, two commands and their bytes
  [0xfeedfacf, 0x0100_000c, 0, 6, 2, 72 + 152].forEach((value, index) =>
    view.setUint32(index * 4, value, true)
  );
  const segment = (at: number, name: string, length: number, sections: number): void => {
    view.setUint32(at, 0x19, true);
    view.setUint32(at + 4, length, true);
    text(at + 8, name);
    view.setUint32(at + 64, sections, true);
  };
  segment(32, "__TEXT", 72, 0);
  word(32 + 32, 4096);
  word(32 + 48, 4096);
  segment(104, "__DATA", 152, 1);
  word(104 + 24, ahead);
  word(104 + 32, size);
  view.setUint32(104 + 60, 3, true);
  text(176, "PyRuntime");
  text(176 + 16, "__DATA");
  word(176 + 32, ahead);
  word(176 + 40, size);
  return bytes;
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
    const { address } = reading.runtime;

    for (const start of [PROGRAM, LIBRARY]) memory.map(start, 4096);
    memory.write(LIBRARY, headOf(address - LIBRARY));
    const dyld = placeImages(memory, DYLD, [
      { address: PROGRAM, path: "/opt/python/bin/python3" },
      { address: LIBRARY, path: `/opt/Python.framework/Versions/${minorOf(python)}/Python` },
    ]);
    const threads = listThreads(reading.runtime).map(({ tid }) => ({ tid, state: 3 }));
    const mac = openProcess(PID, new FakeMac({ pid: PID, memory, dyld, threads }));
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
