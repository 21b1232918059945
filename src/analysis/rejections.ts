/** Whether it depends on what runs that readings are rejected. */

import type { Profile } from "../profile/profile.ts";
import { countLeaves, groupFrames } from "./functions.ts";
import { countIndependent } from "./intervals.ts";

/** Fewer readings, in all and of one function, say nothing. */
const LEAST_LOST = 20;
const LEAST_OF_ONE = 5;
/** Chance of a false alarm in one capture. */
const FALSE_ALARM = 0.001;
/** Share that a function must have lost for it to matter. */
const MATTERS = 0.002;

/** A function that is the leaf of more lost readings than chance explains. */
export interface Dependence {
  /** What happened to the readings. */
  readonly fate: "rejected" | "replaced";
  /** Index of its path and of its name in the string table; and its first line. */
  readonly file: number;
  readonly name: number;
  readonly firstLine: number;
  /** Its share as a leaf in those readings, and in what they are compared with. */
  readonly shareLost: number;
  readonly shareKept: number;
  /** Share of all readings that it lost beyond what others did: about what it is shown too small by. */
  readonly missing: number;
}

/** Counts by function: of lost readings, and of what they are compared with. */
interface Pair {
  readonly lost: Float64Array;
  readonly kept: Float64Array;
  readonly lostAll: number;
  readonly keptAll: number;
}

/**
 * Compares the leaf functions of rejected readings with those of the samples: a test of two proportions
 * for each function. Then those of readings that another stack replaced with those of their replacements:
 * they come in pairs, so what a function lost is held against what it won. Both are as strict as the
 * number of functions demands, and allow for runs of equal stacks.
 * @returns the function that lost most, if any lost more than chance explains and than does not matter.
 */
export function findDependence(profile: Profile): Dependence | undefined {
  const { functionOf, firstFrame } = groupFrames(profile);
  const frame = profile.stacks.frame.view();
  const sumUp = (counts: ArrayLike<number>): Float64Array => {
    const sums = new Float64Array(firstFrame.length);
    for (let stack = 0; stack < counts.length; stack++) {
      sums[functionOf[frame[stack]!]!]! += counts[stack]!;
    }
    return sums;
  };
  const samples = sumUp(countLeaves(profile));
  const all = total(samples);
  if (all === 0) return undefined;
  const worth = Math.min(1, countIndependent(profile) / all);
  const describe = (fate: Dependence["fate"], id: number, pair: Pair): Dependence => ({
    fate,
    file: profile.frames.file.at(firstFrame[id]!),
    name: profile.frames.name.at(firstFrame[id]!),
    firstLine: profile.frames.firstLine.at(firstFrame[id]!),
    shareLost: pair.lost[id]! / pair.lostAll,
    shareKept: pair.kept[id]! / pair.keptAll,
    missing: excess(pair, id) / (fate === "rejected" ? all + pair.lostAll : all),
  });

  const rejected = pairUp(sumUp(profile.rejectedAt.view()), samples);
  const mostRejected = findWorst(rejected, (id) => spreadOfShare(rejected, id) / Math.sqrt(worth));
  const replaced = pairUp(sumUp(profile.replacedAt.view()), sumUp(profile.replacedBy.view()));
  const mostReplaced = findWorst(
    replaced,
    (id) => Math.sqrt((replaced.lost[id]! + replaced.kept[id]!) / worth),
  );
  return [
    ...(mostRejected === undefined ? [] : [describe("rejected", mostRejected, rejected)]),
    ...(mostReplaced === undefined ? [] : [describe("replaced", mostReplaced, replaced)]),
  ].find(({ missing }) => missing >= MATTERS);
}

/**
 * The function that lost most beyond chance.
 * @param deviation standard deviation of a function's {@link excess} by chance.
 */
function findWorst(pair: Pair, deviation: (id: number) => number): number | undefined {
  if (pair.lostAll < LEAST_LOST || pair.keptAll === 0) return undefined;
  const candidates = [...pair.lost.keys()].filter((id) => pair.lost[id]! >= LEAST_OF_ONE);
  // P(Z > z) ≤ exp(−z²/2) / 2
  const limit = Math.sqrt(2 * Math.log(Math.max(1, candidates.length) / (2 * FALSE_ALARM)));
  return candidates
    .filter((id) => excess(pair, id) > limit * deviation(id))
    .sort((a, b) => excess(pair, b) - excess(pair, a))[0];
}

/** Lost readings of a function beyond what its share in the others explains. */
function excess({ lost, kept, lostAll, keptAll }: Pair, id: number): number {
  return lost[id]! - kept[id]! * lostAll / keptAll;
}

/** Standard deviation of the excess where both kinds of readings are drawn alike. */
function spreadOfShare({ lost, kept, lostAll, keptAll }: Pair, id: number): number {
  const pooled = (lost[id]! + kept[id]!) / (lostAll + keptAll);
  return lostAll * Math.sqrt(pooled * (1 - pooled) * (1 / lostAll + 1 / keptAll));
}

function pairUp(lost: Float64Array, kept: Float64Array): Pair {
  return { lost, kept, lostAll: total(lost), keptAll: total(kept) };
}

function total(counts: Float64Array): number {
  return counts.reduce((a, b) => a + b, 0);
}
