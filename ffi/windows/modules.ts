import type { Address, Module, Span } from "../process.ts";
import { findExport, findSection, type ImageSource, type Pe, readPe } from "./pe.ts";

/** An executable or library in a process. All of it is read from memory: files may have been replaced. */
export class WindowsModule implements Module {
  readonly path: string;
  readonly start: Address;
  readonly format = "pe";
  readonly #image: ImageSource;
  readonly #symbols = new Map<string, Span | undefined>();
  /** undefined: not read yet; null: no 64-bit image. */
  #pe: Pe | null | undefined;

  /** @param image its memory, by distances from `start` */
  constructor(path: string, start: Address, image: ImageSource) {
    this.path = path;
    this.start = start;
    this.#image = image;
  }

  section(name: string): Span | undefined {
    const pe = this.#read();
    const section = pe === null ? undefined : findSection(pe, name);
    return section && { address: this.start + section.offset, size: section.size };
  }

  symbol(name: string): Span | undefined {
    const pe = this.#read();
    if (pe === null) return undefined;
    if (!this.#symbols.has(name)) {
      const offset = findExport(this.#image, pe, name);
      this.#symbols.set(name, offset === undefined ? undefined : this.#place(offset));
    }
    return this.#symbols.get(name);
  }

  writable(): Span[] {
    return (this.#read()?.sections ?? []).filter(({ writable }) => writable)
      .map(({ offset, size }) => ({ address: this.start + offset, size }));
  }

  /** Exports have no sizes. */
  #place(offset: number): Span {
    return { address: this.start + offset, size: 0 };
  }

  #read(): Pe | null {
    this.#pe ??= readPe(this.#image) ?? null;
    return this.#pe;
  }
}
