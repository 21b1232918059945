import type { Scale } from "../../src/analysis/difference_significance.ts";
import { compareKeys, compareTrees, type Difference } from "./difference.ts";
import { totalKeys } from "./functions.ts";
import { invertTree } from "./inverted.ts";
import { memoize } from "./memoize.ts";
import type { Model } from "./model.ts";
import { countKeys } from "./names.ts";
import { type Filter, selectSamples } from "./select.ts";
import type { State } from "./state.ts";
import { buildTree, type Step, type Tree } from "./tree.ts";

/** A picture and its totals, held against the other profile. */
export interface Compared {
  readonly picture: Difference;
  readonly totals: Difference;
  /** Samples of the other profile that go into it. */
  readonly samples: number;
}

/** What is compared. */
interface Shown {
  readonly tree: Tree;
  /** The tree of the picture: the same, or the inverted one. */
  readonly shown: Tree;
  readonly steps: readonly Step[];
}

/**
 * Compares what is shown with the other profile, changed in the same steps. Some threads or some of the
 * time have no counterpart there, and are not compared.
 */
export function createComparer(
  model: Model,
): (state: State, filter: Filter, shown: Shown) => Compared | undefined {
  const { other } = model;
  if (other === undefined) return () => undefined;
  const everything = memoize((of: Model) => selectSamples(of, { without: new Set() }));
  const treeOf = memoize((
    steps: readonly Step[],
    grouping: State["grouping"],
    mergeRecursion: boolean,
  ) => buildTree(other.model, everything(other.model), { steps, grouping, mergeRecursion }));
  const invertedOf = memoize((tree: Tree) => invertTree(tree, tree.self));
  const compareAll = memoize((mine: Tree, shown: Tree, theirs: Tree, by: Scale): Compared => {
    const keys = countKeys(model, mine.grouping);
    const shownThere = shown === mine ? theirs : invertedOf(theirs);
    return {
      picture: compareTrees(model, shown, shownThere, by),
      totals: compareKeys(model, totalKeys(mine, keys), totalKeys(theirs, keys), {
        all: [mine.total[0]!, theirs.total[0]!],
        by,
        byFunction: mine.grouping === "function",
      }),
      samples: theirs.total[0]!,
    };
  });
  return ({ by, grouping, mergeRecursion }, filter, { tree, shown, steps }) => {
    if (filter.without.size > 0 || filter.range !== undefined) return undefined;
    const theirs = treeOf(steps, grouping, mergeRecursion);
    return compareAll(tree, shown, theirs, other.stretch > 0 ? by : "share");
  };
}
