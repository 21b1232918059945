/**
 * The parts of an ELF file that lead to an interpreter: loadable segments and sections
 * (System V ABI, chapter 4; elf(5)). 64-bit little-endian files only. The file belongs to the
 * target and is not to be trusted: every count and offset is bounded, nothing here throws.
 */

/** Positional reads of a file. */
export interface ByteSource {
  /** @returns up to `length` bytes, fewer at the end of the file and none after an error. */
  read(offset: number, length: number): Uint8Array;
}

/** A PT_LOAD program header. Addresses are the file's own, before the load bias. */
export interface Segment {
  readonly executable: boolean;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** A section header. */
export interface Section {
  readonly name: string;
  readonly type: number;
  /** It is part of the process image; only then has it an address. */
  readonly loaded: boolean;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  /** Index of a section that this one refers to, such as a symbol table's strings. */
  readonly link: number;
}

export interface Elf {
  /** ET_EXEC: mapped at the addresses the file names. */
  readonly fixed: boolean;
  readonly segments: readonly Segment[];
  /** Empty when the section table is stripped or damaged. */
  readonly sections: readonly Section[];
}

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SECTION_BYTES = 64;
const MOST_SEGMENTS = 512;
const MOST_SECTIONS = 0x1_0000;
const MOST_NAME_BYTES = 0x10_0000;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PF_X = 1;
const SHF_ALLOC = 2;

/** Reads the headers; undefined when this is no ELF file that Linux could have mapped as code. */
export function readElf(source: ByteSource): Elf | undefined {
  const header = view(source.read(0, HEADER_BYTES));
  if (header.byteLength < HEADER_BYTES) return undefined;
  const magic = header.getUint32(0, false);
  const wide = header.getUint8(4) === 2;
  const littleEndian = header.getUint8(5) === 1;
  if (magic !== 0x7f454c46 || !wide || !littleEndian) return undefined;
  const type = header.getUint16(16, true);
  if (type !== ET_EXEC && type !== ET_DYN) return undefined;
  const segments = readSegments(source, header);
  if (segments.length === 0) return undefined;
  return { fixed: type === ET_EXEC, segments, sections: readSections(source, header) };
}

/** Whether a loadable segment holds the whole of a section or symbol. */
export function isLoaded(elf: Elf, address: number, size: number): boolean {
  return elf.segments.some((segment) =>
    address >= segment.address && address + size <= segment.address + segment.memorySize
  );
}

/** A little-endian 64-bit word as a number; exact below 2⁵³. */
export function readWord(bytes: DataView, at: number): number {
  return bytes.getUint32(at, true) + bytes.getUint32(at + 4, true) * 0x1_0000_0000;
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readSegments(source: ByteSource, header: DataView): Segment[] {
  const count = header.getUint16(56, true);
  if (header.getUint16(54, true) !== SEGMENT_BYTES || count > MOST_SEGMENTS) return [];
  const table = view(source.read(readWord(header, 32), count * SEGMENT_BYTES));
  const segments: Segment[] = [];
  for (let at = 0; at + SEGMENT_BYTES <= table.byteLength; at += SEGMENT_BYTES) {
    if (table.getUint32(at, true) !== PT_LOAD) continue;
    segments.push({
      executable: (table.getUint32(at + 4, true) & PF_X) !== 0,
      offset: readWord(table, at + 8),
      address: readWord(table, at + 16),
      fileSize: readWord(table, at + 32),
      memorySize: readWord(table, at + 40),
    });
  }
  return segments;
}

function readSections(source: ByteSource, header: DataView): Section[] {
  const tableAt = readWord(header, 40);
  if (tableAt === 0 || header.getUint16(58, true) !== SECTION_BYTES) return [];
  const first = view(source.read(tableAt, SECTION_BYTES));
  if (first.byteLength < SECTION_BYTES) return [];
  // Where a count does not fit into the header, section 0 has it.
  const count = header.getUint16(60, true) || readWord(first, 32);
  const namesIndex = header.getUint16(62, true);
  const names = namesIndex === 0xffff ? first.getUint32(40, true) : namesIndex;
  if (count > MOST_SECTIONS || names >= count) return [];
  const table = view(source.read(tableAt, count * SECTION_BYTES));
  if (table.byteLength < (names + 1) * SECTION_BYTES) return [];
  const namesAt = readWord(table, names * SECTION_BYTES + 24);
  const namesSize = Math.min(readWord(table, names * SECTION_BYTES + 32), MOST_NAME_BYTES);
  const strings = source.read(namesAt, namesSize);
  const sections: Section[] = [];
  for (let at = 0; at + SECTION_BYTES <= table.byteLength; at += SECTION_BYTES) {
    sections.push({
      name: readName(strings, table.getUint32(at, true)),
      type: table.getUint32(at + 4, true),
      loaded: (table.getUint32(at + 8, true) & SHF_ALLOC) !== 0,
      address: readWord(table, at + 16),
      offset: readWord(table, at + 24),
      size: readWord(table, at + 32),
      link: table.getUint32(at + 40, true),
    });
  }
  return sections;
}

function readName(strings: Uint8Array, at: number): string {
  const end = strings.indexOf(0, at);
  if (end < 0 || end - at > 256) return "";
  return String.fromCharCode(...strings.subarray(at, end));
}
