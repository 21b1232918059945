import { type Elf, readElf } from "./elf.ts";
import { type ElfSymbol, findSymbol } from "./elf_symbols.ts";
import type { TargetFile } from "./target_file.ts";

/** More files than this are not remembered. */
const MOST_FILES = 64;

/** What is known of an ELF file, for all processes that have it mapped. */
export interface ElfFile {
  readonly elf: Elf;
  /** Finds a defined data symbol in the file, which has to be the one that this was read from. */
  symbol(file: TargetFile, name: string): ElfSymbol | undefined;
}

/** By the files' identities, those read longest ago first; null is no ELF file. */
const files = new Map<string, ElfFile | null>();

/**
 * Reads a file's headers, or remembers them: many processes run the same interpreter. Files are told apart by
 * device, inode, size and time of the last change.
 * @returns null when it is no ELF file.
 */
export function readElfFile(file: TargetFile): ElfFile | null {
  const known = files.get(file.identity);
  if (known !== undefined) return known;
  const elf = readElf(file);
  const read = elf === undefined ? null : remember(elf);
  for (const oldest of files.keys()) {
    if (files.size < MOST_FILES) break;
    files.delete(oldest);
  }
  files.set(file.identity, read);
  return read;
}

function remember(elf: Elf): ElfFile {
  const symbols = new Map<string, ElfSymbol | undefined>();
  return {
    elf,
    symbol(file, name): ElfSymbol | undefined {
      if (!symbols.has(name)) symbols.set(name, findSymbol(file, elf, name));
      return symbols.get(name);
    },
  };
}
