import type { Address } from "../../ffi/process.ts";
import { ACTIVE_STATUS } from "./layout.ts";
import type { Runtime, ThreadState } from "./runtime.ts";

/** Where it stands whether a thread runs: in its state, before 3.12 with whoever holds the GIL. */
export function statusAddress({ layout, address }: Runtime, thread: ThreadState): Address {
  const { status } = layout.thread;
  return status < 0 ? address + layout.gilHolder : thread.address + (status & ~7);
}

/** Where it stands whether the garbage collector of a thread's interpreter runs, and in which frame. */
export function collectingAddress({ layout, address }: Runtime, thread: ThreadState): Address {
  return (layout.gc.isGlobal ? address : thread.interpreter) + layout.gc.collecting;
}

/** Asks whether a thread holds its GIL by now. */
export function isActive(runtime: Runtime, thread: ThreadState): boolean {
  const { reader, layout } = runtime;
  const word = reader.pointer(statusAddress(runtime, thread));
  if (word === undefined) return false;
  return layout.thread.status < 0 ? word === thread.address : (word & ACTIVE_STATUS) !== 0;
}
