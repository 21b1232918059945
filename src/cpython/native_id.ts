import type { Address, Process } from "../../ffi/process.ts";
import type { MemoryReader } from "./memory.ts";

/** The C library keeps the thread's id this far into what a `pthread_t` points to, at most. */
const FARTHEST = 2048;

/** Where the C library of a target keeps the id, once that is found. */
const places = new WeakMap<Process, number>();

/**
 * The operating system's id of a thread of a Python that knows only its `pthread_t` (before 3.11): glibc
 * and musl keep it behind that pointer, at a place that the main thread shows, whose id is the process's.
 * @returns the id that the thread knows itself by; 0 if it cannot be told.
 */
export function nativeIdOf(process: Process, reader: MemoryReader, pthread: Address): number {
  const known = places.get(process);
  if (known !== undefined) return reader.int32(pthread + known) ?? 0;
  // The memory may end before.
  const bytes = reader.bytesUpTo(pthread, FARTHEST);
  const words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  const place = words.indexOf(process.ownPid);
  if (place < 0) return 0;
  places.set(process, place * 4);
  return process.ownPid;
}
