import { GrowingTree, type Tree } from "./tree.ts";

/** Steps up the tree that one picture may take. */
const MOST_STEPS = 4_000_000;
/** What is less of all than this is not split up into its callers. */
const LEAST_SHARE = 1 / 10_000;

/**
 * The tree of callers: under the root what had the time, under each node who called it. What is too
 * small to see is not split up further, because this tree can be as large as all stacks are long.
 * @param weights what each node of the tree gives: its self samples, or only what is to be asked about.
 */
export function invertTree(tree: Tree, weights: Float64Array): Tree {
  const { length, key, parent } = tree;
  const growing = new GrowingTree(1024);
  // Each cursor is a node on the way up, with the weight it brings to its inverted node.
  let at: number[] = [];
  let weight: number[] = [];
  let into: number[] = [];
  let all = 0;
  for (let node = 1; node < length; node++) {
    if (weights[node] === 0) continue;
    at.push(node);
    weight.push(weights[node]!);
    into.push(growing.child(0, key[node]!));
    all += weights[node]!;
  }
  const gathered: number[] = [];
  const gather = (): void => {
    for (let i = 0; i < at.length; i++) {
      gathered[into[i]!] = (gathered[into[i]!] ?? 0) + weight[i]!;
    }
  };
  gather();
  const least = all * LEAST_SHARE;
  for (let steps = 0; at.length > 0 && steps < MOST_STEPS; steps += at.length) {
    const next: Cursors = { at: [], weight: [], into: [] };
    const known = new Map<number, number>();
    for (let i = 0; i < at.length; i++) {
      const above = parent[at[i]!]!;
      if (above <= 0 || gathered[into[i]!]! < least) continue;
      const child = growing.child(into[i]!, key[above]!);
      // Ways that meet in one node go on as one.
      const id = child * length + above;
      const met = known.get(id);
      if (met === undefined) {
        known.set(id, next.at.length);
        next.at.push(above);
        next.weight.push(weight[i]!);
        next.into.push(child);
      } else next.weight[met]! += weight[i]!;
    }
    ({ at, weight, into } = next);
    gather();
  }
  return finish(growing, gathered, tree, all);
}

interface Cursors {
  readonly at: number[];
  readonly weight: number[];
  readonly into: number[];
}

/** Gives each node its total, and as self what has no caller above. */
function finish(growing: GrowingTree, gathered: number[], tree: Tree, all: number): Tree {
  const inverted = growing.finish(tree.grouping, new Int32Array(0));
  const { length, parent } = inverted;
  const total = new Float64Array(length);
  const self = new Float64Array(length);
  total[0] = all;
  for (let node = 1; node < length; node++) total[node] = self[node] = gathered[node] ?? 0;
  for (let node = 1; node < length; node++) {
    if (parent[node]! > 0) self[parent[node]!]! -= total[node]!;
  }
  return { ...inverted, total, self };
}
