import assert from "node:assert/strict";
import { GONE, isOpen, NOT_THERE, type Process, Ranges } from "../../ffi/process.ts";
import { openProcess } from "../../ffi/windows/process.ts";
import { nameOf } from "../../scripts/pythons.ts";
import { TABLED_MINORS } from "../../src/cpython/older_offsets.ts";
import { findRuntime } from "../../src/cpython/runtime.ts";
import { UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { freeThreaded, interpreters } from "../cpython/interpreters.ts";
import { Reading, runtimeOf } from "../cpython/stacks.ts";
import { type FakeProcess, fakeWindows } from "./fake_windows.ts";
import { composeImage } from "./images.ts";
import { record, type Recorded } from "./recorded.ts";

/** Where Windows likes to put libraries. */
const LIBRARY = 0x7ff8_1234_0000;
const PROGRAM = 0x7ff6_0000_0000;
const SECTION = 0x1000;

/** A recorded Python as a process of Windows: its runtime is in a section of a library. */
function asProcess({ image, runtime, threads }: Recorded, minor: number): FakeProcess {
  // Before 3.13 there is no section of that name.
  const name = TABLED_MINORS.includes(minor) ? ".data" : "PyRuntime";
  const section = { name, bytes: runtime.bytes, writable: true };
  const library = composeImage([section], { _PyRuntime: SECTION });
  const program = composeImage([{ name: ".text", bytes: new Uint8Array(16), writable: false }]);
  for (const [start, bytes] of [[LIBRARY, library], [PROGRAM, program]] as const) {
    image.map(start, bytes.length);
    image.write(start, bytes);
  }
  return {
    pid: 4242,
    memory: image,
    threads: threads.flatMap(({ told }) => told?.tid ?? []),
    modules: [
      [PROGRAM, String.raw`C:\Python\python.exe`],
      [0x7ff9_0000_0000, String.raw`C:\Windows\System32\ntdll.dll`],
      [LIBRARY, `C:\\Python\\python3${minor}.dll`],
    ],
  };
}

const BRIEFLY = { linger: false, patienceUs: 0 };

function open(fake: ReturnType<typeof fakeWindows>, pid: number): Process {
  const opened = openProcess(pid, fake.helper);
  assert(isOpen(opened), JSON.stringify(opened));
  return opened;
}

for (const python of interpreters.filter(({ freeThreaded }) => !freeThreaded)) {
  const minor = Number(python.minor.slice(2));
  Deno.test(`stacks of ${nameOf(python)} are read from a library of Windows, with ids of four bytes`, async () => {
    const recorded = await record(python, "three_threads");
    const process = open(fakeWindows([asProcess(recorded, minor)]), 4242);
    const runtime = runtimeOf(process);
    assert.equal(runtime.address, LIBRARY + SECTION);
    const found = new Reading(runtime).all();
    assert.equal(found.length, recorded.threads.length);
    for (const { told, address } of recorded.threads) {
      const ours = found.find(({ state }) => state.address === address)!;
      assert.ok(ours.status === WHOLE || ours.status === UNPROVEN, `status ${ours.status}`);
      if (told === undefined) continue;
      assert.equal(ours.state.tid, told.tid);
      assert.deepEqual(ours.frames, told.frames);
    }
  });
}

for (const python of freeThreaded) {
  Deno.test(`${nameOf(python)} is refused on Windows, where nobody has measured its structures`, async () => {
    const process = open(fakeWindows([asProcess(await record(python, "idle"), 14)]), 4242);
    const found = findRuntime(process);
    assert("fault" in found);
    assert.equal(found.fault, "unsupported-version");
    assert.match(found.detail, /^3\.\d+\.\d+ without a GIL on Windows$/);
  });
}

Deno.test("a process that is not there, or not for us, is told from one that can be read", () => {
  const { helper } = fakeWindows([
    { pid: 8, denied: "always" },
    { pid: 12, denied: "without-debug" },
    { pid: 16, narrow: true },
  ]);
  const faults = [3, 8, 12, 16, 0, -1, 1.5].map((pid) => {
    const opened = openProcess(pid, helper);
    return isOpen(opened) ? "open" : opened.fault;
  });
  assert.deepEqual(faults, [
    "no-such-process",
    "denied",
    "denied",
    "unsupported-platform",
    "no-such-process",
    "no-such-process",
    "no-such-process",
  ]);
});

Deno.test("an administrator's right is taken into use when a process cannot be opened without", () => {
  const fake = fakeWindows(
    [{ pid: 12, denied: "without-debug" }, { pid: 8, denied: "always" }],
    true,
  );
  open(fake, 12).close();
  const refused = openProcess(8, fake.helper);
  assert.ok(!isOpen(refused) && refused.fault === "denied");
  assert.equal(fake.handles.size, 0);
});

Deno.test("a process that ends is gone for reading, and closed handles are never used", () => {
  const fake = fakeWindows([{ pid: 12, threads: [20, 16], threadNames: { 20: "worker" } }]);
  const process = open(fake, 12);
  const ranges = new Ranges(1);
  ranges.push(0x1000, 8);
  assert.deepEqual(process.threads(), [16, 20]);
  assert.equal(process.threadName(20), "worker");
  assert.equal(process.threadName(16), "");
  assert.equal(process.threadCpu(16), -1);
  assert.equal(process.visit(16, ranges, new Uint8Array(8), BRIEFLY), NOT_THERE);
  assert.equal(process.leave(), false);
  fake.end(12);
  assert.equal(process.alive(), false);
  assert.equal(process.read(ranges, new Uint8Array(8)), GONE);
  assert.deepEqual(process.threads(), []);
  process.close();
  process.close();
  assert.equal(process.alive(), false);
  assert.equal(fake.handles.size, 0);
});
