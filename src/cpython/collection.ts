import type { StackPath } from "./stack_path.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/**
 * Depth of the frame in which the garbage collector ran when a copy was taken, −1 if it did not run in
 * this thread. From 3.15 on the interpreter names the frame, which must be one of the stack: what stands
 * above it was called by the collector. Before, it is the leaf of the thread that holds the GIL (CPython
 * Python/gc.c, `gc_collect_main`; until 3.12 Modules/gcmodule.c).
 */
export function findCollection(copy: ThreadCopy, path: StackPath): number {
  if (!copy.isCollecting()) return -1;
  if (copy.runtime.layout.gc.frame < 0) return copy.isActive() ? path.depth - 1 : -1;
  const frame = copy.gcFrame();
  if (frame === 0) return -1;
  let depth = path.depth - 1;
  while (depth >= 0 && path.addresses[depth] !== frame) depth--;
  return depth;
}
