/** Memory made up for a test: words by address, which something may change at each reading. */
import { type ProcessMemory, type Ranges, UNMAPPED } from "../../ffi/process.ts";

/** Words of eight bytes; what is not in it is not mapped. */
export class WordMemory implements ProcessMemory {
  readonly words = new Map<number, number>();
  /** Ranges of each call. */
  readonly calls: number[] = [];
  /** Called before each reading. */
  before = (): void => {};

  constructor(words: Readonly<Record<number, number>>) {
    for (const [address, word] of Object.entries(words)) this.words.set(Number(address), word);
  }

  read(ranges: Ranges, into: Uint8Array): number {
    this.before();
    this.calls.push(ranges.count);
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    let at = 0;
    for (let i = 0; i < ranges.count; i++) {
      const [address = 0, , length = 0] = ranges.words.subarray(i * 4);
      for (let offset = 0; offset < length; offset += 8) {
        const word = this.words.get(address + offset);
        if (word === undefined) return at === 0 ? UNMAPPED : at;
        view.setUint32(at, word, true);
        view.setUint32(at + 4, 0, true);
        at += 8;
      }
    }
    return at;
  }
}
