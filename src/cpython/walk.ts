import type { CodeTable } from "./code_table.ts";
import type { FrameList } from "./frame_list.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** Follows the frames of one thread in a copy of its memory. */
export interface Walk {
  readonly copy: ThreadCopy;
  readonly codeTable: CodeTable;
  /** The frames met, leaf first. */
  readonly frames: FrameList;
  /** Depth up to which the stack before is taken over. */
  readonly kept: number;
  /** Frames whose code or caller had to be restored. */
  readonly repairs: number;
  /** Frames outside the data stack: offsets, and how many of the new frames are not below each. */
  readonly guardOffsets: readonly number[];
  readonly guardCounts: readonly number[];
  /**
   * Walks from the current frame to the root, or to where the stack before is met again unchanged.
   * @param reusable depth of the stack before that may be taken over.
   * @param stableUntil offset up to which the data stack is the same as in the copy before.
   * @param held the thread is said not to run.
   */
  run(reusable: number, stableUntil: number, held: boolean): number;
  /** The root that the last stack ended at was really one. */
  confirmRoot(): void;
}
