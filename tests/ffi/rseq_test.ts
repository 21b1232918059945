import assert from "node:assert/strict";
import type { Module } from "../../ffi/process.ts";
import { RseqAreas } from "../../ffi/linux/rseq.ts";
import { MemoryReader } from "../../src/cpython/memory.ts";
import { anyPython, open, Target } from "./targets.ts";

const DESCRIPTOR = 0x7000_0000_1000;
const OFFSET_AT = 0x1000;
const SIZE_AT = 0x2000;

/** A library of that path that has glibc's two variables. */
function library(path: string): Module {
  const places = new Map([["__rseq_offset", OFFSET_AT], ["__rseq_size", SIZE_AT]]);
  return {
    path,
    start: 0,
    section: () => undefined,
    symbol: (name) => ({ address: places.get(name)!, size: 8 }),
    writable: () => [],
  };
}

/** The area of a thread whose descriptor leads to `self`, with a library that says this of rseq. */
function areaOf(modules: readonly Module[], size: number, self = DESCRIPTOR): number {
  const words = new Map([[DESCRIPTOR + 16, self], [OFFSET_AT, -0xe0], [SIZE_AT, size]]);
  const areas = new RseqAreas(() => modules, (address, length) => {
    const word = words.get(address);
    if (word === undefined) return undefined;
    return new Uint8Array(new BigInt64Array([BigInt(word)]).buffer).slice(0, length);
  });
  assert.equal(areas.of(1), 0);
  areas.introduce(1, DESCRIPTOR);
  return areas.of(1);
}

Deno.test("a thread has an rseq area where glibc says that it is used", () => {
  const isPc = Deno.build.arch === "x86_64";
  const loader = library("/lib64/ld-linux-x86-64.so.2");
  assert.equal(areaOf([library("/usr/bin/python3"), loader], 20), isPc ? DESCRIPTOR - 0xe0 : 0);
  assert.equal(areaOf([loader], 0), 0);
  assert.equal(areaOf([library("/usr/lib/libcurl.so.4")], 20), 0);
  assert.equal(areaOf([], 20), 0);
});

Deno.test("where there is no area, nobody looks for it again at each thread", () => {
  let looks = 0;
  const areas = new RseqAreas(() => (looks++, []), (address, length) => {
    return new Uint8Array(new BigUint64Array([BigInt(address - 16)]).buffer).slice(0, length);
  });
  for (let tid = 1; tid <= 10_000; tid++) {
    areas.introduce(tid, DESCRIPTOR + tid * 4096);
    assert.equal(areas.of(tid), 0);
  }
  assert.equal(looks, Deno.build.arch === "x86_64" ? 1 : 0);
});

Deno.test("what is no descriptor of a thread has no area", () => {
  assert.equal(areaOf([library("/lib64/ld-linux-x86-64.so.2")], 20, DESCRIPTOR + 8), 0);
});

/** Stays on one of its CPUs, and says on which, where its descriptor lies, and which library it has. */
const PROGRAM = `
import os, threading
cpu = max(os.sched_getaffinity(0))
os.sched_setaffinity(0, {cpu})
print(cpu, threading.get_ident(), os.confstr("CS_GNU_LIBC_VERSION"), flush=True)
while True: pass
`;

Deno.test("an area says on which CPU its thread runs", async () => {
  await using target = new Target(await anyPython(), ["-c", PROGRAM]);
  const [cpu, descriptor, name, version] = (await target.line()).split(" ");
  using process = open(target.pid);
  const memory = new MemoryReader(process);
  const areas = new RseqAreas(() => process.modules(), (at, length) => memory.bytes(at, length));
  areas.introduce(target.pid, Number(descriptor));
  const area = areas.of(target.pid);
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  const isNew = name === "glibc" && (major > 2 || minor >= 35);
  assert.equal(area !== 0, isNew && Deno.build.arch === "x86_64");
  if (area === 0) return;
  const words = new DataView(memory.bytes(area, 8)!.buffer);
  assert.deepEqual([words.getUint32(0, true), words.getUint32(4, true)], [
    Number(cpu),
    Number(cpu),
  ]);
});
