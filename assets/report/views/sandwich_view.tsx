import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { layOutTree, withoutRoot } from "../boxes.ts";
import { type Edge, findNeighbours, markOutermost } from "../functions.ts";
import { invertTree } from "../inverted.ts";
import { createLook } from "../look.ts";
import { countKeys, isKnown, nameOf, placeOf } from "../names.ts";
import { orderByWeight } from "../order.ts";
import { describeShare } from "../shares.ts";
import { buildTree, type Target, type Tree } from "../tree.ts";
import { Button } from "./button.tsx";
import { FlameChart } from "./flame_chart.tsx";
import { hasSource, openSandwich, openSource, type Page } from "./page.ts";

/** Neighbours listed. */
const MOST_EDGES = 12;

/** Who calls a function and what it calls: one picture above it, one below. */
export function SandwichView({ page }: { page: Page }): JSX.Element {
  const { model, state, derived, go } = page;
  const { tree } = derived;
  const { grouping } = tree;
  const given = state.target;
  const target = given !== undefined && given.grouping === grouping && isKnown(model, given)
    ? given
    : hottest(page);
  const callers = useMemo(() => callersOf(tree, target.id, countKeys(model, grouping)), [
    tree,
    target.id,
  ]);
  const callees = useMemo(() => {
    const steps = [...state.steps, { op: "focus" as const, target }];
    const { selection } = derived;
    return buildTree(model, selection, { steps, grouping, mergeRecursion: state.mergeRecursion });
  }, [tree, target.id]);
  const edges = useMemo(() => findNeighbours(tree, target.id), [tree, target.id]);
  const self = describeShare(model, derived.totals.self[target.id]!, tree.total[0]!, derived.worth);
  const total = describeShare(
    model,
    derived.totals.total[target.id]!,
    tree.total[0]!,
    derived.worth,
  );
  return (
    <div class="sandwich">
      <div class="subject">
        <Picker page={page} target={target} />
        <span class="faint">{placeOf(model, grouping, target.id)}</span>
        <span>
          self {self.percent} <span class="faint">{self.margin}</span>
        </span>
        <span>
          total {total.percent} <span class="faint">{total.margin}</span>
        </span>
        {hasSource(page, target) && (
          <Button onClick={() => openSource(page, target)}>
            Source
          </Button>
        )}
        <Button
          onClick={() =>
            go({
              view: "flame",
              steps: [...state.steps, { op: "focus", target }],
            })}
        >
          Focus in the flame view
        </Button>
      </div>
      <div class="half">
        <EdgeList page={page} title="Called by" edges={edges.callers} of={total.samples} />
        <Half page={page} tree={callers} upward label="Callers" />
      </div>
      <div class="half">
        <EdgeList page={page} title="Calls" edges={edges.callees} of={total.samples} />
        <Half page={page} tree={callees} upward={false} label="Callees" />
      </div>
    </div>
  );
}

/** The function with the most own time: where to begin. */
function hottest({ derived: { tree, totals } }: Page): Target {
  let id = 0;
  for (let key = 1; key < totals.self.length; key++) {
    if (totals.self[key]! > totals.self[id]!) id = key;
  }
  return { grouping: tree.grouping, id };
}

/** All ways to a key, from it up; recursion counts once. */
function callersOf(tree: Tree, key: number, keys: number): Tree {
  const outermost = markOutermost(tree, keys);
  const weights = new Float64Array(tree.length);
  for (let node = 1; node < tree.length; node++) {
    if (tree.key[node] === key && outermost[node] === 1) weights[node] = tree.total[node]!;
  }
  return invertTree(tree, weights);
}

function Picker({ page, target }: { page: Page; target: Target }): JSX.Element {
  const { model, derived } = page;
  const { totals } = derived;
  const keys = useMemo(() =>
    [...totals.total.keys()]
      .filter((key) => totals.total[key]! > 0)
      .sort((a, b) => totals.self[b]! - totals.self[a]!)
      .slice(0, 300), [totals]);
  const listed = keys.includes(target.id) ? keys : [target.id, ...keys];
  return (
    <select
      aria-label="Function"
      value={target.id}
      onChange={(event) => openSandwich(page, { ...target, id: Number(event.currentTarget.value) })}
    >
      {listed.map((key) => (
        <option key={key} value={key}>{nameOf(model, target.grouping, key).slice(0, 120)}</option>
      ))}
    </select>
  );
}

interface EdgeListProps {
  readonly page: Page;
  readonly title: string;
  readonly edges: readonly Edge[];
  /** Samples of the function itself. */
  readonly of: number;
}

function EdgeList({ page, title, edges, of }: EdgeListProps): JSX.Element {
  const { model, derived } = page;
  const { grouping } = derived.tree;
  return (
    <section class="edges scrolls">
      <h2>{title}</h2>
      {edges.length === 0 && <p class="faint">nothing</p>}
      <ul>
        {edges.slice(0, MOST_EDGES).map(({ key, samples }) => (
          <li key={key}>
            <span class="number">
              {describeShare(model, Math.min(samples, of), of, derived.worth).percent}
            </span>
            <Button
              class="link"
              onClick={() => openSandwich(page, { grouping, id: key })}
            >
              <bdi>{nameOf(model, grouping, key)}</bdi>
            </Button>
          </li>
        ))}
      </ul>
      {edges.length > MOST_EDGES && <p class="faint">and {edges.length - MOST_EDGES} more</p>}
    </section>
  );
}

interface HalfProps {
  readonly page: Page;
  readonly tree: Tree;
  readonly upward: boolean;
  readonly label: string;
}

function Half({ page, tree, upward, label }: HalfProps): JSX.Element {
  const { model, theme, ruler, state } = page;
  const [cursor, pick] = useState(-1);
  const [zoom, setZoom] = useState<{ tree: Tree; from: number; to: number }>();
  const boxes = useMemo(() => withoutRoot(layOutTree(tree, orderByWeight(tree.total))), [tree]);
  const look = useMemo(() => {
    const { tree: whole, totals } = page.derived;
    const heat = upward ? { self: totals.self, all: whole.total[0]! } : undefined;
    return createLook(model, tree, { theme, coloring: state.coloring, ruler, heat });
  }, [tree, theme, state.coloring]);
  // A zoom belongs to the picture it was made in.
  const { from, to } = zoom?.tree === tree ? zoom : { from: 0, to: 1 };
  return (
    <FlameChart
      page={page}
      tree={tree}
      boxes={boxes}
      look={look}
      upward={upward}
      label={label}
      from={from}
      to={to}
      cursor={cursor < boxes.node.length ? cursor : -1}
      pick={pick}
      zoom={(box) => {
        pick(box);
        setZoom({
          tree,
          from: boxes.left[box]! / boxes.width,
          to: boxes.right[box]! / boxes.width,
        });
      }}
      settle={(from, to) => setZoom({ tree, from, to })}
    />
  );
}
