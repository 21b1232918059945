import { type Boxes, layOutTree } from "./boxes.ts";
import { type Compared, createComparer } from "./comparer.ts";
import { type KeyTotals, totalKeys } from "./functions.ts";
import { invertTree } from "./inverted.ts";
import { memoize } from "./memoize.ts";
import type { Model } from "./model.ts";
import { countKeys, isKnown, nameOf } from "./names.ts";
import { orderByRank, orderByWeight } from "./order.ts";
import { findMatches, type Matches, parseQuery, type Query } from "./search.ts";
import { type Filter, type Selection, selectSamples } from "./select.ts";
import { layOutTime } from "./spans.ts";
import type { Order, State } from "./state.ts";
import { buildTree, type Tree } from "./tree.ts";

/** The narrowest box by time, as a share of what is seen. */
const LEAST_SPAN = 1 / 6000;

/** Everything that follows from what the reader has chosen; each piece is worked out once. */
export interface Derived {
  readonly filter: Filter;
  readonly selection: Selection;
  /** From the root to the leaf. */
  readonly tree: Tree;
  /** The tree that the picture shows: the same, or the inverted one. */
  readonly shown: Tree;
  readonly order: Order;
  readonly boxes: Boxes;
  readonly query: Query;
  /** In the tree that is shown. */
  readonly matches: Matches;
  /** Samples with a match in their stack. */
  readonly matched: number;
  /** Independent samples that the tree's are worth. */
  readonly worth: number;
  readonly totals: KeyTotals;
  /** What became of it since the other profile, where there is one and all of both is looked at. */
  readonly compared: Compared | undefined;
}

/** Works out pieces anew only when what they depend on has changed. */
export function createDeriver(model: Model): (state: State) => Derived {
  const selectionOf = memoize((filter: Filter) => selectSamples(model, filter));
  const filterOf = memoize((without: string, from: number, to: number): Filter => ({
    without: new Set(without === "" ? [] : without.split(".").map(Number)),
    ...(to === 0 ? {} : { range: [from, to] as const }),
  }));
  const treeOf = memoize((
    selection: Selection,
    steps: State["steps"],
    grouping: State["grouping"],
    mergeRecursion: boolean,
  ) => buildTree(model, selection, { steps, grouping, mergeRecursion }));
  const stepsOf = memoize((text: string) =>
    (JSON.parse(text) as State["steps"]).filter(({ target }) => isKnown(model, target))
  );
  const invertedOf = memoize((tree: Tree) => invertTree(tree, tree.self));
  const boxesOf = memoize((tree: Tree, order: Order): Boxes =>
    layOutTree(tree, order === "name" ? byName(model, tree) : orderByWeight(tree.total))
  );
  const spansOf = memoize((filter: Filter, tree: Tree, from: number, to: number) =>
    layOutTime(model, filter, tree, { from, to, least: (to - from) * LEAST_SPAN })
  );
  const queryOf = memoize(parseQuery);
  const matchesOf = memoize((tree: Tree, query: Query) => findMatches(model, tree, query));
  const totalsOf = memoize((tree: Tree) => totalKeys(tree, countKeys(model, tree.grouping)));

  const compare = createComparer(model);
  const isBase = model.other?.side === "base";

  return (state) => {
    const { slices, facts } = model.header;
    // Threads and times are those of the current profile.
    const [from, to] = isBase ? [0, 0] : state.range ?? [0, 0];
    const without = isBase ? "" : state.without.join(".");
    const filter = filterOf(without, Math.min(from, slices), Math.min(to, slices));
    const selection = selectionOf(filter);
    const steps = stepsOf(JSON.stringify(state.steps));
    const tree = treeOf(selection, steps, state.grouping, state.mergeRecursion);
    const order = state.order === "time" && slices < 2 ? "weight" : state.order;
    const shown = state.inverted && order !== "time" ? invertedOf(tree) : tree;
    const boxes = order === "time"
      ? spansOf(filter, tree, ...windowOf(state, slices))
      : boxesOf(shown, order);
    const query = queryOf(state.search);
    const matches = matchesOf(shown, query);
    return {
      filter,
      selection,
      tree,
      shown,
      order,
      boxes,
      query,
      matches,
      matched: shown === tree ? matches.samples : findMatches(model, tree, query).samples,
      worth: facts.independent * tree.total[0]! / Math.max(1, model.samples),
      get totals(): KeyTotals {
        return totalsOf(tree);
      },
      get compared(): Compared | undefined {
        return compare(state, filter, { tree, shown, steps });
      },
    };
  };
}

/** What a picture by time has to show: the zoom, in steps that double, so that most zooms share one. */
function windowOf({ zoom, range }: State, slices: number): [number, number] {
  const [low, high] = range ?? [0, slices];
  if (zoom === undefined) return [low, Math.min(high, slices)];
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, (zoom.to - zoom.from) * slices)));
  const from = Math.floor(zoom.from * slices / size) * size;
  return [Math.max(0, from), Math.min(slices, from + 2 * size)];
}

function byName(model: Model, tree: Tree): Uint32Array {
  const keys = countKeys(model, tree.grouping);
  const names = Array.from({ length: keys }, (_, key) => nameOf(model, tree.grouping, key));
  const order = [...names.keys()].sort((a, b) =>
    names[a]! < names[b]! ? -1 : Number(names[a]! > names[b]!)
  );
  const rank = new Int32Array(keys);
  for (const [place, key] of order.entries()) rank[key] = place;
  return orderByRank(tree.key, rank);
}
