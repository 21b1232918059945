/** What is seen of a large profile while the page unpacks the whole of it. */

import { FRAME_KINDS } from "../profile/tables.ts";
import type { Column } from "../profile/tables.ts";
import type { Places, PlaceTree } from "./places.ts";

/** Smaller trees are unpacked before anybody sees anything. */
const LARGE = 20_000;
/** Of all samples: what is less is narrower than a pixel. */
const LEAST_SHARE = 1 / 1600;
/** Rows that a screen has room for. */
const MOST_ROWS = 80;
/** Of a tree: a part that is not smaller saves no time. */
const MOST_KEPT = 1 / 2;

/** Adds a place that stands for all that is too small to be seen; it is the last one. */
export function addRest(places: Places): Places {
  const kind = FRAME_KINDS.indexOf("synthetic");
  return {
    ...places,
    packages: [...places.packages, { name: "interpreter", kind: "interpreter" }],
    files: [...places.files, { path: "", short: "", package: places.packages.length }],
    names: [...places.names, "narrow boxes"],
    functions: [
      ...places.functions,
      { file: places.files.length, name: places.names.length, line: 0, kind },
    ],
    places: [...places.places, { function: places.functions.length, line: 0, opcode: -1 }],
  };
}

/** Whether a tree is large enough for its reader to wait. */
export function needsGlimpse({ place }: PlaceTree): boolean {
  return place.length > LARGE;
}

/**
 * The part of a tree that a screen shows: what is too narrow or too far from the root becomes one node
 * under each caller. Samples stay where they are or go there, so what is left is at most narrower by a
 * pixel for each of its lines.
 * @param rest the place of those nodes.
 * @returns undefined where almost all of it can be seen.
 */
export function pruneTree(
  { place, up, nodeOf }: PlaceTree,
  counts: readonly (Column | undefined)[],
  rest: number,
): PlaceTree | undefined {
  const { parent, depth } = climb(up);
  const total = new Float64Array(place.length);
  for (const column of counts) {
    column?.each((stack, count) => total[nodeOf[stack]!]! += count);
  }
  let samples = 0;
  for (let node = place.length - 1; node >= 0; node--) {
    const caller = parent[node]!;
    if (caller >= 0) total[caller]! += total[node]!;
    else samples += total[node]!;
  }
  const least = samples * LEAST_SHARE;
  const isSeen = (node: number): boolean => total[node]! >= least && depth[node]! < MOST_ROWS;
  const pruned = { place: [] as number[], up: [] as number[] };
  const keptAs = new Int32Array(place.length);
  const restOf = new Map<number, number>();
  let next = 0;
  const keep = (what: number, at: number): number => {
    pruned.up.push(next - at);
    next = at + 1;
    return pruned.place.push(what) - 1;
  };
  for (let node = 0; node < place.length; node++) {
    const caller = parent[node]!;
    if (isSeen(node)) {
      keptAs[node] = keep(place[node]!, depth[node]!);
      continue;
    }
    if (caller >= 0 && !isSeen(caller)) {
      keptAs[node] = keptAs[caller]!;
      continue;
    }
    let made = restOf.get(caller);
    if (made === undefined) restOf.set(caller, made = keep(rest, depth[node]!));
    keptAs[node] = made;
  }
  if (pruned.place.length > place.length * MOST_KEPT) return undefined;
  return {
    place: Int32Array.from(pruned.place),
    up: Int32Array.from(pruned.up),
    nodeOf: nodeOf.map((node) => keptAs[node]!),
  };
}

/** The caller of each node, −1 for roots, and how deep it lies. */
function climb(up: Int32Array): { parent: Int32Array; depth: Int32Array } {
  const parent = new Int32Array(up.length);
  const depth = new Int32Array(up.length);
  let below = -1;
  for (let node = 0; node < up.length; node++) {
    for (let levels = up[node]!; levels > 0; levels--) below = parent[below]!;
    parent[node] = below;
    depth[node] = below < 0 ? 0 : depth[below]! + 1;
    below = node;
  }
  return { parent, depth };
}
