import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { BuildFault } from "../../scripts/building/fault.ts";
import { withoutAppendix } from "../../scripts/building/bare_runtime.ts";
import { offlineRuntime, verifyRuntime } from "../../scripts/building/offline_runtime.ts";

const TABLE_AT = 200;
const ENTRY_SIZE = 64;
const ENTRIES = 3;
const END = TABLE_AT + ENTRY_SIZE * ENTRIES;

/** A 64-bit little-endian ELF file with three section headers, and `appended` bytes behind it. */
function elf(appended: number): Uint8Array {
  const file = new Uint8Array(END + appended).fill(0xaa);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  const view = new DataView(file.buffer);
  view.setBigUint64(40, BigInt(TABLE_AT), true);
  view.setUint16(58, ENTRY_SIZE, true);
  view.setUint16(60, ENTRIES, true);
  return file;
}

Deno.test("a program loses what was appended when it is cut to its ELF file", () => {
  assert.deepEqual(withoutAppendix(elf(1000)), elf(0));
});

Deno.test("an ELF file with nothing appended stays as it is when it is cut", () => {
  assert.deepEqual(withoutAppendix(elf(0)), elf(0));
});

Deno.test("an ELF file inside a larger buffer is read from its own beginning", () => {
  const buffer = new Uint8Array(END + 50);
  buffer.set(elf(10), 40);
  assert.deepEqual(withoutAppendix(buffer.subarray(40)), elf(0));
});

Deno.test("cutting refuses a file that ends before its section headers do", () => {
  assert.throws(() => withoutAppendix(elf(0).subarray(0, END - 1)), /cut off/);
});

Deno.test("cutting refuses a section table that lies beyond any file", () => {
  const file = elf(0);
  new DataView(file.buffer).setBigUint64(40, 0xffff_ffff_ffff_ffffn, true);
  assert.throws(() => withoutAppendix(file), /cut off/);
});

Deno.test("cutting refuses what is no 64-bit ELF file", () => {
  const narrow = elf(0);
  narrow[4] = 1;
  const foreign = new TextEncoder().encode("#!/bin/sh\n".repeat(20));
  for (const file of [new Uint8Array(0), new Uint8Array(63), narrow, foreign]) {
    assert.throws(() => withoutAppendix(file), BuildFault);
  }
});

Deno.test("a runtime is refused when one bit of it differs from the pinned hash", () => {
  const runtime = elf(0);
  const pinned = createHash("sha256").update(runtime).digest("hex");
  verifyRuntime(runtime, pinned);
  runtime[100]! ^= 1;
  assert.throws(() => verifyRuntime(runtime, pinned), /is not used/);
});

Deno.test("the offline runtime says so when there is none for a machine", async () => {
  await assert.rejects(offlineRuntime("plan9-mips", () => {}), /no offline runtime .* plan9-mips/);
});
