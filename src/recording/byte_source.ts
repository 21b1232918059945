/** Bytes that can be read anywhere. */
export interface ByteSource {
  readonly size: number;
  /**
   * Reads up to so many bytes from a place; fewer only at the end.
   * The bytes are the caller's until the next call.
   */
  readAt(offset: number, length: number): Uint8Array;
}

/** Bytes read ahead at once. */
const AHEAD = 256 * 1024;

/** Reads a source from a place on to an end, a little ahead. */
export class SourceReader {
  #held: Uint8Array = new Uint8Array(0);
  #heldAt = 0;

  constructor(readonly source: ByteSource, public at: number, readonly end: number) {}

  get left(): number {
    return this.end - this.at;
  }

  /** The next bytes, without passing them; undefined if there are fewer. Valid until the next call. */
  peek(length: number): Uint8Array | undefined {
    if (length > this.left) return undefined;
    const from = this.at - this.#heldAt;
    if (from < 0 || from + length > this.#held.length) {
      const wanted = Math.min(Math.max(length, AHEAD), this.left);
      this.#held = this.source.readAt(this.at, wanted);
      this.#heldAt = this.at;
      return this.#held.length < length ? undefined : this.#held.subarray(0, length);
    }
    return this.#held.subarray(from, from + length);
  }

  /** The next bytes; undefined if there are fewer. Valid until the next call. */
  take(length: number): Uint8Array | undefined {
    const bytes = this.peek(length);
    if (bytes !== undefined) this.at += length;
    return bytes;
  }
}
