import { spellOut } from "../src/analysis/terminal_text.ts";

/** What would break a collapsed line or could not be written as UTF-8, and the escape sign itself. */
const BREAKING = /[\\;\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;
const OUTER_BLANKS = /^\s+|\s+$/gu;

/**
 * Makes a frame's text fit a collapsed line, reversibly: a backslash becomes `\\`, and every `;`,
 * control character (a newline too), line separator, lone surrogate, and blank at either end becomes
 * `\xNN` or `\uNNNN`. So each backslash in the output begins an escape, as in a Python string.
 */
export function escapeCollapsed(text: string): string {
  return text
    .replace(BREAKING, (character) => character === "\\" ? "\\\\" : spellOut(character))
    .replace(OUTER_BLANKS, (blanks) => [...blanks].map(spellOut).join(""));
}
