import type { Profile } from "../src/profile/profile.ts";
import type { Summary } from "../src/profile/metadata.ts";
import { escapeForTerminal } from "../src/analysis/terminal_text.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { type FunctionSummary, summarizeFunctions, summarizeProfile } from "./summary.ts";
import { encodePieces } from "./text_pieces.ts";

const COLUMNS = [
  "file",
  "line",
  "name",
  "kind",
  "self",
  "total",
  "self_share",
  "self_share_low",
  "self_share_high",
  "total_share",
  "total_share_low",
  "total_share_high",
  "self_s",
  "total_s",
] as const satisfies readonly (keyof FunctionSummary)[];

/** What spreadsheets take for the beginning of a formula, in wide forms, too. */
const FORMULA = /^[=+\-@\uff1d\uff0b\uff0d\uff20]/;
const NEEDS_QUOTES = /[",]|^\s|\s$/;

/**
 * The `csv` format: the functions as {@link summarizeFunctions} gives them, one a row under a row of
 * names, as RFC 4180 has it. What is not known is empty. Text from the target is one line, with control
 * characters spelled out as `\x1b`, and where a spreadsheet would take it for a formula it begins with
 * an apostrophe.
 */
export function createCsv(): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: (profile, summary): Bytes => encodePieces(renderRows(profile, summary)),
  };
}

function* renderRows(profile: Profile, summary: Summary): Generator<string> {
  yield `${COLUMNS.join(",")}\r\n`;
  for (const row of summarizeFunctions(profile, summarizeProfile(profile, summary))) {
    yield `${COLUMNS.map((column) => renderCell(row[column])).join(",")}\r\n`;
  }
}

function renderCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const line = escapeForTerminal(value);
  const text = FORMULA.test(line) ? `'${line}` : line;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
