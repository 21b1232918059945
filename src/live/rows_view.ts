/** The tables of functions and of lines. */

import { shortenPaths } from "../analysis/places.ts";
import { formatCount, formatShare, formatTime } from "../analysis/units.ts";
import { type Figures, placeOf, type Row } from "./figures.ts";
import { matcherOf } from "./filter.ts";
import { heat } from "./heat.ts";
import { drawInstructions } from "./instructions.ts";
import { drawNothing } from "./nothing.ts";
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
  const { rows, order } = sortRows(scene);
  model.rows = rows;
  model.order = order;
  const chosen = rows[Math.max(0, order.indexOf(model.chosen ?? -1))];
  const taken = chosen === undefined ? 0 : drawInstructions(screen, area, scene, chosen);
  model.page = Math.max(1, area.bottom - taken - area.top);
  model.follow();
  const nameAt = columns.reduce((sum, { cells }) => sum + cells + 1, 1);
  drawTitles(screen, area.top, columns, nameAt, scene);
  if (rows.length === 0) {
    drawNothing(screen, area, scene);
    return;
  }
  const shown = rows.slice(model.scroll, model.scroll + model.page);
  drawExtent(screen, area.top, scene, shown.length, rows.length);
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
const sorted = new WeakMap<Figures, SortedRows>();

interface SortedRows {
  readonly asked: string;
  readonly rows: readonly Row[];
  readonly order: readonly number[];
}

function sortRows(scene: Scene): SortedRows {
  const { figures, model } = scene;
  const asked = `${model.sort} ${model.filter}`;
  const known = sorted.get(figures);
  if (known?.asked === asked) return known;
  const rows = figures.rows.filter(matcherOf(model.filter)).sort(orderOf(scene));
  const fresh = { asked, rows, order: rows.map(({ id }) => id) };
  sorted.set(figures, fresh);
  return fresh;
}

function orderOf({ figures, model, before }: Scene): (a: Row, b: Row) => number {
  const byTotal = (a: Row, b: Row): number => b.total - a.total || b.self - a.self || a.id - b.id;
  const change = (row: Row): number =>
    Math.abs(shareOf(row, figures, "self") - (before.get(row.id) ?? 0));
  if (model.sort === "total") return byTotal;
  if (model.sort === "name") return (a, b) => compareNames(a, b) || a.id - b.id;
  if (model.sort === "change") return (a, b) => change(b) - change(a) || byTotal(a, b);
  return (a, b) => b.self - a.self || byTotal(a, b);
}

function compareNames(a: Row, b: Row): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
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
  const top: Row[] = [];
  for (const row of rows) {
    const last = top[count - 1];
    if (row.self <= 0 || (last !== undefined && row.self <= last.self)) continue;
    const at = top.findIndex(({ self }) => self < row.self);
    top.splice(at < 0 ? top.length : at, 0, row);
    top.length = Math.min(top.length, count);
  }
  return top;
}
