/** The table of a profile that has functions and their callers, but no stacks. */

import type { CallRow, CallTable } from "../src/profile/call_table.ts";
import { chooseTimeUnit, formatCount, formatCounted, formatTime } from "../src/analysis/units.ts";
import { fitText } from "../src/analysis/terminal_text.ts";
import type { Bytes } from "./collector.ts";
import type { TableOptions } from "./pstats.ts";
import { type LocatedRow, locateRows, type SortKey, sortRows } from "./pstats_rows.ts";
import { paint } from "./style.ts";
import { GAP, layOut, type NumberColumn } from "./table_lines.ts";

/** Callers shown of each function. */
const MOST_CALLERS = 3;

/** A function with its place; `self` and `total` are times in µs. */
interface CallLine extends LocatedRow {
  readonly source: CallRow;
}

/** Renders such a profile: a row for each function, and who called those that are shown. */
export function* renderCalls(table: CallTable, options: TableOptions): Bytes {
  const encoder = new TextEncoder();
  for (const line of renderLines(table, options)) yield encoder.encode(`${line}\n`);
}

function* renderLines(table: CallTable, options: TableOptions): Generator<string> {
  const { color, limit, sort, summary } = options;
  const all = locate(table);
  const wholeUs = all.reduce((sum, { self }) => sum + self, 0);
  const rows = [...all];
  sortLines(table, rows, sort);
  const shown = rows.slice(0, limit);

  yield paint("Profile Stats:", "heading", color);
  const facts: [string, string][] = [
    ["functions", formatCount(rows.length)],
    [table.unit, describeTotal(table)],
    ["time", `${formatTime(wholeUs)} in all functions`],
  ];
  for (const [label, text] of facts) yield `${GAP}${paint(label.padEnd(9), "dim", color)} ${text}`;
  yield "";
  yield* layOut(shown, chooseColumns(table, shown, wholeUs), options);
  if (shown.length < rows.length) {
    yield paint(`${shown.length} of ${rows.length} functions shown (-l N shows N)`, "dim", color);
  }
  if (summary) yield* renderCallers(table, all, shown, options);
}

function locate({ rows }: CallTable): CallLine[] {
  const located = locateRows(rows.map((row) => ({
    file: row.file,
    name: row.name,
    firstLine: row.line,
    kind: row.file === "" || row.file === "~" ? "synthetic" as const : "python" as const,
    self: row.selfUs,
    total: row.totalUs,
  })));
  return located.map((line, index) => ({ ...line, source: rows[index]! }));
}

/** What a sampler sees most is what takes the time: so calls are sorted by their time, too. */
function sortLines({ unit }: CallTable, rows: CallLine[], key: SortKey): void {
  const byCount = key === "nsamples" || key === "nsamples-cumul";
  sortRows(rows, byCount ? "tottime" : key);
  if (key === "nsamples-cumul") rows.sort((a, b) => b.source.calls - a.source.calls);
  if (key === "nsamples" && unit === "samples") {
    rows.sort((a, b) => b.source.primitive - a.source.primitive);
  }
}

/** Samples in functions are samples; calls of all functions are calls. */
function describeTotal({ unit, rows }: CallTable): string {
  const of = (count: (row: CallRow) => number): number =>
    rows.reduce((sum, row) => sum + count(row), 0);
  if (unit === "samples") return formatCount(of((row) => row.primitive));
  return `${formatCount(of((row) => row.calls))}, ${
    formatCount(of((row) => row.primitive))
  } of them not recursive`;
}

function chooseColumns(
  { unit }: CallTable,
  rows: readonly CallLine[],
  wholeUs: number,
): NumberColumn<CallLine>[] {
  const time = (name: string, us: (row: CallLine) => number): NumberColumn<CallLine> => {
    const { name: unitName, us: unitUs } = chooseTimeUnit(
      rows.reduce((most, row) => Math.max(most, us(row)), 0),
    );
    return { head: `${name} ${unitName}`, cell: (row) => (us(row) / unitUs).toFixed(3) };
  };
  const share = (us: number): string => wholeUs === 0 ? "0.0" : (us * 100 / wholeUs).toFixed(1);
  const count = ({ primitive, calls }: CallRow): string => {
    if (unit === "samples") return `${primitive}/${calls}`;
    return calls === primitive ? `${calls}` : `${calls}/${primitive}`;
  };
  return [
    { head: unit === "calls" ? "ncalls" : "nsamples", cell: ({ source }) => count(source) },
    { head: "self%", cell: (row) => share(row.self) },
    time("tottime", (row) => row.self),
    { head: "cumul%", cell: (row) => share(row.total) },
    time("cumtime", (row) => row.total),
  ];
}

/** Who called the functions shown, most frequent first. */
function* renderCallers(
  { unit }: CallTable,
  all: readonly CallLine[],
  shown: readonly CallLine[],
  { color, width }: TableOptions,
): Generator<string> {
  const called = shown.filter(({ source }) => source.callers.length > 0);
  if (called.length === 0) return;
  yield "";
  yield paint("Callers:", "heading", color);
  for (const { location, source } of called) {
    yield `${GAP}${paint(fit(location, width, GAP.length), "function", color)}`;
    const callers = [...source.callers].sort((a, b) => b.counts.calls - a.counts.calls);
    for (const { caller, counts } of callers.slice(0, MOST_CALLERS)) {
      const time = counts.totalUs === undefined ? "" : `, ${formatTime(counts.totalUs)}`;
      const fact = `${formatCounted(counts.calls, unit.slice(0, -1))}${time}`;
      const from = fit(all[caller]!.location, width, fact.length + 3 * GAP.length);
      yield `${GAP}${GAP}${fact}${GAP}${from}`;
    }
    const more = callers.length - MOST_CALLERS;
    if (more > 0) yield `${GAP}${GAP}${paint(`and ${formatCounted(more, "other")}`, "dim", color)}`;
  }
}

function fit(text: string, width: number | undefined, used: number): string {
  return width === undefined ? text : fitText(text, Math.max(width - used, 12));
}
