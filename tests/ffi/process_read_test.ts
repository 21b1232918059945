import assert from "node:assert/strict";
import { DENIED, GONE, Ranges, UNMAPPED } from "../../ffi/process.ts";
import { anyPython, open, read, Target } from "./targets.ts";

const TEXT = "sampled from outside";

/** Prints the address of 20 known bytes, then does what its stdin says. */
const HOLDER = `
import ctypes, sys
text = ctypes.create_string_buffer(b"${TEXT}", 64)
print(ctypes.addressof(text), flush=True)
sys.stdin.readline()
`;

/** Three pages of letters a, b and c of which the middle one is then unmapped. */
const HOLE = `
import ctypes, sys
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
at = libc.mmap(None, 3 * 4096, 3, 0x22, -1, 0)
for page, letter in enumerate(b"abc"):
    ctypes.memset(at + page * 4096, letter, 4096)
libc.munmap(at + 4096, 4096)
print(at, flush=True)
sys.stdin.readline()
`;

/** Has a forked child that becomes a zombie on command. */
const PARENT = `
import ctypes, os, sys
text = ctypes.create_string_buffer(b"${TEXT}", 64)
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.read(r, 1)
    os._exit(0)
print(pid, ctypes.addressof(text), flush=True)
sys.stdin.readline()
os.write(w, b"x")
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print("zombie", flush=True)
sys.stdin.readline()
`;

Deno.test("read gives what the target holds when one range is asked for", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLDER]);
  const address = Number(await target.line());
  using process = open(target.pid);
  const { result, bytes } = read(process, [[address, TEXT.length]]);
  assert.equal(result, TEXT.length);
  assert.equal(new TextDecoder().decode(bytes), TEXT);
});

Deno.test("read packs ranges in order when they are out of order and overlap", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLDER]);
  const address = Number(await target.line());
  using process = open(target.pid);
  const { result, bytes } = read(process, [[address + 8, 4], [address, 7], [address + 5, 3]]);
  assert.equal(result, 14);
  assert.equal(new TextDecoder().decode(bytes), "fromsampleded ");
});

Deno.test("read takes 1024 ranges in one call and throws when there are more", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLDER]);
  const address = Number(await target.line());
  using process = open(target.pid);
  const pairs = Array.from({ length: 1024 }, (_, index) => [address + index % 20, 1] as const);
  const { result, bytes } = read(process, pairs);
  assert.equal(result, 1024);
  assert.equal(new TextDecoder().decode(bytes.subarray(1000, 1020)), TEXT);
  assert.throws(() => read(process, [...pairs, [address, 1]]), RangeError);
});

Deno.test("read stops at the end of the buffer when the ranges are longer", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLDER]);
  const address = Number(await target.line());
  using process = open(target.pid);
  const ranges = new Ranges(2);
  ranges.push(address, 7);
  ranges.push(address + 8, 4);
  const store = new Uint8Array(16).fill(0xee);
  assert.equal(process.read(ranges, store.subarray(2, 11)), 9);
  assert.equal(new TextDecoder().decode(store.subarray(2, 11)), "sampledfr");
  assert.deepEqual([store[0], store[1], store[11]], [0xee, 0xee, 0xee]);
});

Deno.test("read works on shared memory when the buffer is a view of it", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLDER]);
  const address = Number(await target.line());
  using process = open(target.pid);
  const ranges = new Ranges(1);
  ranges.push(address, TEXT.length);
  const shared = new Uint8Array(new SharedArrayBuffer(64), 8, 32);
  assert.equal(process.read(ranges, shared), TEXT.length);
  assert.equal(new TextDecoder().decode(shared.slice(0, TEXT.length)), TEXT);
});

Deno.test("read gives the count up to an unmapped page when it meets one", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLE]);
  const address = Number(await target.line());
  using process = open(target.pid);
  const inside = read(process, [[address + 4000, 4096]]);
  assert.equal(inside.result, 96);
  assert.ok(inside.bytes.subarray(0, 96).every((byte) => byte === 0x61));
  assert.ok(inside.bytes.subarray(96).every((byte) => byte === 0xee));
  const between = read(process, [[address + 4090, 6], [address + 4096, 8], [address + 8192, 8]]);
  assert.equal(between.result, 6);
  const beyond = read(process, [[address + 8192, 8], [address, 8]]);
  assert.equal(new TextDecoder().decode(beyond.bytes), "ccccccccaaaaaaaa");
});

Deno.test("read says unmapped when nothing is at the first address", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLE]);
  const address = Number(await target.line());
  using process = open(target.pid);
  assert.equal(read(process, [[address + 4096, 8], [address, 8]]).result, UNMAPPED);
  assert.equal(read(process, [[0, 8]]).result, UNMAPPED);
  assert.equal(read(process, [[0xffff_8000_0000_0000, 8]]).result, UNMAPPED);
  assert.equal(process.alive(), true);
});

Deno.test("read says gone when the process has ended and is reaped", async () => {
  await using target = new Target(await anyPython(), ["-c", HOLDER]);
  const address = Number(await target.line());
  using process = open(target.pid);
  assert.equal(process.alive(), true);
  await target.end();
  assert.equal(read(process, [[address, 8]]).result, GONE);
  assert.equal(process.alive(), false);
  assert.deepEqual(process.modules(), []);
  assert.deepEqual(process.threads(), []);
  assert.equal(process.threadCpu(target.pid), -1);
});

Deno.test("read says gone when the process is a zombie", async () => {
  await using target = new Target(await anyPython(), ["-c", PARENT]);
  const [pid = 0, address = 0] = (await target.line()).split(" ").map(Number);
  using process = open(pid);
  assert.equal(read(process, [[address, 7]]).result, 7);
  assert.notEqual(process.threadCpu(pid), -1);
  await target.tell("end the child");
  assert.equal(await target.line(), "zombie");
  assert.equal(read(process, [[address, 7]]).result, GONE);
  assert.equal(process.alive(), false);
  assert.equal(process.threadCpu(pid), -1);
  assert.deepEqual(process.modules(), []);
});

Deno.test("the failures are distinct negative numbers", () => {
  assert.equal(new Set([GONE, DENIED, UNMAPPED]).size, 3);
  assert.ok([GONE, DENIED, UNMAPPED].every((failure) => failure < 0));
});
