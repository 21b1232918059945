/** Bytes put aside until an output is finished: in memory while they are few, then in a file. */

import type { CollectorTools, Spool } from "../../collectors/collector.ts";
import { openUnnamed, type UnnamedFile } from "./unnamed_file.ts";

/** Bytes held in memory by all spools of a store before they go to its file. */
const MOST_HELD = 1024 * 1024;
/** Bytes handed over at once when reading. */
const PIECE = 64 * 1024;
const FIRST_CAPACITY = 256;

/** All spools of one output. They share a file, so that there may be thousands of them. */
export interface SpoolStore extends CollectorTools {
  /** Bytes in all spools. */
  readonly size: number;
  /** Frees everything; the spools are of no use afterwards. */
  close(): void;
}

/** A stretch of the file. */
interface Extent {
  readonly from: number;
  to: number;
}

/**
 * Makes a store. Its file is made when it is needed, with a name that nobody can foresee, and loses
 * that name at once where the system allows it: nothing is left behind, however we end.
 * @param fallback directory for the file if the one for temporary files cannot be written to.
 */
export function createSpoolStore(fallback: string): SpoolStore {
  const spools: FileSpool[] = [];
  let file: UnnamedFile | undefined;
  let held = 0;
  let size = 0;

  function flush(): void {
    file ??= openUnnamed("tachyon", fallback);
    const gathered = new Uint8Array(held);
    let at = 0;
    for (const spool of spools) at += spool.moveTo(gathered, at, file.end + at);
    file.append(gathered);
    held = 0;
  }
  return {
    createSpool(): Spool {
      const spool = new FileSpool(() => file, (bytes) => {
        held += bytes;
        size += bytes;
        if (held > MOST_HELD) flush();
      });
      spools.push(spool);
      return spool;
    },
    get size(): number {
      return size;
    },
    close(): void {
      file?.close();
      file = undefined;
      spools.length = 0;
    },
  };
}

/** One spool: stretches of the file, and behind them what is still in memory. */
class FileSpool implements Spool {
  readonly #extents: Extent[] = [];
  readonly #file: () => UnnamedFile | undefined;
  readonly #hold: (bytes: number) => void;
  #tail = new Uint8Array(FIRST_CAPACITY);
  #inTail = 0;
  #inFile = 0;

  constructor(file: () => UnnamedFile | undefined, hold: (bytes: number) => void) {
    this.#file = file;
    this.#hold = hold;
  }

  get length(): number {
    return this.#inFile + this.#inTail;
  }

  append(bytes: Uint8Array): void {
    const needed = this.#inTail + bytes.length;
    if (needed > this.#tail.length) {
      const grown = new Uint8Array(Math.max(needed, this.#tail.length * 2));
      grown.set(this.#tail.subarray(0, this.#inTail));
      this.#tail = grown;
    }
    this.#tail.set(bytes, this.#inTail);
    this.#inTail = needed;
    this.#hold(bytes.length);
  }

  *read(): Generator<Uint8Array> {
    const piece = new Uint8Array(Math.min(PIECE, this.#inFile));
    for (const extent of this.#extents) {
      for (let at = extent.from; at < extent.to; at += PIECE) {
        yield this.#file()!.read(at, piece.subarray(0, extent.to - at));
      }
    }
    if (this.#inTail > 0) yield this.#tail.slice(0, this.#inTail);
  }

  /** Moves what is in memory into a buffer that will stand at `place` of the file. */
  moveTo(buffer: Uint8Array, at: number, place: number): number {
    const moved = this.#inTail;
    if (moved === 0) return 0;
    buffer.set(this.#tail.subarray(0, moved), at);
    const last = this.#extents.at(-1);
    if (last?.to === place) last.to += moved;
    else this.#extents.push({ from: place, to: place + moved });
    this.#inFile += moved;
    this.#inTail = 0;
    // A large piece that came once is no reason to keep as much for ever.
    if (this.#tail.length > MOST_HELD) this.#tail = new Uint8Array(FIRST_CAPACITY);
    return moved;
  }
}
