import type { Address, Ranges } from "../../ffi/process.ts";
import type { Layout } from "./layout.ts";
import type { Runtime } from "./runtime.ts";
import type { ThreadState } from "./thread_list.ts";
import { statusAddress } from "./status_words.ts";

/** End of what is read of a thread state. */
export function threadTo({ thread, states }: Layout, watchesState: boolean): number {
  return watchesState ? Math.max(thread.window, states.to) : thread.window;
}

/**
 * Adds what is read of a thread state to a list of ranges: first the current frame, where that is in it, and
 * then what follows the frame, or lies around it.
 * @param frame how far behind `from` the current frame lies; −1: elsewhere, and added already.
 * @returns where `from` is in the copy.
 */
export function addThreadState(
  ranges: Ranges,
  from: Address,
  frame: number,
  window: number,
): number {
  const at = ranges.bytes;
  if (frame >= 0) ranges.push(from + frame, 8);
  const skip = frame === 0 ? 8 : 0;
  ranges.push(from + skip, window - skip);
  return frame > 0 ? at + 8 : at;
}

/**
 * Adds where it stands who holds the GIL, if that is not in the thread state (before 3.12). Returns where it
 * will be in the copy.
 */
export function addHolder(ranges: Ranges, runtime: Runtime, thread: ThreadState): number {
  if (runtime.layout.thread.status >= 0) return -1;
  ranges.push(statusAddress(runtime, thread), 8);
  return ranges.bytes - 8;
}

/** Rounds up to whole words. */
export function align(bytes: number): number {
  return (bytes + 7) & ~7;
}
