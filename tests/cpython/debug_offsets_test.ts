import assert from "node:assert/strict";
import {
  type DebugOffsets,
  fieldNames,
  parseDebugOffsets,
  TABLE_BYTES,
  versionText,
} from "../../src/cpython/debug_offsets.ts";
import { MemoryReader } from "../../src/cpython/memory.ts";
import { findRuntime } from "../../src/cpython/runtime.ts";
import { open } from "../ffi/targets.ts";
import { Image } from "./image.ts";
import { selfDescribing } from "./interpreters.ts";
import { Random } from "./random.ts";
import { Reading, runtimeOf } from "./stacks.ts";
import { Stopped } from "./stopped.ts";

/** `_Py_DebugOffsets` of CPython 3.13.18, 3.14.10 and 3.15.2: where some fields are, and their values. */
const KNOWN: Readonly<Record<string, readonly (readonly [number, string, number?])[]>> = {
  "3.13": [
    [8, "version"],
    [40, "runtime_state.interpreters_head"],
    [72, "interpreter_state.threads_head"],
    [184, "thread_state.current_frame", 72],
    [200, "thread_state.native_thread_id", 160],
    [256, "interpreter_frame.localsplus", 72],
    [264, "interpreter_frame.owner", 70],
    [304, "code_object.linetable", 136],
    [344, "code_object.co_code_adaptive", 200],
    [384, "type_object.tp_repr", 88],
    [560, "unicode_object.asciiobject_size", 40],
    [576, "gc.collecting"],
  ],
  "3.14": [
    [80, "interpreter_state.threads_main"],
    [160, "interpreter_state.code_object_generation"],
    [208, "thread_state.current_frame", 72],
    [272, "interpreter_frame.instr_ptr", 56],
    [288, "interpreter_frame.owner", 74],
    [360, "code_object.argcount", 52],
    [384, "code_object.co_code_adaptive", 208],
    [520, "set_object.mask", 32],
    [640, "unicode_object.asciiobject_size", 40],
    [704, "llist_node.prev", 8],
    [752, "debugger_support.debugger_script_path_size", 512],
  ],
  "3.15": [
    [216, "thread_state.base_frame", 80],
    [248, "thread_state.native_thread_id", 184],
    [304, "err_stackitem.exc_value", 0],
    [352, "interpreter_frame.owner", 74],
    [536, "heap_type_object.ht_cached_keys"],
    [744, "unicode_object.compactunicodeobject_size", 56],
    [784, "gc.generation_stats"],
    [880, "debugger_support.debugger_script_path_size", 512],
  ],
};
const SIZES: Readonly<Record<string, number>> = { "3.13": 584, "3.14": 760, "3.15": 888 };

/** A recorded process of each interpreter, and where its table is. */
const recorded = new Map<string, { image: Image; address: number }>();
for (const python of selfDescribing) {
  await using target = await Stopped.start(python, "nested");
  using process = open(target.pid);
  const image = Image.record(process);
  const runtime = runtimeOf(image);
  new Reading(runtime).all();
  image.seal();
  recorded.set(python.minor, { image, address: runtime.address });
}

function tableOf(minor: string): Uint8Array {
  const { image, address } = recorded.get(minor)!;
  return new MemoryReader(image).bytes(address, TABLE_BYTES)!;
}

function parse(bytes: Uint8Array): DebugOffsets {
  const offsets = parseDebugOffsets(bytes);
  assert(!("fault" in offsets), JSON.stringify(offsets));
  return offsets;
}

function faultOf(bytes: Uint8Array): string {
  const offsets = parseDebugOffsets(bytes);
  assert("fault" in offsets, "the table was taken for a good one");
  return offsets.fault;
}

/** The table with one 64-bit value changed. */
function changed(table: Uint8Array, at: number, value: bigint): Uint8Array {
  const copy = table.slice();
  new DataView(copy.buffer).setBigUint64(at, value, true);
  return copy;
}

Deno.test("the tables of 3.13, 3.14 and 3.15 have the length that CPython gives them", () => {
  for (const [minor, size] of Object.entries(SIZES)) {
    assert.equal(8 + fieldNames(Number(minor.slice(2))).length * 8, size, minor);
  }
});

Deno.test("fields lie where CPython has them", () => {
  for (const [minor, fields] of Object.entries(KNOWN)) {
    const names = fieldNames(Number(minor.slice(2)));
    for (const [at, name] of fields) assert.equal(names[at / 8 - 1], name, `${minor} byte ${at}`);
  }
});

for (const python of selfDescribing) {
  const { minor, version } = python;
  const table = tableOf(minor);

  Deno.test(`the table of a running ${version} says its version and known offsets`, () => {
    const offsets = parse(table);
    assert.equal(versionText(offsets.version), version);
    assert.equal(offsets.freeThreaded, false);
    for (const [, name, value] of KNOWN[minor] ?? []) {
      if (value !== undefined) assert.equal(offsets.get(name), value, name);
    }
    assert.throws(() => offsets.get("no.such_field"), /no debug offset/);
    assert.equal(offsets.or("no.such_field", -1), -1);
  });

  Deno.test(`the table of ${minor} is refused when it is cut short`, () => {
    const size = SIZES[minor]!;
    assert.doesNotThrow(() => parse(table.subarray(0, size)));
    for (let length = 0; length < size; length += 7) {
      const fault = faultOf(table.subarray(0, length));
      assert.equal(fault, length < 24 ? "no-cookie" : "implausible", `${length} bytes`);
    }
  });

  Deno.test(`the table of ${minor} is refused with a wrong cookie or an unknown version`, () => {
    const cookie = table.slice();
    cookie[3]! ^= 1;
    assert.equal(faultOf(cookie), "no-cookie");
    const [word] = new BigUint64Array(table.buffer.slice(8, 16));
    const release = word! & ~0xf0n;
    for (const level of [0xan, 0xbn]) {
      assert.equal(parse(changed(table, 8, release | level << 4n)).isTried, false);
    }
    const candidate = parse(changed(table, 8, release | 0xc0n));
    assert.equal(candidate.isTried, true, "a release candidate");
    for (const other of [0x030c_01f0n, 0x040d_00f0n, 0x020d_00f0n, 0n]) {
      assert.equal(faultOf(changed(table, 8, other)), "unsupported-version");
    }
  });

  Deno.test(`no value of the table of ${minor} can make its reader throw`, () => {
    const names = fieldNames(Number(minor.slice(2)));
    const absurd = [
      0n,
      1n,
      4n,
      7n,
      64n,
      1n << 16n,
      1n << 20n,
      1n << 31n,
      1n << 52n,
      (1n << 64n) - 1n,
    ];
    for (let i = 2; i < names.length; i++) {
      for (const value of absurd) readWith(minor, [[8 + i * 8, value]]);
    }
  });

  Deno.test(`random changes to the table of ${minor} make faults and no throws`, () => {
    const random = new Random(Number(minor.slice(2)));
    for (let round = 0; round < 1500; round++) {
      const changes = Array.from({ length: 1 + random.below(4) }, () => {
        const value = BigInt(random.word()) >> BigInt(random.below(32));
        return [8 * (3 + random.below(SIZES[minor]! / 8 - 3)), value] as const;
      });
      readWith(minor, changes);
    }
  });
}

/**
 * Puts a changed table in the place of the real one in a recorded process; if it passes for one, all
 * threads are read with it.
 */
function readWith(minor: string, changes: readonly (readonly [number, bigint])[]): void {
  const { image, address } = recorded.get(minor)!;
  const table = image.copy();
  for (const [at, value] of changes) table.poke(address + at, value);
  table.readsLeft = 50_000;
  table.bytesLeft = 1 << 30;
  const found = findRuntime(table);
  if (!("fault" in found)) new Reading(found).all();
}
