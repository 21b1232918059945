/** Who calls whom: the functions of a profile and the calls between them. */

import type { Profile } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";
import { countLeaves } from "./functions.ts";
import { addOutermost, sumBelow } from "./outermost.ts";

/** All calls from one group of frames to another. */
export interface Call {
  readonly caller: number;
  readonly callee: number;
  /** Samples in which the callee, called from there, was the leaf. */
  readonly self: number;
  /** Samples with this call on the stack; however often it is there, a sample counts once. */
  readonly total: number;
}

/** Samples by group of frames and by call. */
export interface CallGraph {
  /** Samples in which the leaf was of the group. */
  readonly self: Float64Array;
  /** Samples with the group on the stack; recursion counts once a sample. */
  readonly total: Float64Array;
  /** Those that any sample shows. */
  readonly calls: readonly Call[];
}

/**
 * Folds a profile into a graph.
 * @param groupOf group of each frame: its function, or its line.
 * @param groups number of groups.
 */
export function countCalls(profile: Profile, groupOf: Int32Array, groups: number): CallGraph {
  const { stacks } = profile;
  const prefix = stacks.prefix.view();
  const groupOfStack = stacks.frame.view().map((frame) => groupOf[frame]!);
  const leaves = countLeaves(profile);
  const below = sumBelow(stacks, leaves);

  const callOfStack = new Int32Array(prefix.length).fill(-1);
  const known = new Map<number, number>();
  for (let stack = 0; stack < prefix.length; stack++) {
    if (prefix[stack] === NO_STACK || below[stack] === 0) continue;
    const key = groupOfStack[prefix[stack]!]! * groups + groupOfStack[stack]!;
    let call = known.get(key);
    if (call === undefined) known.set(key, call = known.size);
    callOfStack[stack] = call;
  }
  const self = new Float64Array(groups);
  const callSelf = new Float64Array(known.size);
  for (let stack = 0; stack < leaves.length; stack++) {
    self[groupOfStack[stack]!]! += leaves[stack]!;
    if (callOfStack[stack] !== -1) callSelf[callOfStack[stack]!]! += leaves[stack]!;
  }
  const total = new Float64Array(groups);
  addOutermost(stacks, groupOfStack, below, total);
  const callTotal = new Float64Array(known.size);
  addOutermost(stacks, callOfStack, below, callTotal);
  const calls = [...known.keys()].map((key, call): Call => ({
    caller: Math.floor(key / groups),
    callee: key % groups,
    self: callSelf[call]!,
    total: callTotal[call]!,
  }));
  return { self, total, calls };
}
