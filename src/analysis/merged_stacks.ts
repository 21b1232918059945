/** The tree of stacks, with frames that are alike for some purpose made one. */

import { Column, NO_STACK, StackTable } from "../profile/tables.ts";

/** A smaller tree and the way to it. */
export interface MergedStacks {
  /** Its frame column holds labels. */
  readonly stacks: StackTable;
  /** The merged stack of each stack of the profile. */
  readonly mergedOf: Int32Array;
}

/**
 * Merges stacks whose frames have the same labels, in order.
 * @param labelOf label of each frame, 0 or more.
 * @param joinRows whether frames in a row with the same label are one, too.
 */
export function mergeStacks(
  { prefix, frame, length }: StackTable,
  labelOf: Int32Array,
  joinRows = false,
): MergedStacks {
  const stacks = new StackTable();
  const mergedOf = new Int32Array(length);
  // An open hash table of merged stacks: millions of stacks are quick in it and take little room.
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, length * 2))) - 1;
  const slots = new Int32Array(mask + 1).fill(NO_STACK);
  for (let stack = 0; stack < length; stack++) {
    const caller = prefix.at(stack);
    const below = caller === NO_STACK ? NO_STACK : mergedOf[caller]!;
    const label = labelOf[frame.at(stack)]!;
    if (joinRows && below !== NO_STACK && stacks.frame.at(below) === label) {
      mergedOf[stack] = below;
      continue;
    }
    let slot = mix(below, label) & mask;
    let merged = slots[slot]!;
    while (
      merged !== NO_STACK &&
      (stacks.prefix.at(merged) !== below || stacks.frame.at(merged) !== label)
    ) {
      slot = slot + 1 & mask;
      merged = slots[slot]!;
    }
    if (merged === NO_STACK) slots[slot] = merged = stacks.push(below, label);
    mergedOf[stack] = merged;
  }
  return { stacks, mergedOf };
}

function mix(a: number, b: number): number {
  const sum = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  return sum ^ sum >>> 15;
}

/**
 * Counts of stacks by merged stack: only those that are not 0, in the order of first sight.
 * @param counts by stack.
 */
export function* countMerged(
  counts: Pick<Column, "each">,
  { mergedOf }: MergedStacks,
  scratch: Float64Array,
): Generator<[stack: number, count: number]> {
  const touched = new Column();
  counts.each((stack, count) => {
    const merged = mergedOf[stack]!;
    if (scratch[merged] === 0) touched.push(merged);
    scratch[merged]! += count;
  });
  for (const merged of touched.view()) {
    yield [merged, scratch[merged]!];
    scratch[merged] = 0;
  }
}
