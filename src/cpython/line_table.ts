import { type Location, NO_LOCATION } from "./location_table.ts";

/**
 * The line tables of code objects before 3.11, which know no columns (CPython Objects/lnotab_notes.txt).
 * Both are pairs of an unsigned step in bytes of instructions and a signed step in lines.
 */

/** In 3.10: the range has no line. */
const NO_LINE = -128;

/**
 * Finds the line of a code unit in a table of 3.8 or 3.9 (`co_lnotab`): each pair begins a new line.
 * @param unit index of the code unit; before the first one counts as the first line.
 */
export function findLineBySteps(table: Uint8Array, firstLine: number, unit: number): Location {
  let line = firstLine;
  let start = 0;
  for (let at = 0; at + 1 < table.length; at += 2) {
    start += table[at]!;
    if (start > unit * 2) break;
    line += signed(table[at + 1]!);
  }
  return atLine(line);
}

/**
 * Finds the line of a code unit in a table of 3.10 (`co_linetable`): each pair is a range.
 * @param unit index of the code unit; before the first one counts as the first line.
 */
export function findLineByRanges(table: Uint8Array, firstLine: number, unit: number): Location {
  if (unit < 0) return atLine(firstLine);
  let line = firstLine;
  let end = 0;
  for (let at = 0; at + 1 < table.length; at += 2) {
    end += table[at]!;
    const step = signed(table[at + 1]!);
    if (step !== NO_LINE) line += step;
    if (unit * 2 < end) return step === NO_LINE ? NO_LOCATION : atLine(line);
  }
  return NO_LOCATION;
}

function signed(byte: number): number {
  return byte < 128 ? byte : byte - 256;
}

function atLine(line: number): Location {
  return { line, endLine: line, column: -1, endColumn: -1 };
}
