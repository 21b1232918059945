/** The samples of a recording as they lie in the file: raw, or in zstd frames with our chunks between. */

import { CHUNK_HEAD, readChunkHead } from "./chunk.ts";
import { Damage } from "./damage.ts";
import { MOST } from "./limits.ts";
import { SourceReader } from "./byte_source.ts";
import type { ByteSource } from "./byte_source.ts";
import {
  Decompressor,
  FRAME_MAGIC,
  MOST_FRAME_HEADER,
  readBlockHeader,
  readFrameHeader,
  SKIPPABLE_MAGIC,
} from "./zstd.ts";

/** Bytes of raw samples handed on at once. */
const PIECE = 64 * 1024;

/** What comes next in the samples' part of a file. */
export type Part =
  /** Records; valid until the next part. */
  | { readonly kind: "records"; readonly bytes: Uint8Array }
  /** The end of a frame: what it held is as it was written. */
  | { readonly kind: "end" }
  /** One of our chunks, from its magic on; valid until the next part. */
  | { readonly kind: "chunk"; readonly bytes: Uint8Array; readonly last: boolean };

/**
 * Reads the samples' part.
 * @throws Damage where it does not hold together.
 */
export function* readRegion(
  source: ByteSource,
  from: number,
  to: number,
  compressed: boolean,
  progress: (at: number) => void,
): Generator<Part> {
  const reader = new SourceReader(source, from, to);
  if (!compressed) {
    while (reader.left > 0) {
      progress(reader.at);
      const bytes = reader.take(Math.min(PIECE, reader.left));
      if (bytes === undefined) throw new Damage("the file is shorter than it was");
      yield { kind: "records", bytes };
    }
    return yield { kind: "end" };
  }
  const decompressor = new Decompressor();
  try {
    while (reader.left > 0) {
      progress(reader.at);
      if (isSkippable(reader)) {
        const chunk = chunkAt(reader);
        const length = chunk?.length ?? skippableLength(reader);
        if (chunk === undefined) skip(reader, length);
        else {
          if (length > MOST.chunk) throw new Damage("a part of the recording is too long");
          yield { kind: "chunk", bytes: need(reader, length), last: chunk.last };
        }
        continue;
      }
      for (const length of walkFrame(reader)) {
        for (const bytes of decompressor.push(need(reader, length))) {
          yield { kind: "records", bytes };
        }
      }
      yield { kind: "end" };
    }
  } finally {
    decompressor.close();
  }
}

/** How far an unfinished file of ours can be read, and where what is last told of it stands. */
export interface Reach {
  /** End of the last frame that is complete with the chunk before it. */
  readonly end: number;
  /** Offset of that chunk: the first one if no samples follow it, the last of all if the file has it. */
  readonly chunk: number;
  /** All samples are there: what comes after them is not finished. */
  readonly complete: boolean;
}

/** Finds out how far an unfinished file reaches, from block to block without decompressing. */
export function measureReach(source: ByteSource, from: number, to: number): Reach | undefined {
  const reader = new SourceReader(source, from, to);
  let reach: Reach | undefined;
  let chunkBefore: number | undefined;
  try {
    while (reader.left > 0) {
      const at = reader.at;
      if (isSkippable(reader)) {
        const chunk = chunkAt(reader);
        skip(reader, chunk?.length ?? skippableLength(reader));
        if (chunk === undefined) continue;
        if (chunk.last) return { end: reader.at, chunk: at, complete: true };
        chunkBefore = at;
        // The first one stands before all samples.
        reach ??= { end: reader.at, chunk: at, complete: false };
      } else {
        for (const length of walkFrame(reader)) skip(reader, length);
        if (chunkBefore !== undefined) {
          reach = { end: reader.at, chunk: chunkBefore, complete: false };
        }
      }
    }
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
  }
  return reach;
}

/**
 * The lengths of the pieces of a frame: its header, its blocks and a checksum. The caller takes each
 * before it asks for the next.
 */
function* walkFrame(reader: SourceReader): Generator<number> {
  const start = reader.peek(Math.min(MOST_FRAME_HEADER, reader.left)) ?? new Uint8Array(0);
  const header = start.length < 4 || word(start) !== FRAME_MAGIC
    ? undefined
    : readFrameHeader(start);
  if (header === undefined) throw new Damage("the samples are not compressed as they should be");
  yield header.length;
  for (;;) {
    const bytes = reader.peek(3);
    if (bytes === undefined) throw new Damage("the samples end early");
    const block = readBlockHeader(bytes);
    yield 3 + block.length;
    if (!block.last) continue;
    if (header.checksum) yield 4;
    return;
  }
}

function isSkippable(reader: SourceReader): boolean {
  const start = reader.peek(4);
  return start !== undefined && (word(start) & 0xfffffff0) === SKIPPABLE_MAGIC;
}

function chunkAt(reader: SourceReader): ReturnType<typeof readChunkHead> {
  return readChunkHead(reader.peek(CHUNK_HEAD) ?? new Uint8Array(0));
}

function skippableLength(reader: SourceReader): number {
  const start = reader.peek(8);
  if (start === undefined) throw new Damage("the samples end early");
  return 8 + word(start.subarray(4));
}

function need(reader: SourceReader, length: number): Uint8Array {
  const bytes = reader.take(length);
  if (bytes === undefined) throw new Damage("the samples end early");
  return bytes;
}

function skip(reader: SourceReader, length: number): void {
  if (length > reader.left) throw new Damage("the samples end early");
  reader.at += length;
}

function word(bytes: Uint8Array): number {
  return (bytes[0]! | bytes[1]! << 8 | bytes[2]! << 16 | bytes[3]! << 24) >>> 0;
}
