/** The way of bytes into an open file or stream. */

import type { Bytes } from "../../collectors/collector.ts";
import { WriteFailure } from "./write_failure.ts";

/** Writes pieces; between them others have their turn, so that a slow reader does not hold up signals. */
export async function writePieces(
  to: { write(bytes: Uint8Array): Promise<number> },
  pieces: Bytes,
  path: string,
): Promise<void> {
  for (const piece of pieces) {
    try {
      for (let at = 0; at < piece.length;) at += await to.write(piece.subarray(at));
    } catch (error) {
      throw new WriteFailure(path, error);
    }
  }
}
