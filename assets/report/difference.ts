import {
  type Change,
  compareCounts,
  type Counted,
  findSignificant,
  LEAST_COMPARED,
  type Scale,
} from "../../src/analysis/difference_significance.ts";
import { DIFFERENCE_LEVELS } from "./color.ts";
import type { Model } from "./model.ts";
import type { Tree } from "./tree.ts";

/** Parts of a box that have come or gone from which on each level of colour begins, after the first. */
const LEVELS_FROM = [0.1, 0.3, 0.6];

/** What became of one box or function. */
export interface BoxChange {
  readonly self: Change;
  readonly total: Change;
  /** Beyond the noise of sampling. */
  readonly selfSignificant: boolean;
  readonly totalSignificant: boolean;
  /** Whether the other profile has it, too. */
  readonly shared: boolean;
}

/** A tree held against the one of the other profile. */
export interface Difference {
  readonly by: Scale;
  /** By node: 0 is within noise; above, it takes more now than before; below, less. */
  readonly levels: Int8Array;
  changeOf(node: number): BoxChange;
  /** Differences that are beyond noise. */
  readonly significant: number;
  /** Stacks that only this profile has, beyond noise, and their samples. */
  readonly alone: number;
  /** Whether anything is known of the noise. */
  readonly knowsNoise: boolean;
}

/** Counts that are compared, of one profile. */
export interface Counts {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Holds a tree against that of the other profile: boxes are the same if all on the way to them is. */
export function compareTrees(model: Model, tree: Tree, otherTree: Tree, by: Scale): Difference {
  const match = matchNodes(tree, otherTree);
  const at = (values: Float64Array): ArrayLike<number> =>
    match.map((node) => node < 0 ? 0 : values[node]!);
  const other = { self: at(otherTree.self), total: at(otherTree.total) };
  const keys = tree.grouping === "function" ? keysOfNoise(tree) : undefined;
  // In a tree of callers a box is the own time of what ran, as far as it was called like that.
  const inverted = tree.nodeOf.length === 0;
  const mine = inverted ? { self: tree.total, total: tree.total } : tree;
  if (inverted) other.self = other.total;
  return compareAll(model, mine, other, {
    by,
    all: [tree.total[0]!, otherTree.total[0]!],
    first: 1,
    keyOf: (node) => keys?.[node],
    isShared: (node) => match[node]! >= 0,
  });
}

/** Holds the totals of functions, modules or packages against those of the other profile. */
export function compareKeys(
  model: Model,
  mine: Counts,
  others: Counts,
  { all, by, byFunction }: {
    readonly all: readonly [number, number];
    readonly by: Scale;
    readonly byFunction: boolean;
  },
): Difference {
  return compareAll(model, mine, others, {
    by,
    all,
    first: 0,
    keyOf: (key) => byFunction ? key : undefined,
    isShared: (key) => others.total[key]! > 0,
  });
}

interface Terms {
  readonly by: Scale;
  /** Samples that are compared, of this profile and of the other. */
  readonly all: readonly [number, number];
  /** The first that is asked about: node 0 of a tree stands for all samples. */
  readonly first: number;
  /** Whose noise it has; undefined: that of all samples. */
  keyOf(index: number): number | undefined;
  isShared(index: number): boolean;
}

function compareAll(
  model: Model,
  mine: Counts,
  others: { readonly self: ArrayLike<number>; readonly total: ArrayLike<number> },
  { by, all, first, keyOf, isShared }: Terms,
): Difference {
  const { length } = mine.total;
  const sides = [
    createSide(model, all[0], by),
    createSide(model.other!.model, all[1], by),
  ] as const;
  const isBase = model.other!.side === "base";
  const change = (index: number, part: "self" | "total"): Change => {
    const key = keyOf(index);
    const own = sides[0](mine[part][index]!, key, part);
    const other = sides[1](others[part][index]!, key, part);
    return isBase ? compareCounts(own, other, by) : compareCounts(other, own, by);
  };
  const chances: (number | undefined)[] = [];
  const isLeaf = (index: number): boolean =>
    mine.self[index] === mine.total[index] && others.self[index] === others.total[index];
  for (let index = 0; index < length; index++) {
    const seen = index < first ? 0 : mine.total[index]! + others.total[index]!;
    if (seen < LEAST_COMPARED) {
      chances.push(undefined, undefined);
    } else {
      chances.push(change(index, "self").p, isLeaf(index) ? undefined : change(index, "total").p);
    }
  }
  const found = findSignificant(chances);
  const isFound = (index: number, part: "self" | "total"): boolean =>
    found[2 * index + Number(part === "total" && !isLeaf(index))]!;
  const changeOf = (index: number): BoxChange => ({
    self: change(index, "self"),
    total: change(index, "total"),
    selfSignificant: isFound(index, "self"),
    totalSignificant: isFound(index, "total"),
    shared: isShared(index),
  });
  const levels = new Int8Array(length);
  let significant = 0;
  let alone = 0;
  for (let index = 0; index < length; index++) {
    if (!isFound(index, "self") && !isFound(index, "total")) continue;
    significant++;
    if (!isShared(index)) alone++;
    levels[index] = levelOf(changeOf(index));
  }
  return {
    by,
    levels,
    significant,
    alone,
    knowsNoise: knowsNoise(model) && knowsNoise(model.other!.model),
    changeOf,
  };
}

function knowsNoise({ header }: Model): boolean {
  return header.facts.independent > 0;
}

/** Counts of one profile, ready to be compared. */
function createSide(
  model: Model,
  all: number,
  by: Scale,
): (count: number, key: number | undefined, part: "self" | "total") => Counted {
  const { facts } = model.header;
  const { side, worths, stretch } = model.other!;
  const column = side === "base" ? 2 : 0;
  const usual = facts.independent / Math.max(1, model.samples);
  const time = all * facts.trust.sampleUs * (side === "base" ? stretch : 1);
  const whole = by === "share" ? 1 : time;
  return (count, key, part) => {
    const own = key === undefined ? 1 : worths[key * 4 + column + Number(part === "total")]! / 1000;
    return { count, samples: all, worth: all * Math.min(usual, own), whole };
  };
}

/** How much of a box, as it was where it was larger, has come or gone by the larger of its differences. */
function levelOf(change: BoxChange): number {
  const { self, total, selfSignificant, totalSignificant } = change;
  const bySelf = selfSignificant &&
    (!totalSignificant || Math.abs(self.difference) >= Math.abs(total.difference));
  const { difference } = bySelf ? self : total;
  const part = Math.abs(difference) / Math.max(total.before, total.after);
  const level = 1 + LEVELS_FROM.filter((from) => part >= from).length;
  return Math.sign(difference) * Math.min(DIFFERENCE_LEVELS, level);
}

/** The node of another tree that each node of a tree is the same as; −1 where there is none. */
function matchNodes(tree: Tree, other: Tree): Int32Array {
  const children = new Map<number, number>();
  const keys = tree.key.reduce((most, key) => Math.max(most, key), 0) + 1;
  const most = other.key.reduce((most, key) => Math.max(most, key), keys) + 1;
  for (let node = 1; node < other.length; node++) {
    children.set(other.parent[node]! * most + other.key[node]!, node);
  }
  const match = new Int32Array(tree.length).fill(-1);
  match[0] = 0;
  for (let node = 1; node < tree.length; node++) {
    const above = match[tree.parent[node]!]!;
    if (above >= 0) match[node] = children.get(above * most + tree.key[node]!) ?? -1;
  }
  return match;
}

/** Whose noise each node has: its function's; in a tree of callers that of the function that ran. */
function keysOfNoise({ key, parent, nodeOf }: Tree): Int32Array {
  if (nodeOf.length > 0) return key;
  const keys = key.slice();
  for (let node = 1; node < keys.length; node++) {
    if (parent[node]! > 0) keys[node] = keys[parent[node]!]!;
  }
  return keys;
}
