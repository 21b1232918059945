import { isActive } from "./status_words.ts";
import type { StackPath } from "./stack_path.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** True if the collector was running when a reading began; false if that was not read. */
export function isCollecting({ gcAt, words }: ThreadCopy): boolean {
  return gcAt >= 0 && words[gcAt >> 2] !== 0;
}

/**
 * Depth of the frame in which the garbage collector ran when a copy was taken, −1 if it did not run in
 * this thread. From 3.15 on the interpreter names the frame, which must be one of the stack: what stands
 * above it was called by the collector. Before, it is the leaf of the thread that holds the GIL (CPython
 * Python/gc.c, `gc_collect_main`; until 3.12 Modules/gcmodule.c), without a GIL of the one that collects.
 */
export function findCollection(copy: ThreadCopy, path: StackPath): number {
  if (!isCollecting(copy)) return -1;
  const { layout, collectingThread } = copy.runtime;
  if (layout.gc.frame < 0) {
    if (layout.freeThreaded && collectingThread?.is(copy) !== true) return -1;
    return isActive(copy.runtime, copy.thread) ? path.depth - 1 : -1;
  }
  const frame = copy.pointer(copy.gcAt + 8);
  if (frame === 0) return -1;
  let depth = path.depth - 1;
  while (depth >= 0 && path.addresses[depth] !== frame) depth--;
  return depth;
}
