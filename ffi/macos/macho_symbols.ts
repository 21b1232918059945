import { type ByteSource, type Extent, imageBase, isLoaded, type MachO } from "./macho.ts";
import { readWord, view } from "./structs.ts";

const SYMBOL_BYTES = 16;
const PIECE_BYTES = 0x4_0000;
/** No table is searched further: a file may claim any size. */
const MOST_TABLE_BYTES = 0x1000_0000;
/** Linkers let names share their tails; more places than this is not the work of a linker. */
const MOST_NAME_PLACES = 64;
/** A way through the trie takes a node for each part of a name. */
const MOST_NODES = 512;
const NODE_BYTES = 4096;
const N_STAB = 0xe0;
const N_TYPE = 0x0e;
const N_SECT = 0x0e;
const EXPORT_REEXPORT = 0x08;

/**
 * Finds a defined symbol by its name in C, which the file has with an underscore before it: among the exported
 * ones first, which are found in a few steps, then in the table of all.
 * @param source the file by its own offsets
 * @returns the address that the file states, before the slide.
 */
export function findSymbol(source: ByteSource, file: MachO, name: string): number | undefined {
  const decorated = `_${name}`;
  const found = findExport(source, file, decorated) ?? findInTable(source, file, decorated);
  return found !== undefined && isLoaded(file, found, 0) ? found : undefined;
}

/** The trie of exports: each edge has a part of a name (<mach-o/loader.h>, `struct dyld_info_command`). */
function findExport(source: ByteSource, file: MachO, name: string): number | undefined {
  const base = imageBase(file);
  if (file.exports === undefined || base === undefined) return undefined;
  let node = 0;
  let rest = name;
  for (let met = 0; met < MOST_NODES; met++) {
    const reader = new TrieNode(source, file.exports, node);
    const terminal = reader.number();
    if (rest === "") {
      if (terminal === 0) return undefined;
      const flags = reader.number();
      return (flags & EXPORT_REEXPORT) !== 0 ? undefined : base + reader.number();
    }
    reader.at += terminal;
    const next = reader.follow(rest);
    if (next === undefined) return undefined;
    [node, rest] = next;
  }
  return undefined;
}

/** A node of the trie. What lies beyond its bytes counts as zeros. */
class TrieNode {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(source: ByteSource, { offset, size }: Extent, node: number) {
    const length = Math.max(0, Math.min(NODE_BYTES, size - node));
    this.#bytes = length === 0 ? new Uint8Array(0) : source.read(offset + node, length);
  }

  /** ULEB128. */
  number(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 56; factor *= 128) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value;
  }

  /** Takes the edge that a name begins with: the node it leads to, and what is left of the name. */
  follow(name: string): [node: number, rest: string] | undefined {
    const edges = this.#bytes[this.at++] ?? 0;
    for (let n = 0; n < edges; n++) {
      const end = this.#bytes.indexOf(0, this.at);
      if (end < 0) return undefined;
      const part = String.fromCharCode(...this.#bytes.subarray(this.at, end));
      this.at = end + 1;
      const node = this.number();
      if (part !== "" && name.startsWith(part)) return [node, name.slice(part.length)];
    }
    return undefined;
  }
}

/** LC_SYMTAB: the names are searched first, then the table for one that has one of the places found. */
function findInTable(source: ByteSource, file: MachO, name: string): number | undefined {
  if (file.symbols === undefined) return undefined;
  const { offset, count, strings } = file.symbols;
  const places = findName(source, strings, name);
  if (places.size === 0) return undefined;
  const end = Math.min(count * SYMBOL_BYTES, MOST_TABLE_BYTES);
  for (let at = 0; at < end; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, end - at);
    const piece = view(source.read(offset + at, length));
    for (let entry = 0; entry + SYMBOL_BYTES <= piece.byteLength; entry += SYMBOL_BYTES) {
      if (!places.has(piece.getUint32(entry, true))) continue;
      const type = piece.getUint8(entry + 4);
      if ((type & N_STAB) === 0 && (type & N_TYPE) === N_SECT) return readWord(piece, entry + 8);
    }
    if (piece.byteLength < length) break;
  }
  return undefined;
}

/** Offsets in a string table at which `name` (ASCII) stands, ended by a NUL. */
function findName(source: ByteSource, strings: Extent, name: string): Set<number> {
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
    if (piece.length < length) break;
  }
  return places;
}
