/** A line of source with the part that is being executed marked. */

import { escapeForTerminal, measureText } from "../../analysis/terminal_text.ts";

/** Longer lines are cut, characters. */
const LONGEST = 240;

/** The line in three parts, safe for a terminal and without the blanks at its ends. */
export interface MarkedLine {
  readonly before: string;
  /** What is being executed; empty where that is not known, or is all of the line. */
  readonly marked: string;
  readonly after: string;
  /** A line of carets to put below; empty where nothing is marked. */
  readonly carets: string;
}

/**
 * @param column where the marked part begins, in bytes of UTF-8; −1 where that is not known.
 * @param endColumn where it ends; `isLast` says that it ends on this line.
 */
export function markLine(
  line: string,
  column: number,
  endColumn: number,
  isLast: boolean,
): MarkedLine {
  const text = line.trimEnd();
  const start = text.length - text.trimStart().length;
  const from = column < 0 ? start : Math.max(start, fromBytes(text, column));
  const end = column < 0 ? start : isLast ? fromBytes(text, endColumn) : text.length;
  const to = Math.max(from, Math.min(end, text.length));
  if (to === from || (from === start && to === text.length)) {
    return { before: clean(cut(text.slice(start), LONGEST)), marked: "", after: "", carets: "" };
  }
  const before = clean(cutFront(text.slice(start, from), LONGEST));
  const marked = clean(cut(text.slice(from, to), LONGEST));
  const after = clean(cut(text.slice(to), LONGEST));
  const carets = " ".repeat(measureText(before)) + "^".repeat(measureText(marked));
  return { before, marked, after, carets };
}

/** Index of the character that begins at a byte. */
function fromBytes(text: string, bytes: number): number {
  let left = bytes;
  let index = 0;
  for (const character of text) {
    if (left <= 0) break;
    left -= sizeInBytes(character);
    index += character.length;
  }
  return index;
}

function sizeInBytes(character: string): number {
  const code = character.codePointAt(0)!;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
}

function clean(text: string): string {
  return escapeForTerminal(text.replaceAll("\t", " "));
}

function cutFront(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `…${characters.slice(1 - most).join("")}`;
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
