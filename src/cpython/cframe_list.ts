import type { Address, Ranges } from "../../ffi/process.ts";

/** Two pointers: the current frame, and the `_PyCFrame` that was current before. */
export const CFRAME_BYTES = 16;
/** C code that calls Python goes on at few places of the C stack in turn. */
const MOST_CFRAMES = 4;

/**
 * In 3.11 and 3.12 the current frame of a thread is kept on the C stack, in a `_PyCFrame` that the thread
 * state points to, and another one whenever C calls Python again. So that the frame can be read first of
 * all, those that were met last are read, and the thread state tells afterwards which one it was.
 */
export class CFrameList {
  /** A new one was met: it is to be read from now on. */
  changed = false;
  readonly #addresses: Address[] = [];
  /** By the last `relax` but one: true for those that were current since. */
  #used: boolean[] = [];

  /** @param offset where a `_PyCFrame` has its current frame. */
  constructor(readonly offset: number) {}

  get count(): number {
    return this.#addresses.length;
  }

  /** Adds what is to be read to a list of ranges: the frame and the link to the one before, of each. */
  addTo(ranges: Ranges): void {
    for (const address of this.#addresses) ranges.push(address + this.offset, CFRAME_BYTES);
    this.changed = false;
  }

  /** Which of them is the one at an address; −1 if that was not among them, but will be. */
  find(address: Address): number {
    const index = this.#addresses.indexOf(address);
    if (index >= 0) {
      this.#used[index] = true;
      return index;
    }
    if (this.#addresses.length >= MOST_CFRAMES) {
      const unused = Math.max(0, this.#used.indexOf(false));
      this.#addresses.splice(unused, 1);
      this.#used.splice(unused, 1);
    }
    this.#addresses.push(address);
    this.#used.push(true);
    this.changed = true;
    return -1;
  }

  /** Once in a while: what was not current since the last time is not read any more. */
  relax(): void {
    for (let i = this.#addresses.length - 1; i >= 0; i--) {
      if (this.#used[i] || this.#addresses.length === 1) continue;
      this.#addresses.splice(i, 1);
      this.#used.splice(i, 1);
      this.changed = true;
    }
    this.#used = this.#addresses.map(() => false);
  }

  /** One of them cannot be read any more. */
  forget(): void {
    this.changed = this.#addresses.length > 0;
    this.#addresses.length = this.#used.length = 0;
  }
}
