import assert from "node:assert/strict";
import { GONE, isOpen, Ranges } from "../../ffi/process.ts";
import { HelperCalls } from "../../ffi/macos/calls.ts";
import { openProcess } from "../../ffi/macos/process.ts";
import { ERRNO, KERN } from "../../ffi/macos/structs.ts";
import { anyPython, Target } from "../ffi/targets.ts";
import { buildShim, loadShim } from "./shim/build.ts";

const folder = Deno.makeTempDirSync();
const path = await buildShim(folder);
const helper = loadShim(path);
Deno.removeSync(folder, { recursive: true });

/** The last bytes before nothing is mapped. */
const END = Number(helper.shim_page()) + 4096;

function read(
  pairs: readonly (readonly [address: number, length: number])[],
  room: number,
  gap = 0,
): { result: number; bytes: number[] } {
  const ranges = new Ranges(Math.max(1, pairs.length));
  for (const [address, length] of pairs) ranges.push(address, length);
  ranges.gap = gap;
  const bytes = new Uint8Array(room).fill(0xee);
  const result = new HelperCalls(helper).taskRead(Deno.pid, ranges, bytes);
  return { result, bytes: [...bytes] };
}

Deno.test("ranges of a task are read one behind the other", () => {
  assert.deepEqual(read([[END - 2, 2], [END - 8, 1]], 4), { result: 3, bytes: [7, 7, 7, 0xee] });
  assert.deepEqual(read([], 2), { result: 0, bytes: [0xee, 0xee] });
  assert.deepEqual(read([[END - 2, 0], [END - 1, 1]], 1), { result: 1, bytes: [7] });
});

Deno.test("bytes behind the first range are left out when there is a gap", () => {
  const { result, bytes } = read([[END - 2, 2], [END - 1, 1]], 6, 2);
  assert.equal(result, 3);
  assert.deepEqual(bytes, [7, 7, 0xee, 0xee, 7, 0xee]);
});

Deno.test("no more is read than there is room for", () => {
  assert.deepEqual(read([[END - 4, 4]], 2), { result: 2, bytes: [7, 7] });
  assert.deepEqual(read([[END - 2, 2], [END - 4, 4]], 3), { result: 3, bytes: [7, 7, 7] });
  assert.deepEqual(read([[END - 2, 2], [END - 4, 4]], 3, 8), { result: 2, bytes: [7, 7, 0xee] });
});

Deno.test("a read of a task ends at the first page that is missing", () => {
  assert.deepEqual(read([[END - 3, 6]], 6).result, 3);
  assert.deepEqual(read([[END - 3, 6], [END - 3, 3]], 9).result, 3);
  assert.deepEqual(read([[END - 1, 1], [END, 4], [END - 1, 1]], 6).result, 1);
  // Whole pages before it, and a part of one.
  assert.equal(read([[END - 4096, 8192]], 8192).result, 4096);
  assert.equal(read([[END, 4]], 4).result, -KERN.KERN_INVALID_ADDRESS);
});

Deno.test("the clock of macOS runs on and is slept by", () => {
  const start = helper.tach_now();
  assert.ok(helper.tach_sleep_until(start - 1000, 0) >= start);
  for (const spin of [0, 50, 5000]) {
    const due = helper.tach_now() + 2000;
    const woken = helper.tach_sleep_until(due, spin);
    assert.ok(woken >= due - 0.1, `woken ${due - woken} µs early`);
  }
  assert.equal(helper.tach_begin_thread(), navigator.hardwareConcurrency);
  assert.equal(helper.tach_prefer(), 0);
  assert.equal(new HelperCalls(helper).unitMs() * 24_000, 1);
});

Deno.test("what the kernel says of processes comes with its length, what it refuses with a reason", () => {
  const calls = new HelperCalls(helper);
  const bytes = new Uint8Array(64);
  assert.equal(calls.processInfo(Deno.pid, 3, 0x7fff_1234_5678, bytes), 16);
  assert.equal(new DataView(bytes.buffer).getBigUint64(0, true), 0x7fff_1234_5678n);
  assert.equal(calls.processInfo(Deno.pid, 99, 0, bytes), -ERRNO.EINVAL);
  assert.equal(calls.processInfo(0x7fff_fffe, 3, 0, bytes), -ERRNO.ESRCH);
  const pids = new Int32Array(4);
  assert.equal(calls.processIds(pids), 2);
  assert.deepEqual([...pids], [1, Deno.pid, 0, 0]);
  assert.equal(calls.processPath(Deno.pid, new Uint8Array(4096)), Deno.execPath().length);
  assert.equal(calls.processWords(7, bytes), 4);
  assert.equal(bytes[0], 7);
  assert.equal(calls.processWords(7, new Uint8Array(2)), -ERRNO.EINVAL);
  assert.equal(calls.signingFlags(Deno.pid), 0xa001_0001);
  assert.equal(calls.signingFlags(0x7fff_fffe), -ERRNO.ESRCH);
  assert.ok(calls.entitlements(Deno.pid, bytes) >= 16);
  assert.ok(calls.entitlements(Deno.pid, new Uint8Array(8)) < 0);
  assert.equal(calls.taskOpen(0x7fff_fffe), -KERN.KERN_FAILURE);
  assert.equal(calls.taskOpen(Deno.pid), Deno.pid);
  assert.equal(calls.taskInfo(Deno.pid, 17, bytes), 20);
  assert.equal(calls.taskInfo(Deno.pid, 17, new Uint8Array(8)), -KERN.KERN_INVALID_ARGUMENT);
  calls.taskClose(Deno.pid);
});

Deno.test("threads of a task are listed, and counted when there is no room", async () => {
  const script = "import threading, time\n" +
    "for _ in range(3): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n" +
    "print(flush=True)\ntime.sleep(60)";
  await using target = new Target(await anyPython(), ["-c", script]);
  await target.line();
  const tids = [...Deno.readDirSync(`/proc/${target.pid}/task`)].map(({ name }) => Number(name));
  const calls = new HelperCalls(helper);
  const ids = new Float64Array(8);
  assert.equal(calls.taskThreads(target.pid, ids), 4);
  assert.deepEqual([...ids.subarray(0, 4)].sort(), tids.sort());
  assert.equal(calls.taskThreads(target.pid, new Float64Array(2)), 4);
});

Deno.test("a process that has ended is gone for readers of macOS", async () => {
  const target = new Target("sleep", ["60"]);
  const calls = new HelperCalls(helper);
  const opened = openProcess(target.pid, calls);
  assert(isOpen(opened), JSON.stringify(opened));
  assert.deepEqual(opened.threads(), [target.pid]);
  await target[Symbol.asyncDispose]();
  const ranges = new Ranges(1);
  ranges.push(END, 8);
  assert.equal(opened.read(ranges, new Uint8Array(8)), GONE);
  assert.equal(opened.alive(), false);
  assert.deepEqual(opened.threads(), []);
  opened.close();
});
