/** Text on its way out. */

import type { Bytes } from "./collector.ts";

/** Output is handed over in pieces of about so many characters. */
const PIECE = 64 * 1024;
/** JSON is ASCII but for these. */
const NOT_PRINTABLE_ASCII = /[^\x20-\x7e]/g;

/** Joins small texts to pieces of a good size, in UTF-8. */
export function* encodePieces(texts: Iterable<string>): Bytes {
  const encoder = new TextEncoder();
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield encoder.encode(piece);
    piece = "";
  }
  if (piece !== "") yield encoder.encode(piece);
}

/**
 * A value as JSON in printable ASCII, as Python's `json` writes it: harmless to terminals, and a lone
 * surrogate, which UTF-8 has no place for, comes back.
 */
export function encodeAscii(value: unknown): string {
  return JSON.stringify(value).replace(
    NOT_PRINTABLE_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
