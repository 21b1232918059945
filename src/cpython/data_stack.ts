import type { Address, Ranges } from "../../ffi/process.ts";
import { widened } from "./frame_list.ts";
import { CHUNK, LARGEST_CHUNK } from "./layout.ts";
import type { MemoryReader } from "./memory.ts";

/** One vectored read takes at most 1024 ranges: thread state, generation, frames, chunks. */
const MOST_CHUNKS = 900;

/**
 * The chunks in which a thread's frames lie one behind the other, from the root upwards, and how much
 * of each is worth copying. A chunk that has been left stays for a while: it may come back.
 */
export class DataStack {
  count = 0;
  /** Something has changed in what is to be copied. */
  changed = true;

  /** Where each chunk begins. */
  addresses: Float64Array = new Float64Array(16);
  /** Bytes from the chunk's start that are copied. */
  windows: Float64Array = new Float64Array(16);
  /** Where the chunk begins in the copy. */
  offsets: Float64Array = new Float64Array(16);
  #size: Float64Array = new Float64Array(16);
  #hint = 0;
  #peak = 0;
  #earlierPeak = 0;

  /**
   * Offset in the copy of something of `size` bytes at an address.
   * @returns −1: it is in no chunk; −2: it is, but beyond what is copied, which will be more from now
   * on; −3: nothing can lie there.
   */
  locate(address: Address, size: number): number {
    for (let i = 0, c = this.#hint; i < this.count; i++) {
      const distance = address - this.addresses[c]!;
      if (distance >= 0 && distance < this.#size[c]!) {
        if ((distance & 7) !== 0) return -3;
        if (distance + size > this.windows[c]!) return this.#widen(c, distance + size) ? -2 : -3;
        this.#hint = c;
        return this.offsets[c]! + distance;
      }
      c = c === 0 ? this.count - 1 : c - 1;
    }
    return -1;
  }

  /** True if an address lies in one of the chunks. */
  holds(address: Address): boolean {
    for (let c = 0; c < this.count; c++) {
      const distance = address - this.addresses[c]!;
      if (distance >= 0 && distance < this.#size[c]!) return true;
    }
    return false;
  }

  /**
   * Follows the thread to its current chunk.
   * @param top address of the free part in it.
   * @returns false if the copy must be taken again, with more in it.
   */
  follow(reader: MemoryReader, chunk: Address, top: Address): boolean {
    let index = this.count - 1;
    while (index >= 0 && this.addresses[index] !== chunk) index--;
    if (index < 0) {
      this.#list(reader, chunk);
      return false;
    }
    const used = top - chunk;
    if (!(used >= 0 && used <= this.#size[index]!)) return false;
    this.#peak = Math.max(this.#peak, index * LARGEST_CHUNK + used);
    return used <= this.windows[index]! || !this.#widen(index, used);
  }

  /**
   * Where the data stack ends below a frame at an address: there, or at the end of the chunk before if
   * it is the first of its chunk. 0 if it is in no chunk.
   * @param words the copy.
   */
  endBelow(address: Address, words: Uint32Array): Address {
    for (let c = this.count - 1; c >= 0; c--) {
      const distance = address - this.addresses[c]!;
      if (distance < CHUNK.data || distance >= this.#size[c]!) continue;
      if (distance > CHUNK.data || c === 0) return address;
      const before = c - 1;
      const used = words[(this.offsets[before]! + CHUNK.top) >> 2]! * 8;
      return this.addresses[before]! + CHUNK.data + used;
    }
    return 0;
  }

  /** True if an address is where the first frame of all lies: the first chunk begins with an empty word. */
  isBottom(address: Address): boolean {
    const distance = address - this.addresses[0]!;
    return this.count > 0 && (distance === CHUNK.data || distance === CHUNK.data + 8);
  }

  /** Once in a while: what has not been used for two periods is not copied any more. */
  relax(): void {
    const peak = Math.max(this.#peak, this.#earlierPeak);
    this.#earlierPeak = this.#peak;
    this.#peak = 0;
    const chunk = Math.floor(peak / LARGEST_CHUNK);
    const used = roomFor(peak % LARGEST_CHUNK);
    if (chunk < this.count - 1) {
      this.count = chunk + 1;
      this.#hint = 0;
      this.changed = true;
    }
    if (chunk === this.count - 1 && used < this.windows[chunk]! * 0.75) {
      this.windows[chunk] = used;
      this.changed = true;
    }
  }

  /** Adds what is to be copied to a list of ranges, at its end. */
  addTo(ranges: Ranges): void {
    for (let i = 0; i < this.count; i++) {
      this.offsets[i] = ranges.bytes;
      ranges.push(this.addresses[i]!, this.windows[i]!);
    }
    this.changed = false;
  }

  /** Reads the chunk list from its top down to the root; leaves it as it was if it does not hold together. */
  #list(reader: MemoryReader, top: Address): void {
    const found: { address: Address; size: number; used: number }[] = [];
    for (let chunk = top; chunk !== 0 && found.length < MOST_CHUNKS;) {
      const previous = reader.pointer(chunk + CHUNK.previous);
      const size = reader.pointer(chunk + CHUNK.size);
      const words = reader.pointer(chunk + CHUNK.top);
      if (previous === undefined || size === undefined || words === undefined) return;
      if (size < 4096 || size % 4096 !== 0 || size > LARGEST_CHUNK) return;
      found.unshift({ address: chunk, size, used: chunk === top ? 0 : CHUNK.data + words * 8 });
      chunk = previous;
    }
    this.#reserve(found.length);
    this.count = found.length;
    this.#hint = found.length - 1;
    found.forEach(({ address, size, used }, i) => {
      this.addresses[i] = address;
      this.#size[i] = size;
      this.windows[i] = Math.min(size, roomFor(used));
    });
    this.changed = true;
  }

  #reserve(count: number): void {
    if (count <= this.addresses.length) return;
    this.addresses = widened(this.addresses, count * 2);
    this.#size = widened(this.#size, count * 2);
    this.windows = widened(this.windows, count * 2);
    this.offsets = widened(this.offsets, count * 2);
  }

  #widen(chunk: number, used: number): boolean {
    const window = Math.min(this.#size[chunk]!, roomFor(used));
    if (window <= this.windows[chunk]!) return false;
    this.windows[chunk] = window;
    this.changed = true;
    return true;
  }
}

/** Room for `used` bytes and some calls more. */
function roomFor(used: number): number {
  return Math.ceil((used * 1.0625 + 512) / 256) * 256;
}
