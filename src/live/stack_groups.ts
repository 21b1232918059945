import { markOutermost } from "../analysis/outermost.ts";
import { NO_STACK, type StackTable } from "../profile/tables.ts";

/** So many times as many steps as there are stacks: beyond, all are looked at anew instead. */
const MOST_STEPS = 4;

/** Samples of groups of frames. */
export interface GroupSums {
  /** Of all of them. */
  readonly samples: number;
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/**
 * What the leaf of each stack counts for, worked out once for each stack, so that a look at all of them is
 * one pass over them.
 */
export class StackGroups {
  #length = 0;
  #groupOf = new Int32Array(1024);
  /** 1 where the group is not on the stack below: only the outermost call of a recursion counts. */
  #outermost = new Uint8Array(1024);
  #depth = new Int32Array(1024);
  /** Scratch: samples on each stack and on those that stand on it. */
  #below = new Float64Array(1024);

  /**
   * Sums up samples.
   * @param groupOfFrame which does not change for a frame once it has one.
   * @param groups how many there are.
   * @param leaves of each stack; of those that came last they may be missing.
   */
  sum(
    stacks: StackTable,
    groupOfFrame: Int32Array,
    groups: number,
    leaves: Float64Array,
  ): GroupSums {
    this.#update(stacks, groupOfFrame, groups);
    const prefix = stacks.prefix.view();
    const [groupOf, outermost, below] = [this.#groupOf, this.#outermost, this.#below];
    below.set(leaves);
    below.fill(0, leaves.length, this.#length);
    const self = new Float64Array(groups);
    const total = new Float64Array(groups);
    let samples = 0;
    // A prefix is always in the table before what stands on it.
    for (let stack = this.#length - 1; stack >= 0; stack--) {
      const count = below[stack]!;
      if (count === 0) continue;
      const group = groupOf[stack]!;
      if (stack < leaves.length) {
        self[group]! += leaves[stack]!;
        samples += leaves[stack]!;
      }
      if (outermost[stack] === 1) total[group]! += count;
      const caller = prefix[stack]!;
      if (caller !== NO_STACK) below[caller]! += count;
    }
    return { samples, self, total };
  }

  #update(stacks: StackTable, groupOfFrame: Int32Array, groups: number): void {
    const { length } = stacks;
    if (length > this.#groupOf.length) this.#grow(length * 2);
    const [prefix, frame] = [stacks.prefix.view(), stacks.frame.view()];
    const [groupOf, depth] = [this.#groupOf, this.#depth];
    let steps = 0;
    for (let stack = this.#length; stack < length; stack++) {
      const caller = prefix[stack]!;
      groupOf[stack] = groupOfFrame[frame[stack]!]!;
      depth[stack] = caller === NO_STACK ? 0 : depth[caller]! + 1;
      steps += depth[stack]!;
    }
    if (steps > MOST_STEPS * length) {
      this.#outermost.set(markOutermost(stacks, groupOf, groups));
    } else {
      for (let stack = this.#length; stack < length; stack++) this.#mark(stack, prefix);
    }
    this.#length = length;
  }

  #mark(stack: number, prefix: Int32Array): void {
    const groupOf = this.#groupOf;
    let caller = prefix[stack]!;
    while (caller !== NO_STACK && groupOf[caller] !== groupOf[stack]) caller = prefix[caller]!;
    this.#outermost[stack] = caller === NO_STACK ? 1 : 0;
  }

  #grow(length: number): void {
    const kept = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#groupOf = kept(this.#groupOf, new Int32Array(length));
    this.#outermost = kept(this.#outermost, new Uint8Array(length));
    this.#depth = kept(this.#depth, new Int32Array(length));
    this.#below = new Float64Array(length);
  }
}
