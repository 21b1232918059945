/** Tasks of asyncio: who waits for whom, how long each ran and waited, and where it is. */

import { formatShare } from "../analysis/units.ts";
import { NO_STACK } from "../profile/tables.ts";
import { heat } from "./heat.ts";
import { drawNothing } from "./nothing.ts";
import { putPlaced } from "./placed.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, selected, styleOf, TEXT } from "./style.ts";
import type { TaskCounts, TaskTree } from "./tasks.ts";
import { describeFrame } from "./threads_view.ts";

/** A task that was not seen for this long is done, or neither runs nor is looked at, µs. */
const GONE_US = 2_000_000;
const MOST_INDENT = 20;
/** Cells for names, at most. */
const MOST_NAME = 64;
const TITLE = styleOf("title");

const HOW = [
  "Tasks are not looked at.",
  "",
  "--async-aware     shows what tasks do that run, and who waits for them",
  "--async-mode all  shows where all the others wait, too",
  "",
  "It takes Python 3.11 or later and a program that uses asyncio.",
] as const;

/** A line of the tree. */
interface Line {
  readonly node: number;
  readonly depth: number;
  readonly leads: boolean;
}

/** Draws a row for each task below the one that waits for it. */
export function drawTasks(screen: Screen, area: Area, scene: Scene): void {
  const { profile, model, figures, tasks } = scene;
  model.order = [];
  if (profile.metadata.asyncMode === undefined) {
    HOW.forEach((text, i) => screen.put(2, area.top + 1 + i, text, i === 0 ? TEXT : DIM));
    return;
  }
  const { tree, counts } = tasks();
  const all = profile.metadata.asyncMode === "all";
  const lines = listLines(scene, tree, counts);
  model.order = lines.map(({ node }) => node);
  model.page = Math.max(1, area.bottom - area.top - 1);
  model.follow();
  const treeAt = all ? 26 : 18;
  const placeAt = treeAt + Math.min(MOST_NAME, Math.max(16, Math.floor(screen.width / 2) - treeAt));
  screen.putLeftOf(8, area.top, "total", TITLE);
  screen.putLeftOf(16, area.top, "runs", TITLE);
  if (all) screen.putLeftOf(24, area.top, "waits", TITLE);
  const title = placeAt - treeAt > 40 ? "task, and below it those it waits for" : "task";
  screen.put(treeAt, area.top, title, TITLE);
  screen.put(placeAt, area.top, all ? "is at" : "was last at", TITLE);
  if (lines.length === 0) return drawNothing(screen, area, scene);
  lines.slice(model.scroll, model.scroll + model.page).forEach(({ node, depth, leads }, i) => {
    const y = area.top + 1 + i;
    const share = (count: number): number => count / figures.samples;
    const total = share(counts.below[node]!);
    screen.putLeftOf(8, y, formatShare(total), heat(total));
    const runs = share(counts.runs[node]!);
    if (runs > 0) screen.putLeftOf(16, y, formatShare(runs), heat(runs));
    const waits = share(counts.waits[node]!);
    if (all && waits > 0) screen.putLeftOf(24, y, formatShare(waits), DIM);
    const sign = !leads ? "·" : model.folded.has(node) ? "▸" : "▾";
    const x = treeAt + Math.min(depth * 2, MOST_INDENT);
    screen.put(x, y, sign, styleOf("accent"));
    const name = profile.strings[tree.nodes.frame.at(node)] ?? "";
    screen.put(x + 2, y, name, TEXT, placeAt - x - 3);
    drawPlace(screen, placeAt, y, scene, tree, node);
    model.hits.push({ x: 0, y, cells: screen.width, means: { row: node } });
    if (node === model.chosen) screen.paint(0, y, screen.width, selected);
  });
  const rest = [
    counts.idle > 0 ? `${formatShare(counts.idle / figures.samples)} loops that idle` : "",
    counts.outside > 0 ? `${formatShare(counts.outside / figures.samples)} outside of tasks` : "",
  ].filter((text) => text !== "").join(", ");
  if (rest !== "") screen.put(2, area.bottom, rest, DIM);
}

/** Where a task is; what was seen too long ago is said to be. */
function drawPlace(
  screen: Screen,
  x: number,
  y: number,
  { profile }: Scene,
  { sights, now }: TaskTree,
  node: number,
): void {
  const sight = sights[node];
  if (sight === undefined) return;
  const gone = now - sight.time > GONE_US;
  const { text, place } = describeFrame(profile, profile.stacks.frame.at(sight.stack));
  const style = gone ? DIM : sight.waiting ? TEXT : styleOf("good");
  const seconds = Math.floor((now - sight.time) / 1e6);
  const ago = gone ? `${seconds} s ago  ` : "";
  putPlaced(screen, x, y, `${ago}${text}`, place, style);
}

/** Tasks with samples, most of them first; with a filter, those on the way to a match. */
function listLines({ model, profile }: Scene, { nodes }: TaskTree, counts: TaskCounts): Line[] {
  const wanted = model.filter.toLowerCase();
  const matches = new Uint8Array(nodes.length);
  const children = new Map<number, number[]>();
  // A task comes after the one that waits for it, so one pass from the end marks all ways.
  for (let node = nodes.length - 1; node >= 0; node--) {
    const name = profile.strings[nodes.frame.at(node)] ?? "";
    if (name.toLowerCase().includes(wanted)) matches[node] = 1;
    if (matches[node] === 0 || counts.below[node]! <= 0) continue;
    const awaiter = nodes.prefix.at(node);
    if (awaiter !== NO_STACK) matches[awaiter] = 1;
    const siblings = children.get(awaiter);
    if (siblings === undefined) children.set(awaiter, [node]);
    else siblings.push(node);
  }
  for (const siblings of children.values()) {
    siblings.sort((a, b) => counts.below[b]! - counts.below[a]! || a - b);
  }
  const lines: Line[] = [];
  const pending = [...children.get(NO_STACK) ?? []].reverse().map((node) => ({ node, depth: 0 }));
  while (pending.length > 0) {
    const { node, depth } = pending.pop()!;
    const below = children.get(node) ?? [];
    lines.push({ node, depth, leads: below.length > 0 });
    if (model.folded.has(node)) continue;
    for (let i = below.length - 1; i >= 0; i--) pending.push({ node: below[i]!, depth: depth + 1 });
  }
  return lines;
}
