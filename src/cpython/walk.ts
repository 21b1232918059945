import type { CodeTable } from "./code_table.ts";
import type { FrameList } from "./frame_list.ts";
import type { Policy } from "./policy.ts";
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
  /** The walk has joined the stack, too, and put it onto what is kept. */
  readonly isDone: boolean;
  /**
   * Walks from the current frame to the root, or to where the stack before is met again unchanged.
   * @param reusable depth of the stack before that may be taken over.
   */
  run(reusable: number, policy: Policy): number;
  /** The root that the last stack ended at was really one. */
  confirmRoot(): void;
}
