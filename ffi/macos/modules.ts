import type { Address, Module, Span } from "../process.ts";
import { openFile } from "./image_file.ts";
import type { MemoryReader } from "./images.ts";
import { type ByteSource, imageBase, isLoaded, type MachO, readMachO, sliceFor } from "./macho.ts";
import { findSymbol } from "./macho_symbols.ts";

/** Section names are cut to this. */
const MOST_NAME = 16;

/** A program or library as it lies in memory. */
interface Mapped {
  readonly file: MachO;
  /** What is added to an address in the file to get the one in memory. */
  readonly slide: number;
}

/**
 * A Mach-O file that is mapped in the target. All that is asked is read from memory, where heads and symbol
 * tables are mapped as well; from the file only what is not to be had there, and only if it has the same UUID.
 */
export class MacModule implements Module {
  readonly path: string;
  readonly start: Address;
  readonly format = "mach-o";
  readonly #memory: MemoryReader;
  readonly #symbols = new Map<string, Span | undefined>();
  /** undefined: not read yet; null: nothing that can hold an interpreter. */
  #mapped: Mapped | null | undefined;

  constructor(path: string, start: Address, memory: MemoryReader) {
    this.path = path;
    this.start = start;
    this.#memory = memory;
  }

  section(name: string): Span | undefined {
    const mapped = this.#read();
    const cut = name.slice(0, MOST_NAME);
    const section = mapped?.file.sections.find((section) => section.name === cut);
    if (!mapped || section === undefined) return undefined;
    const { address, size } = section;
    return isLoaded(mapped.file, address, size)
      ? { address: address + mapped.slide, size }
      : undefined;
  }

  symbol(name: string): Span | undefined {
    const mapped = this.#read();
    if (mapped === null) return undefined;
    if (!this.#symbols.has(name)) this.#symbols.set(name, this.#find(mapped, name));
    return this.#symbols.get(name);
  }

  writable(): Span[] {
    const mapped = this.#read();
    if (mapped === null) return [];
    return mapped.file.segments.filter(({ writable, size }) => writable && size > 0)
      .map(({ address, size }) => ({ address: address + mapped.slide, size }));
  }

  #find({ file, slide }: Mapped, name: string): Span | undefined {
    const address = findSymbol(mappedSource(file, slide, this.#memory), file, name) ??
      this.#findInFile(file, name);
    return address === undefined ? undefined : { address: address + slide, size: 0 };
  }

  #findInFile(mapped: MachO, name: string): number | undefined {
    const opened = openFile(this.path);
    if (opened === undefined) return undefined;
    try {
      const slice = sliceFor(opened, mapped.cpu);
      const file = readMachO(slice);
      const isSame = file !== undefined && file.uuid === mapped.uuid && file.uuid !== "";
      return isSame ? findSymbol(slice, file, name) : undefined;
    } finally {
      opened.close();
    }
  }

  /** What is in the cache that all processes share is the system's own, and no Python. */
  #read(): Mapped | null {
    if (this.#mapped !== undefined) return this.#mapped;
    const file = readMachO({ read: (at, length) => this.#memory(this.start + at, length) });
    const base = file === undefined || file.inSharedCache ? undefined : imageBase(file);
    return this.#mapped = file === undefined || base === undefined
      ? null
      : { file, slide: this.start - base };
  }
}

/** A mapped file by its own offsets. */
function mappedSource(file: MachO, slide: number, memory: MemoryReader): ByteSource {
  return {
    read(offset, length): Uint8Array {
      const segment = file.segments.find((segment) =>
        offset >= segment.offset && offset < segment.offset + segment.fileSize
      );
      if (segment === undefined || length <= 0) return new Uint8Array(0);
      const ahead = offset - segment.offset;
      return memory(segment.address + slide + ahead, Math.min(length, segment.fileSize - ahead));
    },
  };
}
