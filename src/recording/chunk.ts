/**
 * Our own tagged block. It stands in a zstd frame that decoders skip, so that CPython's reader takes no
 * notice of it, and holds sections: a tag, a length and bytes. Readers pass over tags they do not know.
 */

import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { Damage } from "./damage.ts";
import { MOST } from "./limits.ts";
import { compress, decompress, SKIPPABLE_MAGIC } from "./zstd.ts";

/** What the sections of a chunk tell. Append only. */
export const SECTION = {
  /** JSON of the metadata. */
  metadata: 1,
  strings: 2,
  frames: 3,
  stacks: 4,
  threads: 5,
  /** Which records that follow belong to other threads or stand on other stacks than they seem. */
  turns: 6,
  /** Counts of quality so far. */
  quality: 7,
  /** Readings that were not kept as they were, by stack. */
  losses: 8,
  /** Rejected readings and missed ticks over time. */
  timeline: 9,
  /** Samples of steady visits. */
  control: 10,
  /** JSON of the summary. */
  summary: 11,
  /** Digests of source files. */
  sources: 12,
  /** Threads that are called something else since they were written. */
  names: 13,
  /** JSON of processes that are new or have changed. */
  processes: 14,
  /** Whose threads are whose, where processes are told apart. */
  owners: 15,
} as const;

/** Our magic: one of the sixteen that zstd leaves to others. */
const MAGIC = SKIPPABLE_MAGIC | 0xd;
/** Tells our blocks from those of others with the same magic. */
const MARK = 0x4e4f5954; // "TYON"
const VERSION = 1;
/** Flag of the last chunk of a finished recording. */
const LAST = 1;
/** Magic, length, mark, version, flags. */
const OVERHEAD = 14;
/** Writers begin another chunk when one has got so long. */
export const ENOUGH_BYTES = 8 * 1024 * 1024;

/** Collects sections into one chunk. */
export class ChunkWriter {
  readonly #sections = new ByteWriter(4096);

  get length(): number {
    return this.#sections.length;
  }

  /** Adds a section, unless it is empty. */
  add(tag: number, section: ByteWriter): void {
    if (section.length === 0) return;
    this.#sections.varint(tag);
    this.#sections.varint(section.length);
    this.#sections.bytes(section.view());
  }

  addJson(tag: number, value: unknown): void {
    const section = new ByteWriter();
    // Well-formed: JSON.stringify spells lone surrogates out.
    section.bytes(new TextEncoder().encode(JSON.stringify(value)));
    this.add(tag, section);
  }

  /** The chunk as bytes. */
  finish(last: boolean): Uint8Array<ArrayBuffer> {
    const content = compress(this.#sections.view());
    const writer = new ByteWriter(content.length + OVERHEAD);
    writer.u32(MAGIC);
    writer.u32(content.length + OVERHEAD - 8);
    writer.u32(MARK);
    writer.u8(VERSION);
    writer.u8(last ? LAST : 0);
    writer.bytes(content);
    return writer.take();
  }
}

/** Bytes of a chunk that say what it is. */
export const CHUNK_HEAD = OVERHEAD;

/** What the first {@link CHUNK_HEAD} bytes of a skippable frame say: undefined if it is not ours. */
export function readChunkHead(
  bytes: Uint8Array,
): { readonly length: number; readonly last: boolean } | undefined {
  if (bytes.length < OVERHEAD) return undefined;
  const reader = new ByteReader(bytes);
  if (reader.u32() !== MAGIC) return undefined;
  const length = reader.u32() + 8;
  if (reader.u32() !== MARK || reader.u8() !== VERSION || length < OVERHEAD) return undefined;
  return { length, last: (reader.u8() & LAST) !== 0 };
}

/** The sections of a chunk, by tag. */
export type Sections = ReadonlyMap<number, ByteReader>;

/**
 * Opens a chunk.
 * @param bytes the whole frame.
 * @throws Damage
 */
export function readSections(bytes: Uint8Array): Sections {
  const reader = new ByteReader(decompress(bytes.subarray(OVERHEAD), MOST.chunk));
  const sections = new Map<number, ByteReader>();
  while (reader.left > 0) {
    const tag = reader.varint();
    sections.set(tag, new ByteReader(reader.take(reader.count())));
  }
  return sections;
}

/** @throws Damage if it is no JSON. */
export function readJson(section: ByteReader): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(section.bytes));
  } catch {
    throw new Damage("a part that should be JSON is none");
  }
}
