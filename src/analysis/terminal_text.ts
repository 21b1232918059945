/** Text for terminals: made harmless, measured, and cut to a width. */

/**
 * Everything that could move the cursor, change colours, reorder or hide text: control characters
 * (escape sequences begin with one), format characters (bidi overrides, zero-width, tags), line and
 * paragraph separators, lone surrogates, private and unassigned code points.
 */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Shows untrusted text as it is, with every harmful character spelled out: `\x1b`, `\u202e`. */
export function escapeForTerminal(text: string): string {
  return text.replace(HARMFUL, (character) => NAMED[character] ?? spellOut(character));
}

/** A code point as `\xNN`, `\uNNNN` or `\UNNNNNNNN`, as Python writes it. */
export function spellOut(character: string): string {
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** Two cells wide: East Asian wide and full-width blocks, and emoji shown as pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const COMBINING = /\p{M}/u;
const PLAIN = /^[\x20-\x7e]*$/;

/** Cells that escaped text takes on a terminal. */
export function measureText(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += measureCharacter(character);
  return cells;
}

/** Cuts the middle out of escaped text that is too wide; the end, which names the function, keeps most. */
export function fitText(text: string, cells: number): string {
  if (measureText(text) <= cells) return text;
  if (cells < 1) return "";
  const characters = [...text];
  const head = takeCells(characters, Math.floor((cells - 1) / 3));
  const tail = takeCells(characters.reverse(), cells - 1 - measureText(head.join("")));
  return `${head.join("")}…${tail.reverse().join("")}`;
}

/** Cuts the end off escaped text that is too wide. */
export function cutText(text: string, cells: number): string {
  if (measureText(text) <= cells) return text;
  return cells < 1 ? "" : `${takeCells([...text], cells - 1).join("")}…`;
}

function takeCells(characters: readonly string[], cells: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += measureCharacter(character);
    if (used > cells) break;
    taken.push(character);
  }
  return taken;
}

function measureCharacter(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
