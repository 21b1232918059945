import type { Address } from "../../ffi/process.ts";
import { pointerAt } from "./memory.ts";
import { hasNarrowIds, keptIdsOf, nativeIdsOf } from "./native_id.ts";
import type { Runtime } from "./runtime.ts";

/** A thread state of the target. */
export interface ThreadState {
  readonly address: Address;
  readonly interpreter: Address;
  readonly interpreterId: number;
  /** The operating system's id as seen by us; 0 before the thread has begun to run. */
  readonly tid: number;
  /** What it is to the system's library of threads: on Linux and macOS the address of its descriptor. */
  readonly pthread: Address;
  /** The low half of the word that tells the thread from others: of the id that it knows itself by, before 3.11 of its `pthread_t`. */
  readonly ident: number;
  /** The main thread of the main interpreter. */
  readonly main: boolean;
}

/** Bounds on linked lists of the target: more means that we read garbage. */
const MOST_INTERPRETERS = 10_000;
const MOST_THREADS = 100_000;

/**
 * Lists the thread states of all interpreters, oldest interpreter first and oldest thread first.
 * The lists may change while they are read: what cannot be followed ends the list early, and a thread
 * whose links do not fit is left out (it comes with the next listing).
 */
export function listThreads(runtime: Runtime): ThreadState[] {
  const interpreters = listInterpreters(runtime);
  const met = new Set(interpreters);
  return interpreters.flatMap((one) => listInterpreterThreads(runtime, one, met));
}

/** The addresses of all interpreters, the oldest first. */
export function listInterpreters({ reader, layout, address, offsets }: Runtime): Address[] {
  const met = new Set<Address>();
  let interpreter = reader.pointer(address + offsets.get("runtime_state.interpreters_head")) ?? 0;
  for (let i = 0; interpreter !== 0 && i < MOST_INTERPRETERS && !met.has(interpreter); i++) {
    met.add(interpreter);
    interpreter = reader.pointer(interpreter + layout.interpreter.next) ?? 0;
  }
  return [...met].reverse();
}

/**
 * True if a thread state is still among those of its interpreter, or that cannot be told. One that is not
 * has been freed, and its memory may be used for anything.
 */
export function isListed({ reader, layout }: Runtime, state: ThreadState): boolean {
  const { interp, next } = layout.thread;
  let thread = reader.pointer(state.interpreter + layout.interpreter.threadsHead);
  for (let i = 0; thread !== 0 && i < MOST_THREADS; i++) {
    if (thread === undefined || thread === state.address) return true;
    if (reader.pointer(thread + interp) !== state.interpreter) return true;
    thread = reader.pointer(thread + next);
  }
  return thread !== 0;
}

/** @param met everything met on the way: garbage may lead in a circle. */
function listInterpreterThreads(
  runtime: Runtime,
  interpreter: Address,
  met: Set<Address>,
): ThreadState[] {
  const { reader, layout, process } = runtime;
  const { window: size, ident: identAt } = layout.thread;
  const window = new Uint8Array(size);
  const view = new DataView(window.buffer);
  const id = reader.int32(interpreter + layout.interpreter.id) ?? 0;
  const listed: { address: Address; ident: Address; pthread: Address }[] = [];
  const toldAt = runtime.offsets.get("thread_state.thread_id");
  const pthreadAt = toldAt + 8 <= size ? toldAt : identAt;
  let thread = reader.pointer(interpreter + layout.interpreter.threadsHead) ?? 0;
  for (let i = 0; thread !== 0 && i < MOST_THREADS && !met.has(thread); i++) {
    met.add(thread);
    if (!reader.fill(thread, window)) break;
    if (pointerAt(view, layout.thread.interp) !== interpreter) break;
    const ident = view.getUint32(identAt, true);
    listed.push({ address: thread, ident, pthread: pointerAt(view, pthreadAt) });
    thread = pointerAt(view, layout.thread.next);
  }
  // The oldest one first: where there are no ids, it shows how to find them.
  listed.reverse();
  const pthreads = listed.map(({ pthread }) => pthread);
  const kept = listed.map(({ ident }) => ident);
  const own = hasNarrowIds(runtime.offsets)
    ? kept
    : layout.hasFrameObjects
    ? nativeIdsOf(process, reader, pthreads)
    : keptIdsOf(process, reader, kept, pthreads);
  const found = listed.map(({ address, ident, pthread }, i) => {
    const tid = own[i] === 0 ? 0 : process.threadBy(own[i]!);
    return { address, tid, pthread, ident };
  });
  const main = id === 0 ? mainThread(runtime, interpreter, found, process.pid) : 0;
  return found.map(({ address, tid, pthread, ident }) => ({
    address,
    tid,
    pthread,
    ident,
    interpreter,
    interpreterId: id,
    main: address === main,
  }));
}

/** 3.14+ say which thread is the main one; before, it has the id of the process, else it is the oldest. */
function mainThread(
  runtime: Runtime,
  interpreter: Address,
  threads: readonly { address: Address; tid: number }[],
  pid: number,
): Address {
  const { threadsMain } = runtime.layout.interpreter;
  const told = threadsMain < 0 ? 0 : runtime.reader.pointer(interpreter + threadsMain) ?? 0;
  if (told !== 0 && threads.some((thread) => thread.address === told)) return told;
  return (threads.find((thread) => thread.tid === pid) ?? threads[0])?.address ?? 0;
}
