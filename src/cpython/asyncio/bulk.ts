import { type Address, type ProcessMemory, Ranges } from "../../../ffi/process.ts";

/** Ranges of one system call. */
const MOST_RANGES = 1024;
/** Bytes between two ranges that are rather read with them, and the most that are read in one piece. */
const GAP = 256;
const PIECE = 1 << 16;
/** Differences are looked at word by word. */
const WORD = 8;

/** Something that was derived from ranges of memory, and what these held. */
export interface Derivation {
  readonly addresses: readonly Address[];
  readonly lengths: readonly number[];
  /** One behind the other. */
  readonly bytes: Uint8Array;
}

/** Index of the first byte in which two buffers differ, or `length`. */
export type Compare = (a: Uint8Array, b: Uint8Array, length: number) => number;

/**
 * Reads again and again, in few pieces, all that many things were derived from, and tells which of them
 * are not what they were. It is laid out once, and good for as long as most of them stay the same.
 */
export class BulkReading<D extends Derivation> {
  readonly #calls: Ranges[] = [];
  /** The ranges in order of address: where each is in the buffer, and whose it is. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #owners: D[] = [];
  /** The farthest end of this range and those before it, which may overlap. */
  readonly #reach: number[] = [];
  #now: Uint8Array;
  #before: Uint8Array;
  /** What had changed already when it was laid out. */
  #changed = new Set<D>();
  readonly #isRead: boolean;

  constructor(readonly memory: ProcessMemory, readonly compare: Compare, all: readonly D[]) {
    const places = all.flatMap((owner) => {
      let at = 0;
      return owner.addresses.map((address, i) => {
        const length = owner.lengths[i]!;
        return { owner, address, length, at: (at += length) - length };
      });
    });
    places.sort((a, b) => a.address - b.address);
    const pieces: { address: Address; length: number }[] = [];
    let size = 0;
    for (const { owner, address, length } of places) {
      let last = pieces.at(-1);
      const end = last === undefined ? 0 : last.address + last.length;
      if (last === undefined || address > end + GAP || address + length - last.address > PIECE) {
        pieces.push(last = { address, length: 0 });
      }
      const start = size - last.length + address - last.address;
      const grown = Math.max(last.length, address + length - last.address);
      size += grown - last.length;
      last.length = grown;
      this.#starts.push(start);
      this.#ends.push(start + length);
      this.#owners.push(owner);
      this.#reach.push(Math.max(start + length, this.#reach.at(-1) ?? 0));
    }
    for (const { address, length } of pieces) {
      let call = this.#calls.at(-1);
      if (call === undefined || call.count === MOST_RANGES) {
        this.#calls.push(call = new Ranges(MOST_RANGES));
      }
      call.push(address, length);
    }
    this.#now = new Uint8Array(size);
    this.#before = new Uint8Array(size);
    this.#isRead = this.#read();
    for (const [i, { owner, at, length }] of places.entries()) {
      const start = this.#starts[i]!;
      for (let k = 0; k < length && !this.#changed.has(owner); k++) {
        if (this.#now[start + k] !== owner.bytes[at + k]) this.#changed.add(owner);
      }
    }
  }

  /**
   * Reads all of it.
   * @returns what has changed since the last reading or, the first time, since it was derived; undefined if
   * something is not there any more.
   */
  refresh(): ReadonlySet<D> | undefined {
    [this.#now, this.#before] = [this.#before, this.#now];
    if (!this.#isRead || !this.#read()) return undefined;
    const changed = this.#changed;
    this.#changed = new Set();
    for (let at = 0; (at = this.#differsFrom(at)) < this.#now.length; at += WORD) {
      at -= at % WORD;
      this.#addOwners(at, at + WORD, changed);
    }
    return changed;
  }

  #read(): boolean {
    let start = 0;
    for (const call of this.#calls) {
      const into = this.#now.subarray(start, start + call.bytes);
      if (this.memory.read(call, into) < call.bytes) return false;
      start += call.bytes;
    }
    return true;
  }

  #differsFrom(at: number): number {
    const length = this.#now.length - at;
    if (length <= 0) return this.#now.length;
    return at + this.compare(this.#now.subarray(at), this.#before.subarray(at), length);
  }

  /** Adds those to whom bytes of a stretch belong; what lies between ranges belongs to nobody. */
  #addOwners(from: number, to: number, into: Set<D>): void {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! < to) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && this.#reach[i]! > from; i--) {
      if (this.#ends[i]! > from) into.add(this.#owners[i]!);
    }
  }
}
