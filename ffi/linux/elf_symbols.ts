import { type ByteSource, type Elf, isLoaded, readWord, type Section, view } from "./elf.ts";

/** Address and size as the file states them, before the load bias. */
export interface ElfSymbol {
  readonly address: number;
  readonly size: number;
}

const SYMBOL_BYTES = 24;
const PIECE_BYTES = 0x4_0000;
/** No table is searched further: a file may claim any size. */
const MOST_TABLE_BYTES = 0x1000_0000;
/** Linkers let names share their tails; more places than this is not the work of a linker. */
const MOST_NAME_PLACES = 64;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const STT_OBJECT = 1;
const SHN_LORESERVE = 0xff00;

/**
 * Finds a defined data symbol, in `.dynsym` first (it is small, and stripping leaves it). Extension
 * modules import symbols such as `_PyRuntime`: entries without a section are not definitions.
 * Tables are read piece by piece, never whole.
 */
export function findSymbol(source: ByteSource, elf: Elf, name: string): ElfSymbol | undefined {
  for (const type of [SHT_DYNSYM, SHT_SYMTAB]) {
    const table = elf.sections.find((section) => section.type === type);
    const strings = table && elf.sections[table.link];
    if (table === undefined || strings === undefined) continue;
    const places = findName(source, strings, name);
    const symbol = places.size > 0 ? searchTable(source, elf, table, places) : undefined;
    if (symbol !== undefined) return symbol;
  }
  return undefined;
}

/** Offsets in a string table at which `name` (ASCII) stands, ended by a NUL. */
function findName(source: ByteSource, strings: Section, name: string): Set<number> {
  // As text, because text is searched by native code; this encoding makes one character a byte.
  const decoder = new TextDecoder("latin1");
  const wanted = `${name}\0`;
  const places = new Set<number>();
  const end = Math.min(strings.size, MOST_TABLE_BYTES);
  for (let at = 0; at < end; at += PIECE_BYTES) {
    // Pieces overlap, for a name that lies across their border.
    const length = Math.min(PIECE_BYTES + wanted.length - 1, end - at);
    const piece = decoder.decode(source.read(strings.offset + at, length));
    for (let found = piece.indexOf(wanted); found >= 0; found = piece.indexOf(wanted, found + 1)) {
      places.add(at + found);
      if (places.size > MOST_NAME_PLACES) return places;
    }
    if (piece.length < PIECE_BYTES) break;
  }
  return places;
}

function searchTable(
  source: ByteSource,
  elf: Elf,
  table: Section,
  names: Set<number>,
): ElfSymbol | undefined {
  const step = Math.floor(PIECE_BYTES / SYMBOL_BYTES) * SYMBOL_BYTES;
  const end = Math.min(table.size, MOST_TABLE_BYTES);
  for (let at = 0; at < end; at += step) {
    const piece = view(source.read(table.offset + at, Math.min(step, end - at)));
    for (let entry = 0; entry + SYMBOL_BYTES <= piece.byteLength; entry += SYMBOL_BYTES) {
      if (!names.has(piece.getUint32(entry, true))) continue;
      const type = piece.getUint8(entry + 4) & 15;
      const section = piece.getUint16(entry + 6, true);
      const address = readWord(piece, entry + 8);
      const size = readWord(piece, entry + 16);
      const defined = section !== 0 && section < SHN_LORESERVE;
      if (defined && type <= STT_OBJECT && isLoaded(elf, address, size)) return { address, size };
    }
    if (piece.byteLength < step) break;
  }
  return undefined;
}
