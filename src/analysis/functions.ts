/** Self and total samples of each function. */

import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS, type FrameKind, NO_STACK } from "../profile/tables.ts";

/** One function: a file, a qualified name and the line where its definition starts. */
export interface FunctionRow {
  /** Path as the target gives it; untrusted text. */
  readonly file: string;
  /** Qualified name; untrusted text. */
  readonly name: string;
  /** First line of the definition, 0 when not known. */
  readonly firstLine: number;
  readonly kind: FrameKind;
  /** Samples in which it was the leaf. */
  readonly self: number;
  /** Samples in which it was anywhere on the stack; recursion counts once a sample. */
  readonly total: number;
}

/** All functions of a profile, in no particular order. */
export interface FunctionTotals {
  readonly rows: readonly FunctionRow[];
  /** Samples kept: the sum of all self counts. */
  readonly samples: number;
}

/** Samples of each stack as a leaf, over all threads; by stack id. */
export function countLeaves(profile: Profile): Float64Array {
  const leaves = new Float64Array(profile.stacks.length);
  for (const column of profile.counts) {
    if (column === undefined) continue;
    const counts = column.view();
    const length = Math.min(counts.length, leaves.length);
    for (let stack = 0; stack < length; stack++) leaves[stack]! += counts[stack]!;
  }
  return leaves;
}

/**
 * Folds a profile into one row per function: one pass for the sums below each stack and one walk over
 * the tree, so the cost follows the number of different stacks and not samples times depth.
 */
export function totalFunctions(profile: Profile): FunctionTotals {
  const { functionOf, firstFrame } = groupFrames(profile);
  const self = new Float64Array(firstFrame.length);
  const total = new Float64Array(firstFrame.length);
  const leaves = countLeaves(profile);
  const prefix = profile.stacks.prefix.view();
  const frame = profile.stacks.frame.view();

  let samples = 0;
  const below = leaves.slice();
  // A prefix is always in the table before what stands on it, so one pass from the end sums it up.
  for (let stack = below.length - 1; stack >= 0; stack--) {
    const caller = prefix[stack]!;
    if (caller !== NO_STACK) below[caller]! += below[stack]!;
    self[functionOf[frame[stack]!]!]! += leaves[stack]!;
    samples += leaves[stack]!;
  }
  addOutermost(prefix, frame, functionOf, below, total);

  const rows = firstFrame.map((id, index): FunctionRow => ({
    file: profile.strings[profile.frames.file.at(id)] ?? "",
    name: profile.strings[profile.frames.name.at(id)] ?? "",
    firstLine: profile.frames.firstLine.at(id),
    kind: FRAME_KINDS[profile.frames.kind.at(id)] ?? "synthetic",
    self: self[index]!,
    total: total[index]!,
  })).filter((row) => row.total > 0);
  return { rows, samples };
}

/** Gives each frame the number of its function, and each function one of its frames. */
export function groupFrames(profile: Profile): { functionOf: Int32Array; firstFrame: number[] } {
  const { file, name, firstLine, kind, length } = profile.frames;
  const functionOf = new Int32Array(length);
  const firstFrame: number[] = [];
  const known = new Map<string, number>();
  for (let id = 0; id < length; id++) {
    const key = `${file.at(id)}:${name.at(id)}:${firstLine.at(id)}:${kind.at(id)}`;
    let index = known.get(key);
    if (index === undefined) {
      index = firstFrame.push(id) - 1;
      known.set(key, index);
    }
    functionOf[id] = index;
  }
  return { functionOf, firstFrame };
}

/**
 * Adds the sum below each stack to its function, unless the function is on that stack already: only
 * the outermost call of a recursion counts. Walks depth first with links in place of a call stack,
 * because target stacks may be deeper than ours.
 */
function addOutermost(
  prefix: Int32Array,
  frame: Int32Array,
  functionOf: Int32Array,
  below: Float64Array,
  total: Float64Array,
): void {
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
  const open = new Int32Array(total.length);
  let at = root;
  while (at !== NO_STACK) {
    const entered = functionOf[frame[at]!]!;
    if (open[entered]!++ === 0) total[entered]! += below[at]!;
    if (child[at] !== NO_STACK) {
      at = child[at]!;
      continue;
    }
    while (at !== NO_STACK) {
      open[functionOf[frame[at]!]!]!--;
      if (sibling[at] !== NO_STACK) {
        at = sibling[at]!;
        break;
      }
      at = prefix[at]!;
    }
  }
}
