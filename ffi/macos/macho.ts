/**
 * The parts of a Mach-O file that lead to an interpreter: segments, sections and where its symbols are told
 * (<mach-o/loader.h>, <mach-o/fat.h>). 64-bit little-endian files only, which are all that there are for
 * x86-64 and arm64. The file belongs to the target and is not to be trusted: every count and offset is bounded,
 * nothing here throws.
 */
import { readText, readWord, view } from "./structs.ts";

/** Positional reads of a file, or of one that is mapped. */
export interface ByteSource {
  /** @returns up to `length` bytes, fewer at the end and none after an error. */
  read(offset: number, length: number): Uint8Array;
}

/** An LC_SEGMENT_64. Addresses are the file's own, before the slide. */
export interface Segment {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly offset: number;
  readonly fileSize: number;
  readonly writable: boolean;
}

/** A section header. */
export interface Section {
  readonly segment: string;
  readonly name: string;
  readonly address: number;
  readonly size: number;
}

/** A stretch of the file. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** LC_SYMTAB. */
export interface SymbolTable {
  readonly offset: number;
  readonly count: number;
  readonly strings: Extent;
}

export interface MachO {
  /** CPU_TYPE_X86_64 or CPU_TYPE_ARM64. */
  readonly cpu: number;
  readonly isExecutable: boolean;
  /** It lies in the cache that all processes share, with symbols of its own kind. */
  readonly inSharedCache: boolean;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  readonly symbols?: SymbolTable;
  /** The trie of exported symbols. */
  readonly exports?: Extent;
  /** LC_UUID in hexadecimal; empty if it has none. */
  readonly uuid: string;
}

const HEADER_BYTES = 32;
const SEGMENT_BYTES = 72;
const SECTION_BYTES = 80;
const NAME_BYTES = 16;
/** Real programs have a few kilobytes. */
const MOST_COMMAND_BYTES = 0x40_0000;
const MH_MAGIC_64 = 0xfeedfacf;
const MH_EXECUTE = 2;
const MH_DYLIB = 6;
const MH_BUNDLE = 8;
const MH_DYLIB_IN_CACHE = 0x8000_0000;
const CPU_TYPES = [0x0100_0007, 0x0100_000c];
const VM_PROT_WRITE = 2;
const LC_SYMTAB = 0x2;
const LC_SEGMENT_64 = 0x19;
const LC_UUID = 0x1b;
const LC_DYLD_INFO = 0x22;
const LC_DYLD_INFO_ONLY = 0x8000_0022;
const LC_DYLD_EXPORTS_TRIE = 0x8000_0033;
const FAT_MAGIC = 0xcafebabe;
const FAT_MAGIC_64 = 0xcafebabf;
/** Java's classes begin with the same number, and a version of 45 or more in this place. */
const MOST_SLICES = 32;

/** Reads the head of a program or library for one kind of CPU; undefined when there is none. */
export function readMachO(source: ByteSource): MachO | undefined {
  const header = view(source.read(0, HEADER_BYTES));
  if (header.byteLength < HEADER_BYTES || header.getUint32(0, true) !== MH_MAGIC_64) {
    return undefined;
  }
  const cpu = header.getUint32(4, true);
  const type = header.getUint32(12, true);
  const size = header.getUint32(20, true);
  if (!CPU_TYPES.includes(cpu) || ![MH_EXECUTE, MH_DYLIB, MH_BUNDLE].includes(type)) {
    return undefined;
  }
  if (size > MOST_COMMAND_BYTES) return undefined;
  const commands = source.read(HEADER_BYTES, size);
  if (commands.length < size) return undefined;
  return {
    cpu,
    isExecutable: type === MH_EXECUTE,
    inSharedCache: (header.getUint32(24, true) & MH_DYLIB_IN_CACHE) !== 0,
    ...readCommands(commands, header.getUint32(16, true)),
  };
}

type Commands = Omit<MachO, "cpu" | "isExecutable" | "inSharedCache">;

function readCommands(bytes: Uint8Array, count: number): Commands {
  const table = view(bytes);
  const segments: Segment[] = [];
  const sections: Section[] = [];
  let symbols: SymbolTable | undefined;
  let exports: Extent | undefined;
  let uuid = "";
  for (let n = 0, at = 0; n < count && at + 8 <= table.byteLength; n++) {
    const size = table.getUint32(at + 4, true);
    if (size < 8 || at + size > table.byteLength) break;
    const word = (offset: number): number =>
      offset + 4 <= size ? table.getUint32(at + offset, true) : 0;
    switch (table.getUint32(at, true)) {
      case LC_SEGMENT_64:
        if (size < SEGMENT_BYTES) break;
        segments.push(readSegment(bytes, at));
        sections.push(...readSections(bytes, at, size));
        break;
      case LC_SYMTAB: {
        const strings = { offset: word(16), size: word(20) };
        symbols = { offset: word(8), count: word(12), strings };
        break;
      }
      case LC_DYLD_INFO:
      case LC_DYLD_INFO_ONLY:
        exports = { offset: word(40), size: word(44) };
        break;
      case LC_DYLD_EXPORTS_TRIE:
        exports = { offset: word(8), size: word(12) };
        break;
      case LC_UUID:
        if (size >= 24) uuid = bytes.subarray(at + 8, at + 24).toHex();
    }
    at += size;
  }
  return {
    segments,
    sections,
    uuid,
    ...(symbols === undefined ? {} : { symbols }),
    ...(exports === undefined || exports.size === 0 ? {} : { exports }),
  };
}

function readSegment(bytes: Uint8Array, at: number): Segment {
  const table = view(bytes);
  return {
    name: readText(bytes, at + 8, NAME_BYTES),
    address: readWord(table, at + 24),
    size: readWord(table, at + 32),
    offset: readWord(table, at + 40),
    fileSize: readWord(table, at + 48),
    writable: (table.getUint32(at + 60, true) & VM_PROT_WRITE) !== 0,
  };
}

function readSections(bytes: Uint8Array, at: number, size: number): Section[] {
  const table = view(bytes);
  const count = Math.min(
    table.getUint32(at + 64, true),
    Math.floor((size - SEGMENT_BYTES) / SECTION_BYTES),
  );
  return Array.from({ length: count }, (_, index) => {
    const section = at + SEGMENT_BYTES + index * SECTION_BYTES;
    return {
      name: readText(bytes, section, NAME_BYTES),
      segment: readText(bytes, section + NAME_BYTES, NAME_BYTES),
      address: readWord(table, section + 32),
      size: readWord(table, section + 40),
    };
  });
}

/** Where the file says that its first byte is loaded; undefined if it does not say. */
export function imageBase(file: MachO): number | undefined {
  return file.segments.find(({ offset, fileSize }) => offset === 0 && fileSize > 0)?.address;
}

/** Whether a segment holds the whole of a section or symbol. */
export function isLoaded(file: MachO, address: number, size: number): boolean {
  return file.segments.some((segment) =>
    address >= segment.address && address + size <= segment.address + segment.size
  );
}

/**
 * The part of a file that is for one kind of CPU: files for several hold a whole one for each.
 * @returns the source itself if it is for one kind alone.
 */
export function sliceFor(source: ByteSource, cpu: number): ByteSource {
  const head = view(source.read(0, 8));
  const magic = head.byteLength < 8 ? 0 : head.getUint32(0, false);
  if (magic !== FAT_MAGIC && magic !== FAT_MAGIC_64) return source;
  const wide = magic === FAT_MAGIC_64;
  const entry = wide ? 32 : 20;
  const count = Math.min(head.getUint32(4, false), MOST_SLICES);
  const table = view(source.read(8, count * entry));
  for (let at = 0; at + entry <= table.byteLength; at += entry) {
    if (table.getUint32(at, false) !== cpu) continue;
    const start = wide ? Number(table.getBigUint64(at + 8, false)) : table.getUint32(at + 8, false);
    const size = wide
      ? Number(table.getBigUint64(at + 16, false))
      : table.getUint32(at + 12, false);
    return {
      read: (offset, length) =>
        source.read(start + offset, Math.max(0, Math.min(length, size - offset))),
    };
  }
  return source;
}
