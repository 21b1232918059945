/** A flame graph of the terminal's characters: roots above, what they call below. */

import { formatShare } from "../analysis/units.ts";
import { NO_STACK } from "../profile/tables.ts";
import { placeOf } from "./figures.ts";
import { matcherOf } from "./filter.ts";
import { drawNothing } from "./nothing.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, FLAMES, selected, type Style, styleOf } from "./style.ts";
import { childrenOf } from "./tree_view.ts";

/** Narrower boxes bear no name. */
const LEAST_NAMED = 6;

interface Box {
  readonly node: number;
  readonly parent: number;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** Draws the graph of all samples, or of the node that was zoomed into. */
export function drawFlame(screen: Screen, area: Area, scene: Scene): void {
  const { model, figures, observer } = scene;
  const depth = area.bottom - area.top - 1;
  if (model.zoom !== undefined && !(figures.calls().below[model.zoom]! > 0)) model.zoom = undefined;
  const boxes = layOut(scene, screen.width, Infinity);
  const chosen = boxes.find(({ node }) => node === model.chosen) ?? boxes[0];
  // Where the graph is deeper than the screen, it moves with the cursor.
  const top = Math.max(0, (chosen?.depth ?? 0) - depth + 1);
  setMoves(scene, boxes, chosen);
  const matches = matcherOf(model.filter);
  for (const box of boxes) {
    const y = area.top + box.depth - top;
    if (box.depth < top || y > area.bottom - 1) continue;
    const row = observer.nodeRow(figures, box.node);
    const style = model.filter === "" || matches(row)
      ? colorOf(row.file, row.kind)
      : styleOf("dim");
    const width = box.to - box.from;
    for (let x = box.from; x < box.to; x++) screen.put(x, y, " ", style, 1);
    if (width >= LEAST_NAMED) screen.put(box.from, y, ` ${row.name}`, style, width - 1);
    if (width > 1) screen.put(box.to - 1, y, "▕", style, 1);
    model.hits.push({ x: box.from, y, cells: width, means: { row: box.node } });
    if (box === chosen) screen.paint(box.from, y, width, selected);
  }
  if (chosen === undefined) drawNothing(screen, area, scene);
  else {
    const row = observer.nodeRow(figures, chosen.node);
    const shares = `${formatShare(row.total / figures.samples)} total, ${
      formatShare(row.self / figures.samples)
    } self`;
    const end = screen.put(1, area.bottom, shares, styleOf("accent"));
    screen.put(end + 2, area.bottom, `${row.name}  ${placeOf(row, row.file)}`, DIM);
  }
}

/** Boxes of whole cells, parents before their children; what is narrower than one is left out. */
function layOut({ figures, model }: Scene, width: number, depth: number): Box[] {
  const children = childrenOf(figures);
  const { samples } = figures;
  const { below } = figures.calls();
  const boxes: Box[] = [];
  const pending: Box[] = [];
  const place = (
    nodes: readonly number[],
    parent: number,
    from: number,
    room: number,
    whole: number,
    at: number,
  ): void => {
    let sum = 0;
    for (const node of nodes) {
      const start = from + Math.round(sum / whole * room);
      sum += below[node]!;
      const end = from + Math.round(sum / whole * room);
      if (end > start) pending.push({ node, parent, from: start, to: end, depth: at });
    }
  };
  if (model.zoom === undefined) place(children.get(NO_STACK) ?? [], NO_STACK, 0, width, samples, 0);
  else place([model.zoom], NO_STACK, 0, width, below[model.zoom]!, 0);
  for (let next = 0; next < pending.length; next++) {
    const box = pending[next]!;
    boxes.push(box);
    if (box.depth + 1 >= depth) continue;
    place(
      children.get(box.node) ?? [],
      box.node,
      box.from,
      box.to - box.from,
      below[box.node]!,
      box.depth + 1,
    );
  }
  return boxes;
}

/** Tells the keys where they lead: up and down along the stack, left and right among neighbours. */
function setMoves({ model }: Scene, boxes: readonly Box[], chosen: Box | undefined): void {
  if (chosen === undefined) {
    model.order = [];
    return;
  }
  model.chosen = chosen.node;
  const above = boxes.filter(({ node }) => node === chosen.parent).map(({ node }) => node);
  const under = boxes.filter(({ parent }) => parent === chosen.node).slice(0, 1)
    .map(({ node }) => node);
  model.order = [...above, chosen.node, ...under];
  model.page = 1;
  const row = boxes.filter(({ depth }) => depth === chosen.depth);
  const at = row.indexOf(chosen);
  const [left, right] = [row[at - 1]?.node, row[at + 1]?.node];
  model.beside = {
    ...(left === undefined ? {} : { left }),
    ...(right === undefined ? {} : { right }),
  };
}

/** A colour for each folder of sources, the same from picture to picture. */
function colorOf(file: string, kind: string): Style {
  if (kind !== "python") return FLAMES[5]!;
  const folder = file.slice(0, file.lastIndexOf("/"));
  let hash = 0;
  for (let i = 0; i < folder.length; i++) hash = (Math.imul(hash, 31) + folder.charCodeAt(i)) | 0;
  return FLAMES[(hash >>> 4) % 5]!;
}
