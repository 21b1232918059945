import { Ranges } from "../../ffi/process.ts";
import { briefOf } from "./brief_ranges.ts";
import { COUNTS } from "./collecting_thread.ts";
import type { CFrameList } from "./cframe_list.ts";
import type { DataStack } from "./data_stack.ts";
import type { HeapFrames } from "./heap_frames.ts";
import type { OutsideFrames } from "./outside_frames.ts";
import type { Runtime } from "./runtime.ts";
import type { ThreadState } from "./thread_list.ts";
import { addHolder, addThreadState, align, threadTo } from "./state_ranges.ts";
import { collectingAddress, statusAddress } from "./status_words.ts";

/** What a copy is to be made of. */
export interface CopyParts {
  readonly runtime: Runtime;
  readonly thread: ThreadState;
  readonly watchesStatus: boolean;
  readonly watchesGc: boolean;
  readonly notes: readonly number[];
  readonly watchesState: boolean;
  readonly dataStack: DataStack;
  readonly outside: OutsideFrames | HeapFrames;
}

/** What is read for a copy of a thread, in this order, and where in the copy it lies. */
export interface CopyPlan {
  readonly ranges: Ranges;
  /** The current frame and what stacks are made of, but not the rest of the thread state. */
  readonly brief: Ranges;
  /** Where the thread state lies, from the first of its bytes that are read. */
  readonly threadAt: number;
  /** Who held the GIL when the reading began; −1: that is in the thread state. */
  readonly holderAt: number;
  /** Whether the garbage collector runs; −1 if that is not read. */
  readonly gcAt: number;
  readonly notesAt: number;
  /** Where the chunks of the data stack begin. */
  readonly chunksAt: number;
  /** Where they end and the frames outside begin. */
  readonly outsideAt: number;
  /** The thread's status; −1 if it is not read. */
  readonly statusAt: number;
  /** The count of freed code objects; −1 where there is none. */
  readonly generationAt: number;
}

/** Nothing is read. */
export const NO_PLAN: CopyPlan = {
  ranges: new Ranges(0),
  brief: new Ranges(0),
  threadAt: 0,
  holderAt: -1,
  gcAt: -1,
  notesAt: 0,
  chunksAt: 0,
  outsideAt: 0,
  statusAt: -1,
  generationAt: -1,
};

/**
 * Lays out a copy: the thread state (its `current_frame` is the moment of the sample, and comes first of
 * all: to touch what lies beside it before makes the target stumble just there, and short functions come
 * out too small), whether the garbage collector runs, the data-stack chunks from the root upwards, frames
 * outside the data stack (generators, entries from C), the thread's status, and the counter of freed code
 * objects. The sooner a frame is read after the thread state, the less can have happened to it.
 * @param threadFrom offset in the thread state from which on it is read.
 * @param cframes where the current frame may be kept, where it is not in the thread state.
 */
export function planCopy(
  parts: CopyParts,
  threadFrom: number,
  cframes: CFrameList | undefined,
): CopyPlan {
  const { runtime, thread, dataStack, outside, notes } = parts;
  const { watchesStatus, watchesGc, watchesState } = parts;
  const { layout } = runtime;
  const { codeGeneration } = layout.interpreter;
  const ranges = new Ranges(
    2 + (cframes?.count ?? 0) + dataStack.count + outside.count +
      (watchesStatus ? 1 : 0) + (watchesGc ? 1 : 0) + notes.length +
      (watchesState && layout.thread.status < 0 ? 1 : 0) +
      (codeGeneration < 0 ? 0 : 1),
  );
  const window = align(threadTo(layout, watchesState) - threadFrom);
  const frame = cframes === undefined ? layout.thread.currentFrame - threadFrom : -1;
  cframes?.addTo(ranges);
  const threadAt = addThreadState(ranges, thread.address + threadFrom, frame, window);
  const holderAt = watchesState ? addHolder(ranges, runtime, thread) : -1;
  const counts = runtime.collectingThread === undefined ? 0 : COUNTS;
  const gcAt = watchesGc ? ranges.bytes + counts : -1;
  if (watchesGc) {
    const collecting = collectingAddress(runtime, thread);
    ranges.push(collecting - counts, counts + (layout.gc.frame < 0 ? 8 : 16));
  }
  const notesAt = ranges.bytes;
  for (const offset of notes) ranges.push(thread.address + offset, 8);
  const chunksAt = ranges.bytes;
  dataStack.addTo(ranges);
  const outsideAt = ranges.bytes;
  outside.addTo(ranges);
  const framesEnd = ranges.bytes;
  const statusAt = watchesStatus ? ranges.bytes : -1;
  if (watchesStatus) ranges.push(statusAddress(runtime, thread), 8);
  const generationAt = codeGeneration < 0 ? -1 : ranges.bytes;
  if (codeGeneration >= 0) ranges.push(thread.interpreter + codeGeneration, 8);
  const brief = briefOf(ranges, framesEnd);
  const places = { threadAt, holderAt, gcAt, notesAt, chunksAt, outsideAt, statusAt, generationAt };
  return { ranges, brief, ...places };
}
