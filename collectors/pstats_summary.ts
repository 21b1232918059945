import { fitText, measureText } from "../src/analysis/terminal_text.ts";
import { formatCount } from "../src/analysis/units.ts";
import type { LocatedRow } from "./pstats_rows.ts";
import { paint } from "./style.ts";

/** Lines a section has at most. */
const TOP = 3;

/** Functions on fewer of the samples than this are chance, not interest. */
const LEAST_SHARE = 0.005;

/** One section: which rows it takes, highest rank first, and what it says of them. */
interface Section {
  readonly title: string;
  /** Greater is more interesting; 0 or less leaves the row out. */
  readonly rank: (row: LocatedRow) => number;
  readonly say: (row: LocatedRow, samples: number) => string;
}

const SECTIONS: readonly Section[] = [
  {
    title: "Hot spots: highest direct/cumulative ratio",
    rank: (row) => row.self / row.total,
    say: (row, samples) =>
      `${(row.self / row.total).toFixed(3)} direct/cumulative, ${
        percent(row.self, samples)
      } direct`,
  },
  {
    title: "Indirect calls: most samples in functions they call",
    rank: (row) => row.total - row.self,
    say: (row, samples) =>
      `${formatCount(row.total - row.self)} indirect, on ${percent(row.total, samples)} of stacks`,
  },
  {
    title: "Call magnification: highest cumulative/direct ratio",
    rank: (row) => row.self > 0 && row.total > row.self ? row.total / row.self : 0,
    say: (row) =>
      `${(row.total / row.self).toFixed(1)}x, ${formatCount(row.total - row.self)} indirect from ${
        formatCount(row.self)
      } direct`,
  },
];

/** The summary of interesting functions, from all rows and not only those shown. */
export function* summarize(
  rows: readonly LocatedRow[],
  samples: number,
  { color, width }: { readonly color: boolean; readonly width?: number },
): Generator<string> {
  const eligible = rows.filter((row) => row.total >= samples * LEAST_SHARE);
  yield "";
  yield paint("Summary of Interesting Functions:", "heading", color);
  for (const { title, rank, say } of SECTIONS) {
    const ranked = eligible
      .map((row) => ({ row, rank: rank(row) }))
      .filter((entry) => entry.rank > 0)
      .sort((a, b) => b.rank - a.rank || b.row.total - a.row.total)
      .slice(0, TOP);
    if (ranked.length === 0) continue;
    yield `  ${paint(title, "column", color)}`;
    const facts = ranked.map(({ row }) => say(row, samples));
    const widest = Math.max(...facts.map(measureText));
    for (const [index, { row }] of ranked.entries()) {
      const location = width === undefined
        ? row.location
        : fitText(row.location, Math.max(width - widest - 6, 12));
      yield `    ${facts[index]!.padEnd(widest)}  ${paint(location, "function", color)}`;
    }
  }
}

function percent(count: number, samples: number): string {
  return `${(count * 100 / samples).toFixed(1)}%`;
}
