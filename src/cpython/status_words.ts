import type { Address } from "../../ffi/process.ts";
import { ACTIVE_STATUS, ATTACHED } from "./layout.ts";
import type { Runtime } from "./runtime.ts";
import type { ThreadState } from "./thread_list.ts";

/** Where it stands whether a thread runs: in its own state, before 3.12 with whoever holds the GIL. */
export function statusAddress({ layout, address }: Runtime, thread: ThreadState): Address {
  const { status, attached } = layout.thread;
  if (attached >= 0) return thread.address + attached;
  return status < 0 ? address + layout.gilHolder : thread.address + (status & ~7);
}

/** What stands there, in its two halves, as a status word: that itself, or just whether the thread is active. */
export function statusOf(
  { layout }: Runtime,
  thread: ThreadState,
  low: number,
  high: number,
): number {
  const { status, attached } = layout.thread;
  if (attached >= 0) return low === ATTACHED ? ACTIVE_STATUS : 0;
  if (status >= 0) return low;
  return low + high * 0x1_0000_0000 === thread.address ? ACTIVE_STATUS : 0;
}

/** Where it stands whether the garbage collector of a thread's interpreter runs, and in which frame. */
export function collectingAddress({ layout, address }: Runtime, thread: ThreadState): Address {
  return (layout.gc.isGlobal ? address : thread.interpreter) + layout.gc.collecting;
}

/** Asks whether a thread holds its GIL by now, or may run Python code without one. */
export function isActive(runtime: Runtime, thread: ThreadState): boolean {
  const word = runtime.reader.pointer(statusAddress(runtime, thread));
  if (word === undefined) return false;
  const high = Math.floor(word / 0x1_0000_0000);
  return (statusOf(runtime, thread, word % 0x1_0000_0000, high) & ACTIVE_STATUS) !== 0;
}
