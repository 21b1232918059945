/** The few colours of text outputs: the terminal's own sixteen, so they follow its theme. */

const CODES = {
  heading: "1;34",
  dim: "2",
  column: "1",
  file: "32",
  line: "33",
  function: "36",
} as const;

/** What a piece of text is, for its colour. */
export type Style = keyof typeof CODES;

/** Puts text between escape sequences when colours are wanted. */
export function paint(text: string, style: Style | undefined, color: boolean): string {
  return color && style !== undefined ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}
