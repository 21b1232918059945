/** Whether it depends on what runs that readings are rejected. */

import type { Profile } from "../profile/profile.ts";
import type { Column } from "../profile/tables.ts";
import { countLeaves, groupFrames } from "./functions.ts";
import { countIndependent } from "./intervals.ts";

/** Fewer readings, in all and of one function, say nothing. */
const LEAST_LOST = 20;
const LEAST_OF_ONE = 5;
/** Chance of a false alarm in one capture. */
const FALSE_ALARM = 0.001;
/** Share that a function must have lost for it to matter. */
const MATTERS = 0.001;

/** A function that is the leaf of more rejected or replaced readings than its samples explain. */
export interface Dependence {
  /** What happened to the readings. */
  readonly fate: "rejected" | "replaced";
  /** Index of its path and of its name in the string table; and its first line. */
  readonly file: number;
  readonly name: number;
  readonly firstLine: number;
  /** Its share as a leaf in those readings, and in the samples. */
  readonly shareLost: number;
  readonly shareKept: number;
  /** Share of all readings that it lost beyond what others did: about what it is shown too small by. */
  readonly missing: number;
}

/**
 * Compares the leaf functions of rejected, then of replaced readings with those of the samples: a test
 * of two proportions for each function, made as strict as the number of functions demands.
 * @returns the function that lost most, if any lost more than chance explains and than does not matter.
 */
export function findDependence(profile: Profile): Dependence | undefined {
  const { rejectedAt, replacedAt } = profile;
  return compare(profile, rejectedAt, "rejected") ?? compare(profile, replacedAt, "replaced");
}

function compare(profile: Profile, at: Column, fate: Dependence["fate"]): Dependence | undefined {
  const lostAll = at.view().reduce((a, b) => a + b, 0);
  if (lostAll < LEAST_LOST) return undefined;
  const { functionOf, firstFrame } = groupFrames(profile);
  const frame = profile.stacks.frame.view();
  const lost = new Float64Array(firstFrame.length);
  const kept = new Float64Array(firstFrame.length);
  at.view().forEach((count, stack) => lost[functionOf[frame[stack]!]!]! += count);
  countLeaves(profile).forEach((count, stack) => kept[functionOf[frame[stack]!]!]! += count);
  const keptAll = kept.reduce((a, b) => a + b, 0);
  if (keptAll === 0) return undefined;
  const worth = countIndependent(profile) / keptAll;
  const candidates = [...lost.keys()].filter((id) => lost[id]! >= LEAST_OF_ONE);
  // P(Z > z) ≤ exp(−z²/2) / 2
  const limit = Math.sqrt(2 * Math.log(Math.max(1, candidates.length) / (2 * FALSE_ALARM)));
  let worst: Dependence | undefined;
  for (const id of candidates) {
    const shareLost = lost[id]! / lostAll;
    const shareKept = kept[id]! / keptAll;
    const pooled = (lost[id]! + kept[id]!) / (lostAll + keptAll);
    const deviation = Math.sqrt(
      pooled * (1 - pooled) * (1 / lostAll + 1 / keptAll) / Math.min(1, worth),
    );
    const missing = (shareLost - shareKept) * lostAll / (lostAll + keptAll);
    if (missing < MATTERS || shareLost - shareKept <= limit * deviation) continue;
    if (worst !== undefined && worst.missing >= missing) continue;
    const { file, name, firstLine } = profile.frames;
    const first = firstFrame[id]!;
    worst = {
      ...{ fate, shareLost, shareKept, missing },
      ...{ file: file.at(first), name: name.at(first), firstLine: firstLine.at(first) },
    };
  }
  return worst;
}
