/** The functions of one side of a comparison. */

import type { CallTable } from "../profile/call_table.ts";
import type { Metadata, Summary } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { type SliceCounts, weighFunctions } from "./difference_noise.ts";
import { countLeaves } from "./functions.ts";
import { countIndependent, knowsOrder } from "./intervals.ts";
import { addOutermost, sumBelow } from "./outermost.ts";
import { judgeQuality } from "./trust.ts";

/** A profile with all that a comparison needs of it. */
export interface Compared {
  readonly profile: Profile;
  readonly summary: Summary;
  readonly slices: SliceCounts;
}

/** A function by the names of its file and its own, whatever line it is at. */
export interface ComparedFunction {
  readonly file: string;
  readonly name: string;
  /** The lowest first line of those of that name, 0 when not known. */
  readonly firstLine: number;
  /** Index of `FRAME_KINDS`. */
  readonly kind: number;
  readonly self: number;
  readonly total: number;
  /** Independent samples that all samples are worth when this function's are counted; 0: not known. */
  readonly selfWorth: number;
  readonly totalWorth: number;
}

/** All functions of a side. */
export interface FunctionSet {
  /** By {@link nameFunction}. */
  readonly functions: ReadonlyMap<string, ComparedFunction>;
  readonly samples: number;
  /** Time of all samples, µs; 0 when not known. */
  readonly timeUs: number;
  /** Length of the capture, µs; 0 when not known. */
  readonly durationUs: number;
  /** It ended when its program did, so its times are those of the whole program. */
  readonly whole: boolean;
  /** Independent samples that all are worth; 0: not known. */
  readonly worth: number;
  /** Absent for functions of a tracing profiler. */
  readonly metadata?: Metadata;
}

/** What makes two functions of different runs the same. */
export function nameFunction(file: string, name: string): string {
  return `${file}\0${name}`;
}

/** Gives each frame of a profile the number of its function, and each function one of its frames. */
export function groupByName(
  { frames, strings }: Profile,
): { functionOf: Int32Array; firstFrame: number[]; names: string[] } {
  const known = new Map<string, number>();
  const functionOf = new Int32Array(frames.length);
  const firstFrame: number[] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    const key = nameFunction(
      strings[frames.file.at(frame)] ?? "",
      strings[frames.name.at(frame)] ?? "",
    );
    let id = known.get(key);
    if (id === undefined) known.set(key, id = firstFrame.push(frame) - 1);
    else if (frames.firstLine.at(frame) < frames.firstLine.at(firstFrame[id]!)) {
      firstFrame[id] = frame;
    }
    functionOf[frame] = id;
  }
  return { functionOf, firstFrame, names: [...known.keys()] };
}

/** Folds a profile into its functions. */
export function foldFunctions({ profile, summary, slices }: Compared): FunctionSet {
  const { frames, stacks, strings, metadata } = profile;
  const { functionOf, firstFrame, names } = groupByName(profile);
  const leaves = countLeaves(profile);
  const keyOf = stacks.frame.view().map((frame) => functionOf[frame]!);
  const self = new Float64Array(names.length);
  const total = new Float64Array(names.length);
  let samples = 0;
  for (let stack = 0; stack < leaves.length; stack++) {
    self[keyOf[stack]!]! += leaves[stack]!;
    samples += leaves[stack]!;
  }
  addOutermost(stacks, keyOf, sumBelow(stacks, leaves), total);
  const worth = knowsOrder(profile) ? countIndependent(profile) : 0;
  const worths = weighFunctions(profile, slices, functionOf, names.length);
  const functions = new Map<string, ComparedFunction>();
  for (const [id, frame] of firstFrame.entries()) {
    if (total[id] === 0) continue;
    functions.set(names[id]!, {
      file: strings[frames.file.at(frame)] ?? "",
      name: strings[frames.name.at(frame)] ?? "",
      firstLine: frames.firstLine.at(frame),
      kind: frames.kind.at(frame),
      self: self[id]!,
      total: total[id]!,
      selfWorth: Math.min(worth, samples * (worths?.self[id] ?? 1)),
      totalWorth: Math.min(worth, samples * (worths?.total[id] ?? 1)),
    });
  }
  return {
    functions,
    samples,
    timeUs: samples * judgeQuality(metadata, profile.quality, summary).sampleUs,
    durationUs: summary.durationUs,
    whole: summary.ending === "target-ended",
    worth,
    metadata,
  };
}

/** The functions of a tracing profiler: times without noise, as far as anybody knows. */
export function foldCalls({ rows }: CallTable): FunctionSet {
  const functions = new Map<string, ComparedFunction>();
  let samples = 0;
  for (const { file, name, line, selfUs, totalUs } of rows) {
    const key = nameFunction(file, name);
    const before = functions.get(key);
    functions.set(key, {
      file,
      name,
      firstLine: Math.min(before?.firstLine ?? line, line),
      kind: 0,
      self: (before?.self ?? 0) + selfUs,
      total: (before?.total ?? 0) + totalUs,
      selfWorth: 0,
      totalWorth: 0,
    });
    samples += selfUs;
  }
  return { functions, samples, timeUs: samples, durationUs: 0, whole: true, worth: 0 };
}
