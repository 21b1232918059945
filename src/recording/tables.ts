/** The tables of a profile in our chunks: exact, and only what has been added since the chunk before. */

import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../profile/tables.ts";
import type { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { ChunkWriter, ENOUGH_BYTES, SECTION, type Sections } from "./chunk.ts";
import { Damage } from "./damage.ts";
import { MOST } from "./limits.ts";

const UTF8 = new TextEncoder();
const DIGEST_BYTES = 8;

/** Remembers how much of a profile's tables has been written. */
export class TableWriter {
  #strings = 0;
  #frames = 0;
  #stacks = 0;
  #threads = 0;
  /** Names of threads as they were written last. */
  readonly #names: string[] = [];
  readonly #sources = new ByteWriter();

  /** Keeps a digest of a source for the next chunk. */
  putDigest(path: number, digest: string): void {
    this.#sources.varint(path);
    for (let at = 0; at < DIGEST_BYTES; at++) {
      this.#sources.u8(parseInt(digest.slice(at * 2, at * 2 + 2), 16));
    }
  }

  /**
   * Adds what is new to a chunk, as much as one should hold.
   * @returns whether that was all.
   */
  write(chunk: ChunkWriter, profile: Profile): boolean {
    const { strings, frames, stacks, threads } = profile;
    const fill = (
      tag: number,
      from: number,
      to: number,
      put: (w: ByteWriter, i: number) => void,
    ) => {
      const writer = new ByteWriter();
      let at = from;
      while (at < to && chunk.length + writer.length < ENOUGH_BYTES) put(writer, at++);
      chunk.add(tag, writer);
      return at;
    };
    this.#strings = fill(SECTION.strings, this.#strings, strings.length, (writer, i) => {
      putString(writer, strings[i]!);
    });
    if (this.#strings < strings.length) return false;
    this.#frames = fill(SECTION.frames, this.#frames, frames.length, (writer, i) => {
      putFrame(writer, profile, i);
    });
    if (this.#frames < frames.length) return false;
    this.#stacks = fill(SECTION.stacks, this.#stacks, stacks.length, (writer, i) => {
      const prefix = stacks.prefix.at(i);
      writer.varint(prefix === NO_STACK ? 0 : i - prefix);
      writer.varint(stacks.frame.at(i));
    });
    if (this.#stacks < stacks.length) return false;
    this.#threads = fill(SECTION.threads, this.#threads, threads.length, (writer, i) => {
      const { tid, interpreter, main, name } = threads[i]!;
      writer.varint(tid);
      writer.varint(interpreter);
      writer.u8(main ? 1 : 0);
      putString(writer, name);
      this.#names[i] = name;
    });
    chunk.add(SECTION.names, this.#putNames(profile));
    chunk.add(SECTION.sources, this.#sources);
    this.#sources.length = 0;
    return this.#threads === threads.length;
  }

  /** Threads whose names have changed. */
  #putNames({ threads }: Profile): ByteWriter {
    const writer = new ByteWriter();
    for (let i = 0; i < this.#threads; i++) {
      const { name } = threads[i]!;
      if (name === this.#names[i]) continue;
      writer.varint(i);
      putString(writer, name);
      this.#names[i] = name;
    }
    return writer;
  }
}

/** UTF-8, or UTF-16 where there are lone surrogates; the length in bytes is doubled, odd for UTF-16. */
function putString(writer: ByteWriter, text: string): void {
  if (text.isWellFormed()) {
    const bytes = UTF8.encode(text);
    writer.varint(bytes.length * 2);
    writer.bytes(bytes);
    return;
  }
  writer.varint(text.length * 4 + 1);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    writer.u8(unit & 255);
    writer.u8(unit >>> 8);
  }
}

function nextString(reader: ByteReader): string {
  const code = reader.varint();
  return reader.textOf(Math.floor(code / 2), code % 2 === 1);
}

function putFrame(writer: ByteWriter, { frames }: Profile, frame: number): void {
  writer.varint(frames.file.at(frame));
  writer.varint(frames.name.at(frame));
  writer.u8(frames.kind.at(frame));
  writer.zigzag(frames.firstLine.at(frame));
  writer.zigzag(frames.line.at(frame) - frames.firstLine.at(frame) | 0);
  writer.zigzag(frames.endLine.at(frame) - frames.line.at(frame) | 0);
  writer.zigzag(frames.column.at(frame));
  writer.zigzag(frames.endColumn.at(frame) - frames.column.at(frame) | 0);
  writer.zigzag(frames.opcode.at(frame));
}

/**
 * Adds the tables of a chunk to a profile.
 * @throws Damage if an entry refers to none that is there.
 */
export function readTables(sections: Sections, profile: Profile): void {
  const { strings, frames, stacks, threads, digests } = profile;
  each(sections, SECTION.strings, (reader) => {
    return strings.push(nextString(reader)) <= MOST.strings;
  });
  each(sections, SECTION.frames, (reader) => {
    const file = reader.index(strings.length);
    const name = reader.index(strings.length);
    const kind = reader.u8();
    if (kind >= FRAME_KINDS.length) throw new Damage(`a frame of an unknown kind ${kind}`);
    const firstLine = reader.zigzag();
    const line = firstLine + reader.zigzag() | 0;
    const endLine = line + reader.zigzag() | 0;
    const column = reader.zigzag();
    const endColumn = column + reader.zigzag() | 0;
    const opcode = reader.zigzag();
    const frame = { file, name, kind, firstLine, line, endLine, column, endColumn, opcode };
    return frames.push(frame) < MOST.frames;
  });
  each(sections, SECTION.stacks, (reader) => {
    const back = reader.index(stacks.length + 1);
    const prefix = back === 0 ? NO_STACK : stacks.length - back;
    return stacks.push(prefix, reader.index(frames.length)) < MOST.stacks;
  });
  each(sections, SECTION.threads, (reader) => {
    const tid = reader.varint();
    const interpreter = reader.varint();
    const main = reader.u8() !== 0;
    const thread = { tid, interpreter, main, name: nextString(reader) };
    return threads.push(thread) <= MOST.threads;
  });
  each(sections, SECTION.names, (reader) => {
    const thread = reader.index(threads.length);
    threads[thread] = { ...threads[thread]!, name: nextString(reader) };
    return true;
  });
  each(sections, SECTION.sources, (reader) => {
    const path = reader.index(strings.length);
    const bytes = [...reader.take(DIGEST_BYTES)];
    digests.set(path, bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    return digests.size <= MOST.strings;
  });
}

/** @param read takes one entry in; false if that makes too many. */
function each(sections: Sections, tag: number, read: (reader: ByteReader) => boolean): void {
  const reader = sections.get(tag);
  while (reader !== undefined && reader.left > 0) {
    if (!read(reader)) throw new Damage("its tables are too large");
  }
}
