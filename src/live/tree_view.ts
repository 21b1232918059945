/** The call tree: who calls whom, most samples first. */

import { baseName } from "../analysis/places.ts";
import { formatShare } from "../analysis/units.ts";
import { NO_STACK } from "../profile/tables.ts";
import { type Figures, placeOf } from "./figures.ts";
import { matcherOf } from "./filter.ts";
import { drawNothing } from "./nothing.ts";
import { heat } from "./heat.ts";
import { putPlaced } from "./placed.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, selected, styleOf, TEXT } from "./style.ts";

/** Nodes with a smaller share of all samples are left out: nobody could read them all. */
const LEAST = 0.001;
/** An untouched tree opens by itself along its heaviest branches down to this share. */
const HEAVY = 0.1;
/** Deeper nodes are not indented any further. */
const MOST_INDENT = 40;

interface Node {
  readonly id: number;
  readonly depth: number;
  readonly children: readonly number[];
  readonly open: boolean;
}

const childrenKnown = new WeakMap<Figures, Map<number, number[]>>();

/** Children of each node with enough samples, heaviest first; those of no node are the roots. */
export function childrenOf(figures: Figures): Map<number, number[]> {
  const known = childrenKnown.get(figures);
  if (known !== undefined) return known;
  const { tree, below } = figures.calls();
  const { samples } = figures;
  const children = new Map<number, number[]>();
  childrenKnown.set(figures, children);
  for (let node = 0; node < tree.length; node++) {
    if (below[node]! <= 0 || below[node]! < samples * LEAST) continue;
    const parent = tree.prefix.at(node);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [node]);
    else siblings.push(node);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => below[b]! - below[a]! || a - b);
  return children;
}

/** Draws the tree; nodes that the cursor has been to stay as they were set. */
export function drawTree(screen: Screen, area: Area, scene: Scene): void {
  const { model, figures, observer } = scene;
  const nodes = listNodes(scene);
  model.order = nodes.map(({ id }) => id);
  model.page = Math.max(1, area.bottom - area.top);
  model.follow();
  screen.putLeftOf(8, area.top, "total", styleOf("title"));
  screen.putLeftOf(16, area.top, "self", styleOf("title"));
  screen.put(18, area.top, "call tree", styleOf("title"));
  if (nodes.length === 0) drawNothing(screen, area, scene);
  nodes.slice(model.scroll, model.scroll + model.page).forEach((node, i) => {
    const y = area.top + 1 + i;
    const row = observer.nodeRow(figures, node.id);
    const [total, self] = [row.total / figures.samples, row.self / figures.samples];
    screen.putLeftOf(8, y, formatShare(total), heat(total));
    screen.putLeftOf(16, y, self > 0 ? formatShare(self) : "", DIM);
    const sign = node.children.length === 0 ? "·" : node.open ? "▾" : "▸";
    const x = 18 + Math.min(node.depth, MOST_INDENT, Math.floor(screen.width / 3)) * 2;
    screen.put(x, y, sign, styleOf("accent"));
    const style = row.kind === "python" ? TEXT : styleOf("accent");
    putPlaced(screen, x + 2, y, row.name, placeOf(row, baseName(row.file)), style);
    model.hits.push({ x: 0, y, cells: screen.width, means: { row: node.id } });
    if (node.id === model.chosen) screen.paint(0, y, screen.width, selected);
  });
}

/** Nodes in the order of the screen. With a filter, those on the way to a match. */
function listNodes({ figures, model, observer }: Scene): Node[] {
  const children = childrenOf(figures);
  const filtered = model.filter !== "";
  const wanted = filtered
    ? markWays(
      figures,
      children,
      (node) => matcherOf(model.filter)(observer.nodeRow(figures, node)),
    )
    : undefined;
  if (model.expanded.size === 0 && !filtered) openHeaviest(figures, children, model.expanded);
  const nodes: Node[] = [];
  const pending = [...children.get(NO_STACK) ?? []].reverse().map((id) => ({ id, depth: 0 }));
  while (pending.length > 0) {
    const { id, depth } = pending.pop()!;
    if (wanted !== undefined && !wanted.has(id)) continue;
    const below = (children.get(id) ?? []).filter((child) => wanted?.has(child) ?? true);
    const open = wanted !== undefined || model.expanded.has(id);
    nodes.push({ id, depth, children: below, open });
    if (!open) continue;
    for (let i = below.length - 1; i >= 0; i--) pending.push({ id: below[i]!, depth: depth + 1 });
  }
  return nodes;
}

/** Nodes that match and all above them. */
function markWays(
  figures: Figures,
  children: Map<number, number[]>,
  matches: (node: number) => boolean,
): Set<number> {
  const { tree } = figures.calls();
  const marked = new Set<number>();
  for (const siblings of children.values()) {
    for (const node of siblings) {
      if (marked.has(node) || !matches(node)) continue;
      for (let at = node; at !== NO_STACK && !marked.has(at); at = tree.prefix.at(at)) {
        marked.add(at);
      }
    }
  }
  return marked;
}

function openHeaviest(
  figures: Figures,
  children: Map<number, number[]>,
  expanded: Set<number>,
): void {
  const { below } = figures.calls();
  for (const siblings of children.values()) {
    for (const node of siblings) {
      if (below[node]! >= figures.samples * HEAVY) expanded.add(node);
    }
  }
}
