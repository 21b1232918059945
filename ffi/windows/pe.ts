/**
 * The parts of a PE image that lead to an interpreter: sections and exported names (Microsoft's "PE Format").
 * 64-bit images only, as they lie in memory, where headers and exports are part of the image. The image belongs
 * to the target and is not to be trusted: every count and offset is bounded, nothing here throws.
 */

/** A mapped image, by distances from its start. */
export interface ImageSource {
  /** @returns up to `length` bytes, fewer where the memory ends. */
  read(offset: number, length: number): Uint8Array;
}

/** A section header; offsets are from the start of the image. */
export interface PeSection {
  /** Longer names are cut after eight characters. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly writable: boolean;
}

export interface Pe {
  readonly size: number;
  readonly sections: readonly PeSection[];
  /** Where the table of exports lies; size 0: there is none. */
  readonly exports: { readonly offset: number; readonly size: number };
}

const NAME_BYTES = 8;
const DOS_BYTES = 64;
const FARTHEST_HEADER = 0x10_0000;
const COFF_BYTES = 24;
const OPTIONAL_BYTES = 120;
const SECTION_BYTES = 40;
const MOST_SECTIONS = 96;
const EXPORT_BYTES = 40;
const MOST_NAMES = 0x1_0000;
const PE32_PLUS = 0x20b;
const MEM_WRITE = 0x8000_0000;
/** More is no image that was ever loaded: the size of one is a signed 32-bit number. */
const LARGEST_IMAGE = 0x7fff_ffff;

/** Reads the headers; undefined when this is no 64-bit image. */
export function readPe(source: ImageSource): Pe | undefined {
  const dos = viewOf(source, 0, DOS_BYTES);
  if (dos === undefined || dos.getUint16(0, false) !== 0x4d5a) return undefined;
  const at = dos.getUint32(60, true);
  if (at > FARTHEST_HEADER) return undefined;
  const header = viewOf(source, at, COFF_BYTES + OPTIONAL_BYTES);
  if (header === undefined || header.getUint32(0, false) !== 0x50450000) return undefined;
  const optionalBytes = header.getUint16(20, true);
  const isWide = header.getUint16(COFF_BYTES, true) === PE32_PLUS;
  const size = header.getUint32(COFF_BYTES + 56, true);
  if (!isWide || optionalBytes < OPTIONAL_BYTES || size > LARGEST_IMAGE) return undefined;
  const directories = header.getUint32(COFF_BYTES + 108, true);
  const exports = directories === 0 ? { offset: 0, size: 0 } : {
    offset: header.getUint32(COFF_BYTES + 112, true),
    size: header.getUint32(COFF_BYTES + 116, true),
  };
  const count = Math.min(header.getUint16(6, true), MOST_SECTIONS);
  const table = source.read(at + COFF_BYTES + optionalBytes, count * SECTION_BYTES);
  const sections: PeSection[] = [];
  for (let i = 0; i + SECTION_BYTES <= table.length; i += SECTION_BYTES) {
    const section = readSection(table.subarray(i, i + SECTION_BYTES));
    if (section.offset + section.size <= size) sections.push(section);
  }
  return { size, sections, exports };
}

function readSection(bytes: Uint8Array): PeSection {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.subarray(0, NAME_BYTES).indexOf(0);
  return {
    name: String.fromCharCode(...bytes.subarray(0, end < 0 ? NAME_BYTES : end)),
    offset: view.getUint32(12, true),
    size: view.getUint32(8, true),
    writable: (view.getUint32(36, true) & MEM_WRITE) !== 0,
  };
}

/** Finds a section by its full name, of which the image has the first eight characters. */
export function findSection(pe: Pe, name: string): PeSection | undefined {
  const cut = name.slice(0, NAME_BYTES);
  return pe.sections.find((section) => section.name === cut);
}

/**
 * Finds an exported name; names are sorted, and are searched by halves.
 * @returns its distance from the start of the image; undefined if there is none, or another image has it.
 */
export function findExport(source: ImageSource, pe: Pe, name: string): number | undefined {
  const { offset, size } = pe.exports;
  const table = size < EXPORT_BYTES ? undefined : viewOf(source, offset, EXPORT_BYTES);
  if (table === undefined) return undefined;
  const [addresses, names, ordinals] = [28, 32, 36].map((at) => table.getUint32(at, true));
  const functions = table.getUint32(20, true);
  const index = findName(source, names!, Math.min(table.getUint32(24, true), MOST_NAMES), name);
  if (index === undefined) return undefined;
  const ordinal = viewOf(source, ordinals! + index * 2, 2)?.getUint16(0, true);
  if (ordinal === undefined || ordinal >= functions) return undefined;
  const found = viewOf(source, addresses! + ordinal * 4, 4)?.getUint32(0, true) ?? 0;
  // What leads back into the table of exports names something in another library.
  const forwards = found >= offset && found < offset + size;
  return found === 0 || found >= pe.size || forwards ? undefined : found;
}

function findName(
  source: ImageSource,
  names: number,
  count: number,
  wanted: string,
): number | undefined {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = viewOf(source, names + middle * 4, 4)?.getUint32(0, true);
    const bytes = at === undefined ? undefined : source.read(at, wanted.length + 1);
    if (bytes === undefined || bytes.length === 0) return undefined;
    const order = compare(bytes, wanted);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

/** Negative if the name that begins here, with a NUL at its end, comes before another one. */
function compare(bytes: Uint8Array, name: string): number {
  for (let i = 0; i <= name.length; i++) {
    const difference = (bytes[i] ?? 0) - (i < name.length ? name.charCodeAt(i) : 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function viewOf(source: ImageSource, offset: number, length: number): DataView | undefined {
  const bytes = source.read(offset, length);
  if (bytes.length < length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
