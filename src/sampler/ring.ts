/**
 * The way from the sampling thread to the main thread: one writer, one reader, a circle of 32-bit
 * words in shared memory. Beside it lie the stop flag and the quality counters.
 */

const STOP = 0;
const WRITTEN = 1;
const READ = 2;
const CONTROL_WORDS = 16;
const COUNTERS = 32;
const HEADER_BYTES = CONTROL_WORDS * 4 + COUNTERS * 8;

/** Words of the circle: 8 MiB, most of a second at the highest rate. A power of two. */
const RING_WORDS = 1 << 21;

/** The shared memory of one capture. */
export interface Ring {
  readonly memory: SharedArrayBuffer;
  readonly control: Int32Array;
  readonly counters: Float64Array;
  readonly words: Int32Array;
}

/** Makes the memory of a ring. */
export function createRing(): Ring {
  return openRing(new SharedArrayBuffer(HEADER_BYTES + RING_WORDS * 4));
}

/** The same ring, seen from the other thread. */
export function openRing(memory: SharedArrayBuffer): Ring {
  return {
    memory,
    control: new Int32Array(memory, 0, CONTROL_WORDS),
    counters: new Float64Array(memory, CONTROL_WORDS * 4, COUNTERS),
    words: new Int32Array(memory, HEADER_BYTES),
  };
}

/** Asks the writer to end. */
export function requestStop(ring: Ring): void {
  Atomics.store(ring.control, STOP, 1);
}

export function isStopRequested(ring: Ring): boolean {
  return Atomics.load(ring.control, STOP) === 1;
}

/** Writes records: `reserve` room, `put` the words, `publish`. */
export class RingWriter {
  #position: number;
  #end = 0;

  constructor(readonly ring: Ring) {
    this.#position = Atomics.load(ring.control, WRITTEN);
  }

  /** True if there is room for a record of so many words; it must then be written whole. */
  reserve(words: number): boolean {
    const used = (this.#position - Atomics.load(this.ring.control, READ)) | 0;
    this.#end = (this.#position + words) | 0;
    return used + words <= this.ring.words.length;
  }

  put(word: number): void {
    const { words } = this.ring;
    words[this.#position & (words.length - 1)] = word;
    this.#position = (this.#position + 1) | 0;
  }

  /** Hands the record over. */
  publish(): void {
    if (this.#position !== this.#end) throw new Error("a record is not as long as was reserved");
    Atomics.store(this.ring.control, WRITTEN, this.#position);
  }
}

/** Reads records, word by word. */
export class RingReader {
  #position: number;

  constructor(readonly ring: Ring) {
    this.#position = Atomics.load(ring.control, READ);
  }

  /** Words that wait to be read: always whole records. */
  available(): number {
    return (Atomics.load(this.ring.control, WRITTEN) - this.#position) | 0;
  }

  next(): number {
    const { words } = this.ring;
    const word = words[this.#position & (words.length - 1)]!;
    this.#position = (this.#position + 1) | 0;
    return word;
  }

  /** Gives the room of what was read back to the writer. */
  release(): void {
    Atomics.store(this.ring.control, READ, this.#position);
  }
}
