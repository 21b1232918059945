import { markOutermost } from "../analysis/outermost.ts";
import { Column, NO_STACK, type StackTable } from "../profile/tables.ts";

/** After so many times as many steps as there are stacks, all of them are looked at anew instead. */
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
  readonly #groupOf = new Column();
  /** 1 where the group is not on the stack below: only the outermost call of a recursion counts. */
  readonly #outermost = new Column();
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
    const { length } = stacks;
    if (length > this.#below.length) this.#below = new Float64Array(length * 2);
    const below = this.#below;
    below.set(leaves);
    below.fill(0, leaves.length, length);
    const [prefix, groupOf] = [stacks.prefix.view(), this.#groupOf.view()];
    const outermost = this.#outermost.view();
    const self = new Float64Array(groups);
    const total = new Float64Array(groups);
    let samples = 0;
    // A prefix is always in the table before what stands on it.
    for (let stack = length - 1; stack >= 0; stack--) {
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
    const [prefix, frame] = [stacks.prefix.view(), stacks.frame.view()];
    const known = this.#groupOf.length;
    for (let stack = known; stack < length; stack++) {
      this.#groupOf.push(groupOfFrame[frame[stack]!]!);
    }
    const groupOf = this.#groupOf.view();
    let steps = MOST_STEPS * length;
    for (let stack = known; stack < length && steps >= 0; stack++) {
      let caller = prefix[stack]!;
      for (; caller !== NO_STACK && groupOf[caller] !== groupOf[stack]; steps--) {
        caller = prefix[caller]!;
      }
      this.#outermost.set(stack, caller === NO_STACK ? 1 : 0);
    }
    if (steps >= 0) return;
    markOutermost(stacks, groupOf, groups).forEach((mark, stack) =>
      this.#outermost.set(stack, mark)
    );
  }
}
