import type { Boxes } from "./boxes.ts";
import type { Group, Model } from "./model.ts";
import { threadName } from "./names.ts";
import { type Filter, keeps } from "./select.ts";
import type { Tree } from "./tree.ts";

/** Threads that are shown below each other. */
const MOST_THREADS = 16;

/** The part of the time that is looked at, in slices, and the width below which a box is left out. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly least: number;
}

/**
 * Lays out a tree by time, thread below thread: each slice shows what ran in it, side by side in the
 * tree's order, and boxes that go on from one slice to the next are one. A slice without samples stays
 * empty.
 */
export function layOutTime(model: Model, filter: Filter, tree: Tree, window: Window): Boxes {
  const kept = model.groups.filter(({ thread, slice }) =>
    slice >= window.from - 1 && slice <= window.to && keeps(filter, thread, slice)
  );
  const order = walk(tree);
  const counts = new Float64Array(tree.length);
  const rows: Row[] = [];
  const captions = new Map<number, string>();
  const byThread = [...Map.groupBy(kept, ({ thread }) => thread)]
    .sort(([, a], [, b]) => countSamples(b) - countSamples(a)).slice(0, MOST_THREADS);
  for (const [thread, groups] of byThread) {
    if (byThread.length > 1) captions.set(rows.length, threadName(model, thread));
    groups.sort((a, b) => a.slice - b.slice);
    rows.push(...layOutThread(model, groups, tree, { order, counts, least: window.least }));
  }
  return { ...join(rows, model.header.slices), captions };
}

interface Row {
  readonly node: number[];
  readonly left: number[];
  readonly right: number[];
}

interface ThreadTools {
  readonly order: { readonly rank: Int32Array; readonly depth: Int32Array };
  /** All zero before and after. */
  readonly counts: Float64Array;
  readonly least: number;
}

function layOutThread(
  model: Model,
  groups: readonly Group[],
  tree: Tree,
  { order: { rank, depth }, counts, least }: ThreadTools,
): Row[] {
  const rows: Row[] = [];
  const open: { node: number; left: number }[] = [];
  const close = (to: number, x: number): void => {
    while (open.length > to) {
      const { node, left } = open.pop()!;
      if (x - left < least) continue;
      const row = rows[open.length] ??= { node: [], left: [], right: [] };
      row.node.push(node);
      row.left.push(left);
      row.right.push(x);
    }
  };
  let last = -1;
  for (const group of groups) {
    const { slice } = group;
    const { touched, all } = countSlice(model, group, tree, counts);
    if (all === 0) continue;
    if (slice !== last + 1) close(0, last + 1);
    last = slice;
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
  // A row may be left without any box that is wide enough.
  for (let i = 0; i < rows.length; i++) rows[i] ??= { node: [], left: [], right: [] };
  return rows;
}

function countSamples(groups: readonly Group[]): number {
  return groups.reduce((sum, { samples }) => sum + samples, 0);
}

/** Adds up the samples of a slice by node of the tree. */
function countSlice(
  model: Model,
  { from, to }: Group,
  tree: Tree,
  counts: Float64Array,
): { touched: number[]; all: number } {
  const touched: number[] = [];
  let all = 0;
  for (let e = from; e < to; e++) {
    const node = tree.nodeOf[model.entryNode[e]!]!;
    if (node < 0) continue;
    if (counts[node] === 0) touched.push(node);
    counts[node]! += model.entryCount[e]!;
    all += model.entryCount[e]!;
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
