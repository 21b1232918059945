/** Recorded memory of a Python, in the shape that it would have on Windows. */
import assert from "node:assert/strict";
import { createLoops } from "../../ffi/helper/loops.ts";
import { createReaderThread } from "../../ffi/helper/reader_thread.ts";
import type { Python } from "../../scripts/pythons.ts";
import { fieldNames } from "../../src/cpython/debug_offsets.ts";
import { ON_WINDOWS } from "../../src/cpython/layouts/windows.ts";
import { olderOffsets, TABLED_MINORS } from "../../src/cpython/older_offsets.ts";
import type { Runtime } from "../../src/cpython/runtime.ts";
import { listThreads, type ThreadState } from "../../src/cpython/thread_list.ts";
import { DumpReader } from "../../src/sampler/dump_reader.ts";
import { Image } from "../cpython/image.ts";
import { Reading, runtimeOf } from "../cpython/stacks.ts";
import { Stopped, type Told } from "../cpython/stopped.ts";
import { open } from "../ffi/targets.ts";

const PAGE = 4096;
const EVERYTHING = { native: true, gc: true, opcodes: true };

/** A thread of the recorded process, and where its ids are: what Python calls it, and the system's. */
export interface RecordedThread {
  readonly address: number;
  readonly told: Told | undefined;
  readonly ids: readonly [number, number];
}

/** A recorded Python, and what it has told of itself. */
export interface Recorded {
  readonly image: Image;
  /** Address and content of `_PyRuntime`, whose table is changed to that of Windows. */
  readonly runtime: { readonly address: number; readonly bytes: Uint8Array };
  readonly threads: readonly RecordedThread[];
}

/**
 * Records what a capture and a dump read of a scene of `stopped_target.py`, and shapes it as on Windows: there
 * ids of threads take four bytes each (`unsigned long`). From 3.13 on the table in the runtime is changed to say
 * so; before, fields are moved to where the tables of Windows have them.
 */
export async function record(python: Python, scene: string): Promise<Recorded> {
  await using stopped = await Stopped.start(python, scene);
  using process = open(stopped.pid);
  const image = Image.record(process);
  const runtime = runtimeOf(image);
  const reading = new Reading(runtime);
  reading.all();
  reading.all();
  const request = { pid: image.pid, allThreads: true, blocking: false, features: EVERYTHING };
  const options = { ...request, locals: { secrets: true } };
  const dump = new DumpReader(runtime, createLoops(), createReaderThread(), options).read();
  assert(!("fault" in dump), JSON.stringify(dump));
  const size = runtime.offsets.get("runtime_state.size");
  const bytes = runtime.reader.bytes(runtime.address, size);
  assert(bytes, "the runtime can be read");
  const states = listThreads(runtime);
  image.seal();
  const places = hasOwnTable(runtime)
    ? narrowIds(runtime, bytes)
    : moveFields(runtime, states, image, bytes);
  const threads = states.map(({ address, tid }): RecordedThread => {
    const ids = places.map((at) => address + at) as [number, number];
    for (const at of ids) image.write(at, new Uint8Array(Uint32Array.of(tid).buffer));
    return { address, told: stopped.told.find((one) => one.tid === tid), ids };
  });
  return { image, runtime: { address: runtime.address, bytes }, threads };
}

function hasOwnTable({ offsets }: Runtime): boolean {
  return !TABLED_MINORS.includes(offsets.version.minor);
}

/** Changes the table of a runtime that has one. Returns where in a thread state the two ids are then. */
function narrowIds({ offsets }: Runtime, bytes: Uint8Array): [number, number] {
  const names = fieldNames(offsets.version.minor);
  const at = 8 + names.indexOf("thread_state.thread_id") * 8;
  const native = offsets.get("thread_state.native_thread_id");
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, BigInt(native - 4), true);
  return [native - 4, native];
}

/** Moves fields of an older version to where Windows has them. Returns where the ids are then. */
function moveFields(
  { offsets }: Runtime,
  states: readonly ThreadState[],
  image: Image,
  bytes: Uint8Array,
): [number, number] {
  const there = olderOffsets(offsets.version, "pe")!;
  const moved = Object.keys(ON_WINDOWS[offsets.version.minor]!).filter((name) =>
    !/size$/.test(name)
  );
  const fields = moved.filter((name) => name.startsWith("thread_state."));
  for (const { address } of states) {
    const words = fields.map((name) => image.at(address + offsets.get(name))!.slice(0, 8));
    fields.forEach((name, i) => image.write(address + there.get(name), words[i]!));
  }
  for (const name of moved.filter((name) => name.startsWith("runtime_state."))) {
    const at = offsets.get(name);
    bytes.set(bytes.slice(at, at + 8), there.get(name));
  }
  const ident = there.get("thread_state.thread_id");
  return [ident, there.or("thread_state.native_thread_id", ident)];
}

/** The pages that were read, by address. */
export function pagesOf(image: Image): Map<number, Uint8Array> {
  const pages = new Map<number, Uint8Array>();
  for (const [address, length] of image.touched.values()) {
    const last = Math.floor((address + length - 1) / PAGE);
    for (let number = Math.floor(address / PAGE); number <= last; number++) {
      const bytes = image.at(number * PAGE);
      if (bytes !== undefined) pages.set(number * PAGE, bytes);
    }
  }
  return new Map([...pages].sort(([a], [b]) => a - b));
}

/** The file that `laid_out.c` reads. */
export function writeLayout({ image, runtime, threads }: Recorded): Uint8Array<ArrayBuffer> {
  const headBytes = 24 + 16 * 16;
  const pages = [...pagesOf(image)];
  const file = new Uint8Array(headBytes + runtime.bytes.length + pages.length * (8 + PAGE));
  const view = new DataView(file.buffer);
  view.setUint32(8, pages.length, true);
  view.setUint32(12, threads.length, true);
  view.setUint32(16, runtime.bytes.length, true);
  threads.forEach(({ ids }, index) =>
    ids.forEach((id, i) => view.setBigUint64(24 + index * 16 + i * 8, BigInt(id), true))
  );
  file.set(runtime.bytes, headBytes);
  let at = headBytes + runtime.bytes.length;
  for (const [address, bytes] of pages) {
    view.setBigUint64(at, BigInt(address), true);
    file.set(bytes, at + 8);
    at += 8 + PAGE;
  }
  return file;
}
