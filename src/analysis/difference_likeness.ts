/** Which profiles can be compared with each other. */

import type { AsyncMode, Features, Filter, Metadata } from "../profile/metadata.ts";
import { describeFilter } from "./sample_filter.ts";
import { recordsQuality } from "./trust.ts";

/** How a profile was taken, as far as it matters and is known. */
export type CaptureKind = Partial<Pick<Metadata, "mode" | "consistency" | "allThreads">> & {
  /** Of which tasks, or of none. */
  readonly tasks?: AsyncMode | "none";
  readonly features?: Partial<Features>;
  readonly filters?: readonly Filter[];
};

/** Something in which two profiles differ that makes their numbers speak of different things. */
export interface Unlikeness {
  /** `mode`, `threads`. */
  readonly what: string;
  readonly base: string;
  readonly current: string;
}

/** Of profiles of other tools much is put down as usual that nobody knows. */
export function kindOf(metadata: Metadata): CaptureKind {
  const { mode, consistency, allThreads, features, filters = [] } = metadata;
  const known = recordsQuality(metadata) || features !== undefined;
  return {
    filters,
    ...(known ? { mode, consistency, allThreads, tasks: metadata.asyncMode ?? "none" } : {}),
    ...(features !== undefined
      ? { features }
      : known
      ? { features: { native: false, gc: false, opcodes: false } }
      : {}),
  };
}

/** The first thing in which two captures are unlike; what is known of one only does not count. */
export function findUnlike(base: CaptureKind, current: CaptureKind): Unlikeness | undefined {
  const yes = (flag: boolean | undefined, name: string): string | undefined =>
    flag === undefined ? undefined : flag ? `with ${name}` : `without ${name}`;
  const threads = ({ allThreads }: CaptureKind): string | undefined =>
    allThreads === undefined ? undefined : allThreads ? "all threads" : "the main thread only";
  const traits: readonly [what: string, of: (kind: CaptureKind) => string | undefined][] = [
    ["mode", ({ mode }) => mode],
    ["threads", threads],
    ["asyncio tasks", ({ tasks }) => tasks],
    ["native frames", ({ features }) => yes(features?.native, "native frames")],
    ["frames of the garbage collector", ({ features }) => yes(features?.gc, "them")],
    ["opcodes", ({ features }) => yes(features?.opcodes, "opcodes")],
    ["filters", ({ filters }) => filters && (filters.map(describeFilter).join("; ") || "none")],
    ["consistency", ({ consistency }) => consistency],
  ];
  for (const [what, of] of traits) {
    const [before, after] = [of(base), of(current)];
    if (before !== undefined && after !== undefined && before !== after) {
      return { what, base: before, current: after };
    }
  }
  return undefined;
}
