/** What stands before the statistics at the end of a finished recording of ours. */

import { ByteReader } from "./byte_reader.ts";
import type { ByteSource } from "./byte_source.ts";
import { ByteWriter } from "./byte_writer.ts";
import { FOOTER_SIZE, readStatistics, STATISTICS_ROOM } from "./tach.ts";

const MARK = 0x4c4f5954; // "TYOL"
const VERSION = 1;
const TRAILER_SIZE = 16;

/** @param lastChunk offset of the last chunk, which has the summary. */
export function writeTrailer(lastChunk: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(TRAILER_SIZE);
  writer.u64(lastChunk);
  writer.u32(MARK);
  writer.u32(VERSION);
  return writer.take();
}

/** The offset of the last chunk; undefined if the file does not tell. */
export function readTrailer(source: ByteSource): number | undefined {
  const room = STATISTICS_ROOM + TRAILER_SIZE;
  const from = Math.max(0, source.size - FOOTER_SIZE - room);
  const bytes = source.readAt(from, source.size - FOOTER_SIZE - from);
  const end = bytes.length - (readStatistics(bytes, true)?.size ?? 0);
  if (end < TRAILER_SIZE) return undefined;
  const reader = new ByteReader(bytes.subarray(end - TRAILER_SIZE, end));
  const offset = reader.u64();
  return reader.u32() === MARK && reader.u32() === VERSION ? offset : undefined;
}
