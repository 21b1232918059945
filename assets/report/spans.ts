import type { Boxes } from "./boxes.ts";
import type { Group, Model } from "./model.ts";
import { type Filter, keeps } from "./select.ts";
import type { Tree } from "./tree.ts";

/** The part of the time that is looked at, in slices, and the width below which a box is left out. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly least: number;
}

/**
 * Lays out a tree by time: each slice shows what ran in it, next to each other as the tree has it, and
 * boxes that go on from one slice to the next are one. A slice without samples stays empty.
 */
export function layOutTime(model: Model, filter: Filter, tree: Tree, window: Window): Boxes {
  const slices = gatherSlices(model, filter, window);
  const { rank, depth } = walk(tree);
  const rows: Row[] = [];
  const open: { node: number; left: number }[] = [];
  const close = (to: number, x: number): void => {
    while (open.length > to) {
      const { node, left } = open.pop()!;
      if (x - left >= window.least) {
        const row = rows[open.length] ??= { node: [], left: [], right: [] };
        row.node.push(node);
        row.left.push(left);
        row.right.push(x);
      }
    }
  };
  const counts = new Float64Array(tree.length);
  let last = -1;
  for (const [slice, groups] of slices) {
    if (slice !== last + 1) close(0, last + 1);
    last = slice;
    const { touched, all } = countSlice(model, groups, tree, counts);
    if (all === 0) {
      close(0, slice);
      continue;
    }
    touched.sort((a, b) => rank[a]! - rank[b]!);
    let x = slice;
    for (const node of touched) {
      let common = depth[node]! + 1;
      const path: number[] = [];
      for (let at = node; at >= 0 && open[common - 1]?.node !== at; at = tree.parent[at]!) {
        path.push(at);
        common--;
      }
      close(common, x);
      for (const at of path.reverse()) open.push({ node: at, left: x });
      x += counts[node]! / all;
      counts[node] = 0;
    }
  }
  close(0, last + 1);
  return join(rows, model.header.slices);
}

interface Row {
  readonly node: number[];
  readonly left: number[];
  readonly right: number[];
}

function gatherSlices(model: Model, filter: Filter, { from, to }: Window): Map<number, Group[]> {
  const kept = model.groups.filter(({ thread, slice }) =>
    slice >= from - 1 && slice <= to && keeps(filter, thread, slice)
  );
  return Map.groupBy(kept.sort((a, b) => a.slice - b.slice), ({ slice }) => slice);
}

/** Adds up the samples of a slice by node of the tree. */
function countSlice(
  model: Model,
  groups: readonly Group[],
  tree: Tree,
  counts: Float64Array,
): { touched: number[]; all: number } {
  const touched: number[] = [];
  let all = 0;
  for (const { from, to } of groups) {
    for (let e = from; e < to; e++) {
      const node = tree.nodeOf[model.entryNode[e]!]!;
      if (node < 0) continue;
      if (counts[node] === 0) touched.push(node);
      counts[node]! += model.entryCount[e]!;
      all += model.entryCount[e]!;
    }
  }
  return { touched, all };
}

/** Place of each node in a walk from the root, callers first; and how deep it lies. */
function walk({ length, parent }: Tree): { rank: Int32Array; depth: Int32Array } {
  const size = new Int32Array(length).fill(1);
  for (let node = length - 1; node > 0; node--) size[parent[node]!]! += size[node]!;
  const rank = new Int32Array(length);
  const depth = new Int32Array(length);
  const next = new Int32Array(length);
  next[0] = 1;
  for (let node = 1; node < length; node++) {
    const above = parent[node]!;
    rank[node] = next[above]!;
    next[above]! += size[node]!;
    next[node] = rank[node]! + 1;
    depth[node] = depth[above]! + 1;
  }
  return { rank, depth };
}

function join(rows: readonly Row[], width: number): Boxes {
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => starts[i + 1] = starts[i]! + row.node.length);
  const all = starts[rows.length]!;
  const boxes = {
    rows: starts,
    node: new Int32Array(all),
    left: new Float64Array(all),
    right: new Float64Array(all),
    width,
  };
  rows.forEach((row, i) => {
    boxes.node.set(row.node, starts[i]);
    boxes.left.set(row.left, starts[i]);
    boxes.right.set(row.right, starts[i]);
  });
  return boxes;
}
