import type { Address, Module, Span } from "../process.ts";
import { type Elf, isLoaded } from "./elf.ts";
import { type ElfFile, readElfFile } from "./elf_files.ts";
import { type ElfSymbol, findSymbol } from "./elf_symbols.ts";
import { readElfInMemory } from "./elf_memory.ts";
import type { MappedFile } from "./maps.ts";
import type { MemoryReader, TargetFile } from "./target_file.ts";

const PAGE_BYTES = 4096;

/**
 * What is added to an address in the file to get the one in memory. Taken from the code where it can
 * be: a program may map its own file a second time, as data, below the first.
 */
export function loadBias(elf: Elf, file: MappedFile): number {
  if (elf.fixed) return 0;
  for (const mapping of file.mappings) {
    if (!mapping.executable) continue;
    const size = mapping.end - mapping.start;
    const segment = elf.segments.find((segment) =>
      segment.executable && segment.offset < mapping.offset + size &&
      segment.offset + segment.fileSize > mapping.offset
    );
    if (segment === undefined) continue;
    return mapping.start - mapping.offset + segment.offset - segment.address;
  }
  const firstAddress = elf.segments[0]?.address ?? 0;
  return (file.mappings[0]?.start ?? 0) - (firstAddress - firstAddress % PAGE_BYTES);
}

/** A mapped ELF file; headers and what was found in it are kept, the file is not. */
export class LinuxModule implements Module {
  readonly path: string;
  readonly start: Address;
  readonly format?: "elf-arm64";
  readonly #file: MappedFile;
  readonly #open: () => TargetFile | undefined;
  readonly #memory: MemoryReader;
  readonly #symbols = new Map<string, Span | undefined>();
  /** undefined: not read yet; null: no ELF file. */
  #elf: ElfFile | null | undefined;

  constructor(file: MappedFile, open: () => TargetFile | undefined, memory: MemoryReader) {
    this.path = file.path;
    this.start = file.mappings[0]?.start ?? 0;
    this.#file = file;
    this.#open = open;
    this.#memory = memory;
    // Programs of other machines cannot be read here.
    if (Deno.build.arch === "aarch64") this.format = "elf-arm64";
  }

  section(name: string): Span | undefined {
    const elf = (this.#elf === undefined ? this.#withFile((_file, elf) => elf) : this.#elf)?.elf;
    const section = elf?.sections.find((section) => section.loaded && section.name === `.${name}`);
    if (!elf || section === undefined || !isLoaded(elf, section.address, section.size)) {
      return undefined;
    }
    return { address: section.address + loadBias(elf, this.#file), size: section.size };
  }

  symbol(name: string): Span | undefined {
    if (this.#elf === null) return undefined;
    if (!this.#symbols.has(name)) {
      const inFile = this.#withFile((file, { elf, symbol }) => {
        this.#symbols.set(name, this.#place(symbol(file, name), elf));
        return elf.sections.length > 0;
      });
      if (inFile !== true && this.#elf !== null) this.#symbols.set(name, this.#findInMemory(name));
    }
    return this.#symbols.get(name);
  }

  writable(): Span[] {
    return this.#file.mappings.filter((mapping) => mapping.readable && mapping.writable)
      .map(({ start, end }) => ({ address: start, size: end - start }));
  }

  #place(symbol: ElfSymbol | undefined, elf: Elf): Span | undefined {
    return symbol && { ...symbol, address: symbol.address + loadBias(elf, this.#file) };
  }

  /** For files that cannot be had, or have no sections. */
  #findInMemory(name: string): Span | undefined {
    const head = this.#file.mappings.find((mapping) => mapping.offset === 0 && mapping.readable);
    const image = head && readElfInMemory(head.start, this.#memory);
    return image && this.#place(findSymbol(image.source, image.elf, name), image.elf);
  }

  /** A file that could not be opened is tried again next time; its content is judged once. */
  #withFile<T>(use: (file: TargetFile, elf: ElfFile) => T): T | undefined {
    const file = this.#open();
    if (file === undefined) return undefined;
    try {
      this.#elf ??= readElfFile(file);
      return this.#elf === null ? undefined : use(file, this.#elf);
    } finally {
      file.close();
    }
  }
}
