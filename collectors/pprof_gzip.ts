import { constants, crc32, deflateRawSync } from "node:zlib";
import type { Bytes } from "./collector.ts";

/** Bytes that are packed together: more of them would not be packed much tighter. */
const BLOCK = 256 * 1024;
const { Z_SYNC_FLUSH, Z_FINISH } = constants;
/** RFC 1952: deflated, no name, no time, any system; equal input gives equal output. */
const HEAD = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/**
 * Packs bytes with gzip as they come. One member, because not every reader takes several: each block is
 * packed by itself and ends at a whole byte, so that the blocks in a row are one deflate stream.
 */
export function* packGzip(pieces: Bytes): Bytes {
  yield HEAD;
  let checksum = 0;
  let length = 0;
  const pack = (block: Uint8Array, flush: number): Uint8Array => {
    checksum = crc32(block, checksum);
    length += block.length;
    return deflateRawSync(block, { finishFlush: flush });
  };
  const waiting = new Uint8Array(BLOCK);
  let filled = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + BLOCK - filled);
      waiting.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < BLOCK) continue;
      yield pack(waiting, Z_SYNC_FLUSH);
      filled = 0;
    }
  }
  yield pack(waiting.subarray(0, filled), Z_FINISH);
  const tail = new DataView(new ArrayBuffer(8));
  tail.setUint32(0, checksum, true);
  tail.setUint32(4, length % 2 ** 32, true);
  yield new Uint8Array(tail.buffer);
}
