import type { Address } from "../process.ts";
import { type ByteSource, type Elf, readElf, readWord, type Section, view } from "./elf.ts";
import type { MemoryReader } from "./target_file.ts";

const PT_DYNAMIC = 2;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_STRSZ = 10;
const SHT_STRTAB = 3;
const SHT_DYNSYM = 11;
const PROGRAM_HEADER_BYTES = 56;
const MOST_DYNAMIC_BYTES = 0x1_0000;
const MOST_STRING_BYTES = 0x100_0000;
const PAGE_BYTES = 4096;

/** A file as it lies in memory: its offsets are addresses. */
export interface ElfInMemory {
  readonly source: ByteSource;
  readonly elf: Elf;
}

/**
 * Finds the dynamic symbols of a mapped file without the file, by its headers in memory: the file may
 * be deleted, out of reach, or without section headers. Sections of other kinds are not to be had so:
 * their headers are not mapped.
 * @param start where the file's first byte is mapped
 */
export function readElfInMemory(start: Address, memory: MemoryReader): ElfInMemory | undefined {
  const source: ByteSource = { read: (at, length) => readUpTo(memory, at, length) };
  const elf = readElf({ read: (at, length) => source.read(start + at, length) });
  const lowest = elf?.segments[0]?.address;
  if (elf === undefined || lowest === undefined) return undefined;
  const bias = elf.fixed ? 0 : start - (lowest - lowest % PAGE_BYTES);
  const table = findDynamic(source, start);
  if (table === undefined) return undefined;
  const entries = readDynamic(source.read(table.address + bias, table.size));
  // The C library of glibc puts real addresses into the table when it loads the file, that of musl does not.
  const place = (tag: number): Address => {
    const value = entries.get(tag) ?? 0;
    return value < bias ? value + bias : value;
  };
  const [symbols, strings] = [place(DT_SYMTAB), place(DT_STRTAB)];
  const size = Math.min(entries.get(DT_STRSZ) ?? 0, MOST_STRING_BYTES);
  // Nothing tells the number of symbols, but linkers put their names right behind them.
  if (symbols === bias || strings <= symbols || size === 0) return undefined;
  const sections = [
    section(SHT_DYNSYM, symbols, strings - symbols, 1),
    section(SHT_STRTAB, strings, size, 0),
  ];
  return { source, elf: { ...elf, sections } };
}

function section(type: number, offset: Address, size: number, link: number): Section {
  return { name: "", type, loaded: true, address: 0, offset, size, link };
}

/** Where the file says that its dynamic table is loaded. */
function findDynamic(
  source: ByteSource,
  start: Address,
): { address: number; size: number } | undefined {
  const header = view(source.read(start, 64));
  if (header.byteLength < 64) return undefined;
  const count = header.getUint16(56, true);
  const table = view(source.read(start + readWord(header, 32), count * PROGRAM_HEADER_BYTES));
  for (let at = 0; at + PROGRAM_HEADER_BYTES <= table.byteLength; at += PROGRAM_HEADER_BYTES) {
    if (table.getUint32(at, true) !== PT_DYNAMIC) continue;
    const size = Math.min(readWord(table, at + 40), MOST_DYNAMIC_BYTES);
    return { address: readWord(table, at + 16), size };
  }
  return undefined;
}

function readDynamic(bytes: Uint8Array): Map<number, number> {
  const table = view(bytes);
  const entries = new Map<number, number>();
  for (let at = 0; at + 16 <= table.byteLength; at += 16) {
    const tag = readWord(table, at);
    if (tag === 0) break;
    entries.set(tag, readWord(table, at + 8));
  }
  return entries;
}

/** As much as is mapped, by whole pages. */
function readUpTo(memory: MemoryReader, at: Address, length: number): Uint8Array {
  if (!Number.isSafeInteger(at) || at <= 0 || length <= 0) return new Uint8Array(0);
  const all = memory(at, length);
  if (all !== undefined) return all;
  const pages: Uint8Array[] = [];
  for (let from = at; from < at + length;) {
    const end = Math.min(at + length, from - from % PAGE_BYTES + PAGE_BYTES);
    const page = memory(from, end - from);
    if (page === undefined) break;
    pages.push(page);
    from = end;
  }
  const bytes = new Uint8Array(pages.reduce((sum, page) => sum + page.length, 0));
  let filled = 0;
  for (const page of pages) {
    bytes.set(page, filled);
    filled += page.length;
  }
  return bytes;
}
