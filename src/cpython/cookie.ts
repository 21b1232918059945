import type { Address, Span } from "../../ffi/process.ts";
import { COOKIE } from "./debug_offsets.ts";
import type { MemoryReader } from "./memory.ts";

const PIECE_BYTES = 0x4_0000;
/** No process is searched further: an executable may have any amount of variables. */
const MOST_BYTES = 0x400_0000;

/**
 * Finds the runtime of a 3.13 or later by the cookie that it begins with, where no file tells where it
 * is: in an executable that is stripped of all names. What is found is still to be checked.
 */
export function findCookie(reader: MemoryReader, spans: readonly Span[]): Address | undefined {
  // As text, because text is searched by native code; this encoding makes one character a byte.
  const decoder = new TextDecoder("latin1");
  let left = MOST_BYTES;
  for (const { address, size } of spans) {
    for (let at = 0; at < size && left > 0; at += PIECE_BYTES) {
      const piece = reader.bytesUpTo(address + at, Math.min(PIECE_BYTES, size - at));
      const text = decoder.decode(piece);
      left -= text.length;
      // Pages and pieces begin at multiples of 8, as the runtime does: it never lies across a border.
      for (let found = text.indexOf(COOKIE); found >= 0; found = text.indexOf(COOKIE, found + 1)) {
        if (found % 8 === 0) return address + at + found;
      }
    }
  }
  return undefined;
}
