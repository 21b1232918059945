import type { Collections } from "../profile/metadata.ts";
import type { Noted } from "./subject.ts";

/** Collections that are told of one by one. */
const MOST_LONGEST = 10;

/** What is known of two processes of a program as one. */
export function mergeNoted(one: Noted, other: Noted): Noted {
  const collections = mergeCollections(one.collections, other.collections);
  return { ...one, ...other, ...(collections && { collections }) };
}

function mergeCollections(
  one: Collections | undefined,
  other: Collections | undefined,
): Collections | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    count: one.count + other.count,
    durationUs: one.durationUs + other.durationUs,
    collected: one.collected + other.collected,
    longest: [...one.longest, ...other.longest]
      .sort((a, b) => b.durationUs - a.durationUs).slice(0, MOST_LONGEST),
  };
}
