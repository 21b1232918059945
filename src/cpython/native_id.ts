import type { Address, Process } from "../../ffi/process.ts";
import type { DebugOffsets } from "./debug_offsets.ts";
import type { MemoryReader } from "./memory.ts";

/** The C library keeps the thread's id this far into what a `pthread_t` points to, at most. */
const FARTHEST = 2048;

/** Where the C library of a target keeps the id, once that is found. */
const places = new WeakMap<Process, number>();

/**
 * The operating system's ids of the threads of a Python that knows only their `pthread_t`s (before 3.11):
 * glibc and musl keep them behind those pointers, at a place that the main thread shows, whose id is the
 * process's; macOS's library does so, too, with ids that nothing else has.
 * @returns for each the id that the thread knows itself by; 0 if it cannot be told.
 */
export function nativeIdsOf(
  process: Process,
  reader: MemoryReader,
  pthreads: readonly Address[],
): number[] {
  const place = places.get(process) ?? findPlace(process, reader, [...new Set(pthreads)]);
  if (place === undefined) return pthreads.map(() => 0);
  if (place !== MANY) return pthreads.map((pthread) => reader.int32(pthread + place) ?? 0);
  // The only thread that there is has the process's id, wherever that is kept.
  const alone = pthreads.every((pthread) => pthread === pthreads[0]);
  return pthreads.map(() => alone ? onlyIdOf(process) : 0);
}

/** The id of the only thread: the process's, but on macOS, where ids of threads are other numbers. */
function onlyIdOf(process: Process): number {
  const [only, ...others] = process.threads();
  const isOther = others.length === 0 && only !== process.threadBy(process.ownPid);
  return only !== undefined && isOther ? only : process.ownPid;
}

/**
 * The ids that threads know themselves by, where Python keeps them (from 3.11 on). A program that forks behind
 * Python's back, as uWSGI does, leaves the ids of its parent's threads in it: then the C library has the right
 * ones. A thread that is not there, as it was not forked, has 0.
 */
export function keptIdsOf(
  process: Process,
  reader: MemoryReader,
  kept: readonly number[],
  pthreads: readonly Address[],
): readonly number[] {
  if (kept.includes(process.ownPid)) return kept;
  const living = new Set(process.threads());
  const isThere = (id: number): boolean => living.has(process.threadBy(id));
  if (living.size === 0 || kept.every((id) => id === 0 || isThere(id))) return kept;
  const told = nativeIdsOf(process, reader, pthreads);
  return kept.map((id, i) => {
    if (id === 0 || isThere(id)) return id;
    return isThere(told[i]!) ? told[i]! : 0;
  });
}

/**
 * Whether ids of threads take 32 bits each, as `unsigned long` on Windows; elsewhere that has 64 (CPython
 * Include/cpython/pystate.h: `thread_id` and `native_thread_id` lie side by side).
 */
export function hasNarrowIds({ or }: DebugOffsets): boolean {
  const between = or("thread_state.native_thread_id", 0) - or("thread_state.thread_id", 0);
  return or("thread_state.id_size", between) === 4;
}

/** The number that Python calls a thread by: `threading.get_ident()`. 0 if it cannot be read. */
export function readIdent(reader: MemoryReader, offsets: DebugOffsets, state: Address): number {
  const at = state + offsets.get("thread_state.thread_id");
  return (hasNarrowIds(offsets) ? (reader.int32(at) ?? 0) >>> 0 : reader.pointer(at)) ?? 0;
}

/** More places than one would do. */
const MANY = -1;

/**
 * Small ids, as in containers, stand in many places. The right one has the id of some thread of the process
 * in each of them, and no id twice.
 */
function findPlace(
  process: Process,
  reader: MemoryReader,
  pthreads: readonly Address[],
): number | undefined {
  const threads = pthreads.map((pthread) => {
    // The memory may end before.
    const bytes = reader.bytesUpTo(pthread, FARTHEST);
    return new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  });
  const living = new Set(process.threads());
  // On macOS, where no thread has the process's id, every thread shows the place.
  const isOwnId = living.size === 0 || living.has(process.threadBy(process.ownPid));
  const shows = (word: number): boolean =>
    isOwnId ? word === process.ownPid : word > 0 && living.has(process.threadBy(word));
  const candidates = new Set<number>();
  for (const words of threads) {
    for (let at = words.findIndex(shows); at >= 0;) {
      candidates.add(at);
      const next = words.subarray(at + 1).findIndex(shows);
      at = next < 0 ? -1 : at + 1 + next;
    }
  }
  const [first] = candidates;
  if (first === undefined) return undefined;
  let best: number[] = [first];
  if (candidates.size > 1) {
    let most = -1;
    for (const at of candidates) {
      const ids = threads.map((words) => words[at] ?? 0)
        .filter((id) => id > 0 && living.has(process.threadBy(id)));
      const right = ids.length === new Set(ids).size ? ids.length : 0;
      if (right > most) [most, best] = [right, []];
      if (right === most) best.push(at);
    }
  }
  if (best.length > 1) return MANY;
  const place = best[0]! * 4;
  places.set(process, place);
  return place;
}
