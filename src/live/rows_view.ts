/** The tables of functions and of lines. */

import { shortenPaths } from "../analysis/places.ts";
import { formatCount, formatShare, formatTime } from "../analysis/units.ts";
import { type Figures, placeOf } from "./figures.ts";
import { matcherOf } from "./filter.ts";
import { heat } from "./heat.ts";
import { drawInstructions } from "./instructions.ts";
import { drawNothing } from "./nothing.ts";
import type { Row, Rows } from "./rows.ts";
import type { Area, Scene } from "./scene.ts";
import { shareOf } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, selected, type Style, styleOf, TEXT } from "./style.ts";

/** A share that has changed by less is as it was. */
const CHANGED = 0.002;

const TITLE = styleOf("title");
const SORTED = styleOf("accent", { bold: true });

interface Column {
  readonly title: string;
  readonly cells: number;
  /** Narrowest screen that shows it. */
  readonly from: number;
  readonly sort?: string;
  draw(screen: Screen, x: number, y: number, row: Row, scene: Scene): void;
}

const COLUMNS: readonly Column[] = [
  {
    title: "self",
    cells: 7,
    from: 0,
    sort: "self",
    draw(screen, x, y, row, scene): void {
      const share = shareOf(row, scene.figures, "self");
      screen.putLeftOf(x + 7, y, formatShare(share), heat(share));
    },
  },
  {
    title: "",
    cells: 1,
    from: 0,
    draw(screen, x, y, row, { before, figures, model }): void {
      const past = before.get(row.id);
      if (!model.trends || past === undefined) return;
      const change = shareOf(row, figures, "self") - past;
      if (change > CHANGED) screen.put(x, y, "▲", styleOf("hot"));
      else if (change < -CHANGED) screen.put(x, y, "▼", styleOf("good"));
    },
  },
  {
    title: "",
    cells: 12,
    from: 80,
    draw(screen, x, y, row, { figures }): void {
      const share = shareOf(row, figures, "self");
      screen.bar(x, y, 12, share, heat(share), styleOf("track"));
    },
  },
  {
    title: "total",
    cells: 7,
    from: 0,
    sort: "total",
    draw(screen, x, y, row, { figures }): void {
      screen.putLeftOf(x + 7, y, formatShare(shareOf(row, figures, "total")), TEXT);
    },
  },
  {
    title: "samples",
    cells: 9,
    from: 140,
    sort: "self",
    draw(screen, x, y, row): void {
      screen.putLeftOf(x + 9, y, row.self > 0 ? formatCount(row.self) : "", DIM);
    },
  },
  {
    title: "self time",
    cells: 10,
    from: 100,
    sort: "self",
    draw(screen, x, y, row, { trust }): void {
      screen.putLeftOf(x + 10, y, shortTime(row.self * trust.sampleUs), DIM);
    },
  },
  {
    title: "total time",
    cells: 10,
    from: 120,
    sort: "total",
    draw(screen, x, y, row, { trust }): void {
      screen.putLeftOf(x + 10, y, shortTime(row.total * trust.sampleUs), DIM);
    },
  },
];

/** Draws the table of functions or lines; the chosen row stands out. */
export function drawRows(screen: Screen, area: Area, scene: Scene): void {
  const { model } = scene;
  const columns = COLUMNS.filter(({ from }) => screen.width >= from);
  const { rows } = scene.figures;
  const order = sortRows(scene);
  model.rows = rows;
  model.order = order;
  const id = order[Math.max(0, order.indexOf(model.chosen ?? -1))];
  const chosen = id === undefined ? undefined : rows.row(id);
  const taken = chosen === undefined ? 0 : drawInstructions(screen, area, scene, chosen);
  model.page = Math.max(1, area.bottom - taken - area.top);
  model.follow();
  const nameAt = columns.reduce((sum, { cells }) => sum + cells + 1, 1);
  drawTitles(screen, area.top, columns, nameAt, scene);
  if (order.length === 0) {
    drawNothing(screen, area, scene);
    return;
  }
  const shown = order.slice(model.scroll, model.scroll + model.page).map((id) => rows.row(id));
  drawExtent(screen, area.top, scene, shown.length, order.length);
  const short = shortenPaths(shown.map(({ file }) => file));
  shown.forEach((row, i) => {
    const y = area.top + 1 + i;
    let x = 1;
    for (const column of columns) {
      column.draw(screen, x, y, row, scene);
      x += column.cells + 1;
    }
    drawName(screen, nameAt, y, row, short.get(row.file) ?? row.file);
    model.hits.push({ x: 0, y, cells: screen.width, means: { row: row.id } });
    if (row.id === model.chosen) screen.paint(0, y, screen.width, selected);
  });
}

/** `function  file.py:12`, both in view however narrow the screen is. */
function drawName(screen: Screen, x: number, y: number, row: Row, file: string): void {
  const room = screen.width - x - 1;
  const style = row.kind === "python" ? TEXT : styleOf("accent");
  const place = placeOf(row, file);
  if (place === "") {
    screen.put(x, y, row.name, style, room);
    return;
  }
  const end = screen.put(x, y, row.name, style, Math.max(8, Math.floor(room * 0.55)));
  if (end + 2 < screen.width) screen.put(end + 2, y, place, DIM, screen.width - end - 3);
}

function drawTitles(
  screen: Screen,
  y: number,
  columns: readonly Column[],
  nameAt: number,
  { model }: Scene,
): void {
  let x = 1;
  const click = (from: number, cells: number, sort: string): void => {
    model.hits.push({ x: from, y, cells, means: { key: `sort:${sort}` } });
  };
  const styleFor = (sort: string | undefined): Style =>
    sort !== undefined && sort === model.sort ? SORTED : TITLE;
  for (const { title, cells, sort } of columns) {
    screen.putLeftOf(x + cells, y, title, styleFor(sort));
    if (sort !== undefined) click(x, cells + 1, sort);
    x += cells + 1;
  }
  const what = model.view === "lines" ? "line" : "function";
  const how = model.sort === "change" ? ", by change" : "";
  screen.put(nameAt, y, what + how, model.sort === "change" ? SORTED : styleFor("name"));
  click(nameAt, (what + how).length, "name");
}

/** `1–20 of 312`, where not all are in view or a filter hides some. */
function drawExtent(
  screen: Screen,
  y: number,
  { model, figures }: Scene,
  shown: number,
  count: number,
): void {
  const all = figures.rows.length;
  if (shown === all || screen.width < 80) return;
  const hidden = count < all ? ` (${formatCount(all)} in all)` : "";
  const text = `${model.scroll + 1}–${model.scroll + shown} of ${formatCount(count)}${hidden}`;
  screen.putLeftOf(screen.width - 1, y, text, DIM);
}

/** Rows in order, kept while neither they nor what is asked of them changes. */
const sorted = new WeakMap<Rows, { readonly asked: string; readonly order: readonly number[] }>();

function sortRows(scene: Scene): readonly number[] {
  const { figures: { rows }, model } = scene;
  const asked = `${model.sort} ${model.filter}`;
  const known = sorted.get(rows);
  if (known?.asked === asked) return known.order;
  const matches = matcherOf(model.filter);
  const some = model.filter === "" ? rows.ids : rows.ids.filter((id) => matches(rows.row(id)));
  const order = Array.from(some.toSorted(orderOf(scene)));
  sorted.set(rows, { asked, order });
  return order;
}

function orderOf({ figures, model, before }: Scene): (a: number, b: number) => number {
  const { rows, samples } = figures;
  const { self, total } = rows;
  const byTotal = (a: number, b: number): number =>
    total[b]! - total[a]! || self[b]! - self[a]! || a - b;
  if (model.sort === "total") return byTotal;
  if (model.sort === "name") {
    return (a, b) => compareTexts(rows.nameOf(a), rows.nameOf(b)) || a - b;
  }
  if (model.sort === "change") {
    const change = new Float64Array(self.length);
    for (const id of rows.ids) change[id] = Math.abs(self[id]! / samples - (before.get(id) ?? 0));
    return (a, b) => change[b]! - change[a]! || byTotal(a, b);
  }
  return (a, b) => self[b]! - self[a]! || byTotal(a, b);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Times in few characters: `12.3 ms`; nothing for none. */
function shortTime(us: number): string {
  if (us === 0) return "";
  if (us >= 60e6) return formatTime(us);
  const [value, unit] = us >= 1e6 ? [us / 1e6, "s"] : us >= 1e3 ? [us / 1e3, "ms"] : [us, "μs"];
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
}

/** The rows with the most samples of their own. */
export function topRows({ rows }: Figures, count: number): Row[] {
  const { ids, self } = rows;
  const top: number[] = [];
  for (const id of ids) {
    const last = top[count - 1];
    if (self[id]! <= 0 || (last !== undefined && self[id]! <= self[last]!)) continue;
    const at = top.findIndex((other) => self[other]! < self[id]!);
    top.splice(at < 0 ? top.length : at, 0, id);
    top.length = Math.min(top.length, count);
  }
  return top.map((id) => rows.row(id));
}
