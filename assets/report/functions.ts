import type { Tree } from "./tree.ts";

/** Samples of what the nodes of a tree stand for, by key. */
export interface KeyTotals {
  /** Samples whose leaf it is. */
  readonly self: Float64Array;
  /** Samples whose stack it is in; recursion counts once a sample. */
  readonly total: Float64Array;
}

/** Adds up a tree by key. Its nodes come after their callers, in the order of a walk or not. */
export function totalKeys(tree: Tree, keys: number): KeyTotals {
  const self = new Float64Array(keys);
  const total = new Float64Array(keys);
  const outermost = markOutermost(tree, keys);
  for (let node = 1; node < tree.length; node++) {
    const key = tree.key[node]!;
    self[key]! += tree.self[node]!;
    if (outermost[node] === 1) total[key]! += tree.total[node]!;
  }
  return { self, total };
}

/** Marks nodes whose key is not above them already. */
export function markOutermost({ length, key, parent }: Tree, keys: number): Uint8Array {
  const marks = new Uint8Array(length);
  const child = new Int32Array(length).fill(-1);
  const sibling = new Int32Array(length).fill(-1);
  for (let node = length - 1; node > 0; node--) {
    sibling[node] = child[parent[node]!]!;
    child[parent[node]!] = node;
  }
  const open = new Int32Array(keys);
  let at = child[0] ?? -1;
  while (at > 0) {
    if (open[key[at]!]!++ === 0) marks[at] = 1;
    if (child[at]! > 0) {
      at = child[at]!;
      continue;
    }
    while (at > 0) {
      open[key[at]!]!--;
      if (sibling[at]! > 0) {
        at = sibling[at]!;
        break;
      }
      at = parent[at]!;
    }
  }
  return marks;
}

/** How much one key called another, or was called by it. */
export interface Edge {
  readonly key: number;
  readonly samples: number;
}

/** Who calls a key and whom it calls, directly, heaviest first. */
export function findNeighbours(
  tree: Tree,
  key: number,
): { callers: Edge[]; callees: Edge[] } {
  const callers = new Map<number, number>();
  const callees = new Map<number, number>();
  for (let node = 1; node < tree.length; node++) {
    const above = tree.key[tree.parent[node]!]!;
    const own = tree.key[node]!;
    const samples = tree.total[node]!;
    if (own === key && above >= 0) callers.set(above, (callers.get(above) ?? 0) + samples);
    if (above === key) callees.set(own, (callees.get(own) ?? 0) + samples);
  }
  const sorted = (edges: Map<number, number>): Edge[] =>
    [...edges].map(([key, samples]) => ({ key, samples })).sort((a, b) => b.samples - a.samples);
  return { callers: sorted(callers), callees: sorted(callees) };
}
