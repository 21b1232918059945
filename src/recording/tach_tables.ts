/** The tables of strings and frames as TACH has them, after the samples. */

import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS, type FrameKind } from "../profile/tables.ts";
import type { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { type Footer, NO_OPCODE } from "./tach.ts";

/** Output is handed over in pieces of about so many bytes. */
const PIECE = 256 * 1024;
/** In place of a file: CPython shows such frames by their name alone; and so the frames of a task. */
const NO_FILE = "~";
const TASK_FILE = "<task>";

/** What the tables came to, for header and footer. */
export interface WrittenTables extends Footer {
  readonly stringBytes: number;
  readonly frameBytes: number;
}

/**
 * Writes both tables. Texts are valid UTF-8, with U+FFFD where the profile's are not; opcodes are kept
 * where CPython 3.15 knows them.
 */
export function* writeTables(
  profile: Profile,
): Generator<Uint8Array<ArrayBuffer>, WrittenTables, void> {
  const { strings, frames } = profile;
  const writer = new ByteWriter(PIECE);
  let stringBytes = 0;
  const stringCount = strings.length + 2;
  for (let i = 0; i < stringCount; i++) {
    writer.text(strings[i] ?? (i === strings.length ? NO_FILE : TASK_FILE));
    if (writer.length < PIECE && i < stringCount - 1) continue;
    stringBytes += writer.length;
    yield writer.take();
  }
  const opcodes = profile.metadata.pythonVersion.startsWith("3.15.");
  let frameBytes = 0;
  for (let frame = 0; frame < frames.length; frame++) {
    const kind = FRAME_KINDS[frames.kind.at(frame)]!;
    const noFile = strings.length + (kind === "task" ? 1 : 0);
    writer.varint(kind === "python" ? frames.file.at(frame) : noFile);
    writer.varint(frames.name.at(frame));
    putLocation(writer, profile, frame);
    const opcode = frames.opcode.at(frame);
    writer.u8(opcodes && opcode >= 0 && opcode < NO_OPCODE ? opcode : NO_OPCODE);
    if (writer.length < PIECE && frame < frames.length - 1) continue;
    frameBytes += writer.length;
    yield writer.take();
  }
  return { strings: stringCount, frames: frames.length, stringBytes, frameBytes };
}

function putLocation(writer: ByteWriter, { frames }: Profile, frame: number): void {
  const line = frames.line.at(frame);
  if (line <= 0) {
    for (const part of [-1, 0, -1, 0]) writer.zigzag(part);
    return;
  }
  const endLine = frames.endLine.at(frame);
  const column = frames.column.at(frame);
  const endColumn = frames.endColumn.at(frame);
  writer.zigzag(line);
  writer.zigzag(endLine <= 0 ? 0 : endLine - line);
  writer.zigzag(column < 0 ? -1 : column);
  writer.zigzag(column < 0 || endColumn < 0 ? 0 : endColumn - column);
}

/**
 * Reads both tables into a profile: all that a file of CPython's tells of its frames.
 * @throws Damage
 */
export function readTables(
  profile: Profile,
  { strings, frames }: Footer,
  stringTable: ByteReader,
  frameTable: ByteReader,
): void {
  for (let i = 0; i < strings; i++) profile.strings.push(stringTable.text());
  for (let i = 0; i < frames; i++) {
    const file = frameTable.index(strings);
    const name = frameTable.index(strings);
    const line = frameTable.zigzag();
    const endLine = line + frameTable.zigzag() | 0;
    const column = frameTable.zigzag();
    const endColumn = column + frameTable.zigzag() | 0;
    const opcode = frameTable.u8();
    profile.frames.push({
      file,
      name,
      firstLine: 0,
      line: Math.max(0, line),
      endLine: line < 0 ? 0 : endLine,
      column,
      endColumn: column < 0 ? -1 : endColumn,
      opcode: opcode === NO_OPCODE ? -1 : opcode,
      kind: kindOf(profile.strings[file]!, profile.strings[name]!),
    });
  }
}

function kindOf(file: string, name: string): number {
  let kind: FrameKind = "python";
  if (file === TASK_FILE) kind = "task";
  else if (file === NO_FILE) {
    kind = name === "<GC>" ? "gc" : name.startsWith("<native") ? "native" : "synthetic";
  }
  return FRAME_KINDS.indexOf(kind);
}
