/** Lines of a table: numbers under their heads, and the function that they are about. */

import { fitText, measureText } from "../src/analysis/terminal_text.ts";
import type { LocatedRow } from "./pstats_rows.ts";
import { paint, type Style } from "./style.ts";

/** Between columns, and before what belongs to a heading. */
export const GAP = "  ";

/** A column of numbers. */
export interface NumberColumn<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
}

/** Lays rows out in columns, the last of which is the place of the function, cut to fit. */
export function* layOut<Row extends LocatedRow>(
  rows: readonly Row[],
  columns: readonly NumberColumn<Row>[],
  { color, width }: { readonly color: boolean; readonly width?: number },
): Generator<string> {
  const numbers = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ head }, column) =>
    numbers.reduce((widest, cells) => Math.max(widest, cells[column]!.length), head.length)
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padStart(widths[column]!)).join(GAP);

  const used = widths.reduce((sum, cells) => sum + cells + GAP.length, 0);
  const heads = columns.map(({ head }) => head);
  yield paint(`${line(heads)}${GAP}filename:lineno(function)`, "heading", color);
  for (const [index, row] of rows.entries()) {
    const parts = fitLocation(row, width === undefined ? Infinity : Math.max(width - used, 12));
    const painted = parts.map(({ text, style }) => paint(text, style, color));
    yield `${line(numbers[index]!)}${GAP}${painted.join("")}`;
  }
}

/** A piece of a line and how it is painted. */
interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** A location in parts, for its colours; too long, it loses the classes around the function first. */
function fitLocation(row: LocatedRow, cells: number): Cell[] {
  const short = row.label.replace(/^.+\.(?=[^.]+$)/, "…");
  for (const label of [row.label, short]) {
    const parts: Cell[] = row.place === "" ? [{ text: label, style: "function" }] : [
      { text: row.place, style: "file" },
      ...(row.firstLine > 0
        ? [{ text: ":" }, { text: String(row.firstLine), style: "line" as const }]
        : []),
      { text: "(" },
      { text: label, style: "function" },
      { text: ")" },
    ];
    if (measureText(parts.map(({ text }) => text).join("")) <= cells) return parts;
  }
  return [{ text: fitText(row.location, cells) }];
}
