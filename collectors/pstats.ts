import type { Profile } from "../src/profile/profile.ts";
import type { Summary } from "../src/profile/metadata.ts";
import { totalFunctions } from "../src/analysis/functions.ts";
import { countIndependent, knowsOrder, plusMinus } from "../src/analysis/intervals.ts";
import { judgeQuality } from "../src/analysis/trust.ts";
import { chooseTimeUnit } from "../src/analysis/units.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { describeCapture } from "./header.ts";
import { type LocatedRow, locateRows, type SortKey, sortRows } from "./pstats_rows.ts";
import { summarize } from "./pstats_summary.ts";
import { paint } from "./style.ts";
import { GAP, layOut, type NumberColumn } from "./table_lines.ts";

/** How the table looks. */
export interface TableOptions {
  readonly sort: SortKey;
  /** Rows shown, 0 for none. */
  readonly limit: number;
  /** Whether the summary of interesting functions follows the table. */
  readonly summary: boolean;
  /** Whether to colour it: only for a terminal. */
  readonly color: boolean;
  /** Cells in a line, where there is an end to it: locations are cut to fit. */
  readonly width?: number;
}

/** What the table shows when nothing is asked for. */
export const DEFAULT_TABLE: TableOptions = {
  sort: "nsamples",
  limit: 15,
  summary: true,
  color: false,
};

/** The `pstats` format: a text table with one row per function. */
export function createPstats(options: TableOptions): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    *finish(profile: Profile, summary: Summary): Bytes {
      const encoder = new TextEncoder();
      for (const line of renderTable(profile, summary, options)) {
        yield encoder.encode(`${line}\n`);
      }
    },
  };
}

function* renderTable(
  profile: Profile,
  summary: Summary,
  options: TableOptions,
): Generator<string> {
  const { color, limit } = options;
  yield paint("Profile Stats:", "heading", color);
  for (const [label, text] of describeCapture(profile, summary)) {
    yield `${GAP}${paint(label.padEnd(8), "dim", color)} ${text}`;
  }
  yield "";

  const totals = totalFunctions(profile);
  const rows = locateRows(totals.rows);
  sortRows(rows, options.sort);
  const shown = rows.slice(0, limit);
  const { sampleUs } = judgeQuality(profile.metadata, profile.quality, summary);
  yield* layOut(shown, chooseColumns(profile, shown, totals.samples, sampleUs), options);
  if (shown.length < rows.length) {
    yield paint(`${shown.length} of ${rows.length} functions shown (-l N shows N)`, "dim", color);
  }
  yield "";
  yield* renderLegend(color, { timed: sampleUs > 0, ordered: knowsOrder(profile) });
  if (options.summary && rows.length > 0) yield* summarize(rows, totals.samples, options);
}

/** Columns for what is known: counts always, times and intervals not of every profile. */
function chooseColumns(
  profile: Profile,
  rows: readonly LocatedRow[],
  samples: number,
  sampleUs: number,
): NumberColumn<LocatedRow>[] {
  const percent = (count: number): string => (count * 100 / samples).toFixed(1);
  const time = (name: string, count: (row: LocatedRow) => number): NumberColumn<LocatedRow>[] => {
    if (sampleUs === 0) return [];
    const unit = chooseTimeUnit(
      rows.reduce((most, row) => Math.max(most, count(row)), 0) * sampleUs,
    );
    const cell = (row: LocatedRow): string => (count(row) * sampleUs / unit.us).toFixed(3);
    return [{ head: `${name} ${unit.name}`, cell }];
  };
  const worth = countIndependent(profile);
  const spread: NumberColumn<LocatedRow> = {
    head: "±",
    cell: (row) => (plusMinus(row.self / samples, worth) * 100).toFixed(1),
  };
  return [
    { head: "nsamples", cell: (row) => `${row.self}/${row.total}` },
    { head: "sample%", cell: (row) => percent(row.self) },
    ...(knowsOrder(profile) ? [spread] : []),
    ...time("tottime", (row) => row.self),
    { head: "cumul%", cell: (row) => percent(row.total) },
    ...time("cumtime", (row) => row.total),
  ];
}

function* renderLegend(
  color: boolean,
  { timed, ordered }: { readonly timed: boolean; readonly ordered: boolean },
): Generator<string> {
  yield paint("Legend:", "heading", color);
  const meanings: [column: string, meaning: string, shown: boolean][] = [
    ["nsamples", "direct/cumulative: running the function itself / anywhere on the stack", true],
    ["sample%", "share of all samples that are direct", true],
    ["±", "95% interval of sample%: what another stretch of the same work may show", ordered],
    ["tottime", "estimated time in the function itself: direct samples × time of one", timed],
    ["cumul%", "share of all samples with the function on the stack", true],
    ["cumtime", "estimated time in the function and all it calls", timed],
    ["location", "file, first line of the function, function", true],
  ];
  for (const [column, meaning, shown] of meanings) {
    if (shown) yield `${GAP}${paint(column.padEnd(8), "column", color)} ${meaning}`;
  }
}
