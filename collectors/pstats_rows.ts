import type { FunctionRow } from "../src/analysis/functions.ts";
import { shortenPaths } from "../src/analysis/places.ts";
import { escapeForTerminal } from "../src/analysis/terminal_text.ts";

/** By what rows can be sorted; all but `name` put the largest first. */
export const SORT_KEYS = [
  "nsamples",
  "tottime",
  "cumtime",
  "sample-pct",
  "cumul-pct",
  "nsamples-cumul",
  "name",
] as const;
export type SortKey = typeof SORT_KEYS[number];

/** A function with the text that names it, safe for a terminal. */
export interface LocatedRow extends FunctionRow {
  /** Short file name; empty for artificial frames, which have none. */
  readonly place: string;
  /** Function name. */
  readonly label: string;
  /** `place:firstLine(label)`, without a line where none is known, or the label alone. */
  readonly location: string;
}

/** Names every row: two files of one base name stay apart. */
export function locateRows(rows: readonly FunctionRow[]): LocatedRow[] {
  const short = shortenPaths(rows.filter((row) => row.kind === "python").map((row) => row.file));
  return rows.map((row) => {
    const label = escapeForTerminal(row.name);
    if (row.kind !== "python") return { ...row, place: "", label, location: label };
    const place = escapeForTerminal(short.get(row.file) ?? row.file);
    const line = row.firstLine > 0 ? `:${row.firstLine}` : "";
    return { ...row, place, label, location: `${place}${line}(${label})` };
  });
}

/** Sorts in place; rows that are equal stand in the order of the other count, then by name. */
export function sortRows(rows: LocatedRow[], key: SortKey): void {
  const self = (a: LocatedRow, b: LocatedRow): number => b.self - a.self;
  const total = (a: LocatedRow, b: LocatedRow): number => b.total - a.total;
  const name = (a: LocatedRow, b: LocatedRow): number =>
    compareText(a.place, b.place) || a.firstLine - b.firstLine || compareText(a.label, b.label) ||
    compareText(a.file, b.file);
  const orders: Record<SortKey, (a: LocatedRow, b: LocatedRow) => number> = {
    "nsamples": self,
    "tottime": self,
    "sample-pct": self,
    "cumtime": total,
    "cumul-pct": total,
    "nsamples-cumul": total,
    "name": name,
  };
  const first = orders[key];
  rows.sort((a, b) => first(a, b) || self(a, b) || total(a, b) || name(a, b));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
