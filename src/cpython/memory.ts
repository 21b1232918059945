import { type Address, type ProcessMemory, Ranges } from "../../ffi/process.ts";

/**
 * Single values out of a target's memory, for the paths that are not hot: attaching, code objects,
 * names. Every method returns undefined where the memory cannot be read.
 */
export class MemoryReader {
  readonly #ranges = new Ranges(1);
  readonly #scratch = new Uint8Array(4096);
  readonly #view = new DataView(this.#scratch.buffer);

  constructor(readonly memory: ProcessMemory) {}

  /** Copies `length` bytes; undefined unless all can be read. */
  bytes(address: Address, length: number): Uint8Array | undefined {
    const into = new Uint8Array(length);
    return this.#read(address, length, into) ? into : undefined;
  }

  /** Copies up to `length` bytes: fewer where the mapping ends. Empty if nothing can be read. */
  bytesUpTo(address: Address, length: number): Uint8Array {
    this.#ranges.clear();
    this.#ranges.push(address, length);
    const into = new Uint8Array(length);
    const read = this.memory.read(this.#ranges, into);
    return into.subarray(0, Math.max(0, read));
  }

  /** Fills `into` from an address; false unless all can be read. */
  fill(address: Address, into: Uint8Array): boolean {
    return this.#read(address, into.length, into);
  }

  pointer(address: Address): Address | undefined {
    if (!this.#read(address, 8, this.#scratch)) return undefined;
    return this.#view.getUint32(0, true) + this.#view.getUint32(4, true) * 0x1_0000_0000;
  }

  int32(address: Address): number | undefined {
    return this.#read(address, 4, this.#scratch) ? this.#view.getInt32(0, true) : undefined;
  }

  /** A NUL-terminated string of ASCII, at most `limit` bytes. */
  ascii(address: Address, limit: number): string | undefined {
    const bytes = this.bytesUpTo(address, limit);
    const end = bytes.indexOf(0);
    return end < 0 ? undefined : String.fromCharCode(...bytes.subarray(0, end));
  }

  #read(address: Address, length: number, into: Uint8Array): boolean {
    if (!(address > 0) || length < 0) return false;
    this.#ranges.clear();
    this.#ranges.push(address, length);
    return this.memory.read(this.#ranges, into) === length;
  }
}

/** A pointer out of a copy of target memory, as a number. */
export function pointerAt(view: DataView, offset: number): Address {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 0x1_0000_0000;
}
