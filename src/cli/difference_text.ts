/** A comparison in words and numbers. */

import { layOut } from "../../collectors/table_lines.ts";
import { type LocatedRow, locateRows } from "../../collectors/pstats_rows.ts";
import type { Comparison, FunctionChange } from "../analysis/difference.ts";
import type { FunctionSet } from "../analysis/difference_functions.ts";
import type { Change, Scale } from "../analysis/difference_significance.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { formatCount, formatCounted, formatTime } from "../analysis/units.ts";
import { FRAME_KINDS } from "../profile/tables.ts";

/** A profile of a comparison, with the file it is from. */
export interface Side {
  readonly path: string;
  readonly functions: FunctionSet;
}

export interface Sides {
  readonly base: Side;
  readonly current: Side;
}

interface Row extends LocatedRow {
  readonly change: FunctionChange;
}

/** The comparison as JSON: shares from 0 to 1, or µs. */
export function describeDifference({ base, current }: Sides, comparison: Comparison): string {
  const side = ({ path, functions: { samples, worth, timeUs, durationUs, metadata } }: Side) => ({
    file: path,
    samples,
    ...(worth > 0 ? { independent_samples: worth } : {}),
    ...(timeUs > 0 ? { time_us: timeUs } : {}),
    ...(durationUs > 0 ? { duration_us: durationUs } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  });
  const change = ({ before, after, difference, interval, p }: Change, significant: boolean) => ({
    before,
    after,
    difference,
    ...(interval === undefined ? {} : { interval: [interval.low, interval.high] }),
    ...(p === undefined ? {} : { p }),
    significant,
  });
  const functions = comparison.rows.map((row) => ({
    file: row.file,
    name: row.name,
    ...(row.firstLine > 0 ? { line: row.firstLine } : {}),
    fate: row.fate,
    self: change(row.self, row.selfSignificant),
    total: change(row.total, row.totalSignificant),
  }));
  const document = {
    type: "tachyon-diff",
    version: 1,
    by: comparison.by,
    unit: comparison.by === "share" ? "share" : "us",
    base: side(base),
    current: side(current),
    baseline_stretched_by: comparison.stretch,
    tests: comparison.tests,
    functions,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The comparison as a table, what is beyond noise first. */
export function tabulateDifference(
  { base, current }: Sides,
  comparison: Comparison,
  limit: number,
  screen: { readonly color: boolean; readonly width?: number },
): string {
  const { by, rows, stretch } = comparison;
  const lines = [
    `Difference by ${by === "share" ? "share of samples" : "time"}`,
    `  baseline  ${describeSide(base)}`,
    `  current   ${describeSide(current)}`,
    `  noise     ${describeNoise(comparison)}`,
  ];
  if (stretch !== 1) {
    lines.push(
      `  times     of the baseline are multiplied by ${
        stretch.toPrecision(4)
      }, as if it had lasted as long`,
    );
  }
  if (rows.every(({ fate }) => fate !== "kept")) {
    lines.push("  paths     no function is in both; one is the same if the path of its file is");
  }
  const shown = locate(rows.slice(0, limit));
  const show = (value: number): string => showAmount(value, by);
  const columns = (part: "self" | "total") => [
    { head: part, cell: ({ change }: Row) => show(change[part].after) },
    { head: "before", cell: ({ change }: Row) => show(change[part].before) },
    { head: "change", cell: ({ change }: Row) => showChange(change, part, by) },
    {
      head: "95% interval",
      cell: ({ change }: Row) => {
        const { interval } = change[part];
        if (interval === undefined) return "";
        return `${sign(interval.low, by)} … ${sign(interval.high, by)}`;
      },
    },
  ];
  const table = [...layOut(shown, [
    { head: "", cell: ({ change }: Row) => nameFate(change) },
    ...columns("self"),
    ...columns("total"),
  ], screen)];
  if (rows.length > 0) lines.push("", ...table.map((line) => line.trimEnd()));
  if (rows.length > shown.length) {
    lines.push("", `${formatCounted(rows.length - shown.length, "function")} more (--limit).`);
  }
  return `${lines.join("\n")}\n`;
}

function describeSide({ path, functions }: Side): string {
  const { samples, worth, durationUs, metadata, timeUs } = functions;
  if (metadata === undefined) return `${escapeForTerminal(path)}, ${formatTime(timeUs)} of calls`;
  const parts = [escapeForTerminal(path), formatCounted(samples, "sample")];
  if (worth > 0) parts[1] += ` (worth ${formatCount(Math.round(worth))} independent ones)`;
  if (durationUs > 0) parts.push(formatTime(durationUs));
  return parts.join(", ");
}

function describeNoise({ tests, rows }: Comparison): string {
  if (tests === 0) return "not known: nothing says which differences are beyond it";
  const marked = rows.filter((row) => row.selfSignificant || row.totalSignificant).length;
  const found = marked === 0
    ? "no function differs beyond it"
    : `${formatCounted(marked, "function")} ${
      marked === 1 ? "differs" : "differ"
    } beyond it, marked *`;
  return `${found} (${formatCounted(tests, "test")}, 5% chance that any mark is false)`;
}

function nameFate(
  { fate, self, total, selfSignificant, totalSignificant }: FunctionChange,
): string {
  const mark = selfSignificant || totalSignificant ? "*" : "";
  if (fate === "new") return `${mark}new`;
  if (fate === "vanished") return `${mark}gone`;
  if (mark === "") return "";
  const bySelf = selfSignificant &&
    (!totalSignificant || Math.abs(self.difference) >= Math.abs(total.difference));
  const by = bySelf ? self : total;
  return by.difference > 0 ? "*more" : "*less";
}

function showChange(row: FunctionChange, part: "self" | "total", by: Scale): string {
  const marked = part === "self" ? row.selfSignificant : row.totalSignificant;
  return `${marked ? "*" : ""}${sign(row[part].difference, by)}`;
}

function showAmount(value: number, by: Scale): string {
  return by === "share" ? `${(value * 100).toFixed(2)}%` : `${(value / 1e6).toFixed(3)} s`;
}

function sign(value: number, by: Scale): string {
  const text = by === "share" ? (value * 100).toFixed(2) : (value / 1e6).toFixed(3);
  return value > 0 ? `+${text}` : text.replace(/^-(0\.0+)$/, "$1");
}

function locate(changes: readonly FunctionChange[]): Row[] {
  const rows = changes.map((change) => ({
    file: change.file,
    name: change.name,
    firstLine: change.firstLine,
    kind: FRAME_KINDS[change.kind] ?? "synthetic",
    self: 0,
    total: 0,
  }));
  return locateRows(rows).map((row, index) => ({ ...row, change: changes[index]! }));
}
