/** Self and total samples of each function. */

import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS, type FrameKind } from "../profile/tables.ts";
import { addOutermost, sumBelow } from "./outermost.ts";

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
    column?.each((stack, count) => leaves[stack]! += count);
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
  const frame = profile.stacks.frame.view();
  const functionOfStack = frame.map((id) => functionOf[id]!);

  let samples = 0;
  for (let stack = 0; stack < leaves.length; stack++) {
    self[functionOfStack[stack]!]! += leaves[stack]!;
    samples += leaves[stack]!;
  }
  addOutermost(profile.stacks, functionOfStack, sumBelow(profile.stacks, leaves), total);

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
