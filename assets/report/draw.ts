import { type Boxes, findBox, rowOf } from "./boxes.ts";
import { createLabel, type Label, type Ruler } from "./labels.ts";
import type { Painter } from "./painter.ts";

/** Height of a row with the gap below it, px. */
export const ROW = 20;
const GAP = 1;
const PADDING = 5;
/** Narrower boxes have no label. */
const LEAST_LABEL = 26;

/** What of a picture is seen. */
export interface View {
  /** The left and right edge, in the boxes' own measure. */
  readonly from: number;
  readonly to: number;
  /** Size, px. */
  readonly width: number;
  readonly height: number;
  /** How far it is scrolled down, px. */
  readonly scroll: number;
  /** The root is the lowest row. */
  readonly upward: boolean;
}

/** What boxes look like. */
export interface Look {
  readonly colors: readonly string[];
  /** Index of a node's colour. */
  colorOf(node: number): number;
  labelOf(node: number): Label;
  readonly text: string;
  readonly faintText: string;
  /** For boxes too narrow to be seen alone. */
  readonly dust: string;
  /** By node, 1 for what was searched for; absent: nothing was. */
  readonly matches?: Uint8Array;
  readonly match: string;
  readonly matchText: string;
  readonly dimmed: string;
  readonly dimmedText: string;
}

/** The top of a row, px from the top of all rows, or from the top of the view if those are fewer. */
export function topOf(row: number, rows: number, { height, upward }: View): number {
  if (!upward) return row * ROW;
  return Math.max(height, rows * ROW) - (row + 1) * ROW;
}

/** The row at a height within the view. */
export function rowAt(y: number, rows: number, { scroll, height, upward }: View): number {
  const below = y + scroll;
  return upward
    ? Math.floor((Math.max(height, rows * ROW) - below) / ROW)
    : Math.floor(below / ROW);
}

/** Draws the boxes that are seen; the work does not grow with those that are not. */
export function drawBoxes(
  painter: Painter,
  boxes: Boxes,
  view: View,
  look: Look,
  ruler: Ruler,
): void {
  const rows = boxes.rows.length - 1;
  const edge = rowAt(view.height - 1, rows, view);
  const first = rowAt(0, rows, view);
  const labelled: number[] = [];
  buckets.clear();
  for (let row = Math.max(0, Math.min(first, edge)); row <= Math.max(first, edge); row++) {
    if (row >= rows) break;
    const y = topOf(row, rows, view) - view.scroll;
    collectRow(boxes, row, y, view, look, labelled);
  }
  buckets.paint(painter, look.match);
  for (let i = 0; i < labelled.length; i += 4) {
    const at = { left: labelled[i + 1]!, y: labelled[i + 2]!, width: labelled[i + 3]! };
    drawLabel(painter, boxes, labelled[i]!, look, ruler, at);
  }
}

/** Rectangles of one colour, and how many of its numbers are in use. */
interface Bucket {
  readonly values: number[];
  used: number;
}

/** Rectangles by colour: changing the colour costs more than a rectangle. */
class Buckets {
  readonly #byColor = new Map<string, Bucket>();

  /** Empties all, but keeps their room. */
  clear(): void {
    for (const bucket of this.#byColor.values()) bucket.used = 0;
  }

  add(color: string, x: number, y: number, width: number): void {
    let bucket = this.#byColor.get(color);
    if (bucket === undefined) this.#byColor.set(color, bucket = { values: [], used: 0 });
    const { values } = bucket;
    values[bucket.used++] = x;
    values[bucket.used++] = y;
    values[bucket.used++] = width;
  }

  /** Paints all; those of the color that must not be covered come last. */
  paint(painter: Painter, last: string): void {
    const colors = [...this.#byColor].sort(([a], [b]) => Number(a === last) - Number(b === last));
    for (const [color, { values, used }] of colors) {
      for (let i = 0; i < used; i += 3) {
        painter.rectangle(values[i]!, values[i + 1]!, values[i + 2]!, ROW - GAP, color);
      }
    }
  }
}

/** Kept from one picture to the next, as there may be one with each frame. */
const buckets = new Buckets();

function collectRow(
  boxes: Boxes,
  row: number,
  y: number,
  view: View,
  look: Look,
  labelled: number[],
): void {
  const { left, right, node } = boxes;
  const scale = view.width / (view.to - view.from);
  const end = boxes.rows[row + 1]!;
  const plain = new Dust(look.dust, y);
  const found = new Dust(look.match, y);
  for (let box = findBox(boxes, row, view.from); box < end && left[box]! < view.to; box++) {
    const x = Math.max(-1, (left[box]! - view.from) * scale);
    const to = Math.min(view.width + 1, (right[box]! - view.from) * scale);
    let matched = look.matches?.[node[box]!] === 1;
    if (to - x < 1) {
      // All others that end within this pixel would be drawn over it; one that was searched for counts.
      const last = skip(right, box, end, view.from + (x + 1) / scale);
      if (look.matches !== undefined) {
        while (!matched && box < last) matched = look.matches[node[++box]!] === 1;
      }
      box = last;
      (matched ? found : plain).add(x, to);
      continue;
    }
    const width = Math.max(1, to - x - (to - x > 3 ? GAP : 0));
    const color = matched
      ? look.match
      : look.matches === undefined
      ? look.colors[look.colorOf(node[box]!)]!
      : look.dimmed;
    buckets.add(color, x, y, width);
    if (width >= LEAST_LABEL) labelled.push(box, x, y, width);
  }
  plain.settle();
  found.settle();
}

/** Boxes too narrow to be seen alone, drawn as one as long as they lie side by side. */
class Dust {
  #from = 0;
  #to = -Infinity;

  constructor(readonly color: string, readonly y: number) {}

  add(from: number, to: number): void {
    if (from - this.#to > 1) {
      this.settle();
      this.#from = from;
    }
    this.#to = to;
  }

  settle(): void {
    if (this.#to === -Infinity) return;
    buckets.add(this.color, this.#from, this.y, Math.max(1, this.#to - this.#from));
  }
}

/** The last box before the one that ends right of `x`: in steps that double, then halve. */
function skip(right: Float64Array, box: number, end: number, x: number): number {
  let step = 1;
  while (box + step < end && right[box + step]! <= x) step *= 2;
  let low = box + (step >> 1);
  let high = Math.min(end, box + step);
  while (low + 1 < high) {
    const middle = low + high >>> 1;
    if (right[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}

function drawLabel(
  painter: Painter,
  boxes: Boxes,
  box: number,
  look: Look,
  ruler: Ruler,
  { left, y, width }: { left: number; y: number; width: number },
): void {
  const node = boxes.node[box]!;
  const caption = node === 0 ? boxes.captions?.get(rowOf(boxes, box)) : undefined;
  const label = caption === undefined ? look.labelOf(node) : createLabel(ruler, caption, "");
  const x = Math.max(0, left) + PADDING;
  const room = width - (x - left) - PADDING + 2;
  const matched = look.matches?.[node] === 1;
  const color = matched ? look.matchText : look.matches === undefined ? look.text : look.dimmedText;
  const middle = y + (ROW - GAP) / 2 + 0.5;
  if (label.fullWidth <= room) {
    painter.text(label.full, x, middle, color);
    if (label.place !== "" && label.fullWidth + label.placeWidth + 12 <= room) {
      const faint = matched || look.matches !== undefined ? color : look.faintText;
      painter.text(label.place, x + label.fullWidth + 10, middle, faint);
    }
  } else if (label.shortWidth <= room) painter.text(label.short, x, middle, color);
  else {
    const cut = ruler.cut(label.short, room);
    if (cut !== "") painter.text(cut, x, middle, color);
  }
}
