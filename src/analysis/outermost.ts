/** Walks over the tree of stacks in which recursion counts once. */

import { NO_STACK, type StackTable } from "../profile/tables.ts";

/** Sums up what stands on each stack: its own count and those of all stacks it is a prefix of. */
export function sumBelow(stacks: StackTable, leaves: Float64Array): Float64Array {
  const prefix = stacks.prefix.view();
  const below = leaves.slice();
  // A prefix is always in the table before what stands on it, so one pass from the end sums it up.
  for (let stack = below.length - 1; stack >= 0; stack--) {
    const caller = prefix[stack]!;
    if (caller !== NO_STACK) below[caller]! += below[stack]!;
  }
  return below;
}

/**
 * Adds a number of each stack to what its leaf stands for, unless that is on the stack below already:
 * only the outermost call of a recursion counts.
 * @param keyOf what each stack's leaf stands for, its function say: an index into `totals`; −1: nothing.
 * @param below the number of each stack, see {@link sumBelow}.
 */
export function addOutermost(
  stacks: StackTable,
  keyOf: Int32Array,
  below: Float64Array,
  totals: Float64Array,
): void {
  const open = new Int32Array(totals.length);
  walkTree(stacks, (stack) => {
    const key = keyOf[stack]!;
    if (key >= 0 && open[key]!++ === 0) totals[key]! += below[stack]!;
  }, (stack) => {
    const key = keyOf[stack]!;
    if (key >= 0) open[key]!--;
  });
}

/** Marks stacks whose leaf's key is not on the stack below already. */
export function markOutermost(stacks: StackTable, keyOf: Int32Array, keys: number): Uint8Array {
  const marks = new Uint8Array(stacks.length);
  const open = new Int32Array(keys);
  walkTree(stacks, (stack) => {
    if (open[keyOf[stack]!]!++ === 0) marks[stack] = 1;
  }, (stack) => {
    open[keyOf[stack]!]!--;
  });
  return marks;
}

/**
 * Walks depth first, with links in place of a call stack: the stacks of a target may be deeper than ours.
 * @param enter called for a stack before those that stand on it.
 * @param leave called after them.
 */
function walkTree(
  stacks: StackTable,
  enter: (stack: number) => void,
  leave: (stack: number) => void,
): void {
  const prefix = stacks.prefix.view();
  const child = new Int32Array(prefix.length).fill(NO_STACK);
  const sibling = new Int32Array(prefix.length).fill(NO_STACK);
  let root = NO_STACK;
  for (let stack = prefix.length - 1; stack >= 0; stack--) {
    const caller = prefix[stack]!;
    if (caller === NO_STACK) {
      sibling[stack] = root;
      root = stack;
    } else {
      sibling[stack] = child[caller]!;
      child[caller] = stack;
    }
  }
  let at = root;
  while (at !== NO_STACK) {
    enter(at);
    if (child[at] !== NO_STACK) {
      at = child[at]!;
      continue;
    }
    while (at !== NO_STACK) {
      leave(at);
      if (sibling[at] !== NO_STACK) {
        at = sibling[at]!;
        break;
      }
      at = prefix[at]!;
    }
  }
}
