import type { Tree } from "./tree.ts";

/**
 * A picture's boxes row by row from the root, from left to right within a row. Positions are in
 * samples from the left (or slices of time, in a picture by time).
 */
export interface Boxes {
  /** The first box of each row, and the number of all boxes after the last row. */
  readonly rows: Uint32Array;
  readonly node: Int32Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** The width of all. */
  readonly width: number;
  /** What boxes of node 0 are called, by row; absent: as usual. */
  readonly captions?: ReadonlyMap<number, string>;
}

/**
 * Lays out a tree: each node as wide as its total, beside its siblings in the given order.
 * @param order all nodes, in the order that siblings are to have.
 */
export function layOutTree(tree: Tree, order: Uint32Array): Boxes {
  const { length, parent, total } = tree;
  const start = new Uint32Array(length + 2);
  for (let node = 1; node < length; node++) start[parent[node]! + 2]!++;
  for (let i = 2; i < start.length; i++) start[i]! += start[i - 1]!;
  const children = new Int32Array(Math.max(0, length - 1));
  for (const node of order) if (node > 0) children[start[parent[node]! + 1]!++] = node;

  const node = new Int32Array(length);
  const left = new Float64Array(length);
  const right = new Float64Array(length);
  right[0] = total[0]!;
  const rows = [0, 1];
  let made = 1;
  for (let from = 0; from < made;) {
    const to = made;
    for (; from < to; from++) {
      let x = left[from]!;
      const parent = node[from]!;
      for (let i = start[parent]!; i < start[parent + 1]!; i++) {
        const child = children[i]!;
        node[made] = child;
        left[made] = x;
        x += total[child]!;
        right[made++] = x;
      }
    }
    if (made > to) rows.push(made);
  }
  return { rows: Uint32Array.from(rows), node, left, right, width: total[0]! };
}

/** Leaves out the row of node 0. */
export function withoutRoot(boxes: Boxes): Boxes {
  return boxes.rows.length > 2 ? { ...boxes, rows: boxes.rows.subarray(1) } : boxes;
}

/** The first box of a row that ends right of `x`; the row's end when there is none. */
export function findBox({ rows, right }: Boxes, row: number, x: number): number {
  let low = rows[row]!;
  let high = rows[row + 1]!;
  while (low < high) {
    const middle = low + high >>> 1;
    if (right[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The box at a place; −1 when there is none. */
export function boxAt(boxes: Boxes, row: number, x: number): number {
  if (row < 0 || row >= boxes.rows.length - 1) return -1;
  const box = findBox(boxes, row, x);
  return box < boxes.rows[row + 1]! && boxes.left[box]! <= x ? box : -1;
}

/** The row a box is in. */
export function rowOf({ rows }: Boxes, box: number): number {
  let low = 0;
  let high = rows.length - 2;
  while (low < high) {
    const middle = low + high + 1 >>> 1;
    if (rows[middle]! <= box) low = middle;
    else high = middle - 1;
  }
  return low;
}
