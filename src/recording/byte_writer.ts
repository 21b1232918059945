const UTF8 = new TextEncoder();

/** Bytes that grow; numbers are little-endian. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** @param value an integer from 0 to 2^53. */
  u64(value: number): void {
    this.u32(value % 0x1_0000_0000);
    this.u32(Math.floor(value / 0x1_0000_0000));
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** LEB128. @param value an integer from 0 to 2^53. */
  varint(value: number): void {
    this.#reserve(10);
    const bytes = this.#bytes;
    let left = value;
    while (left >= 0x1000_0000) {
      bytes[this.length++] = left % 128 | 128;
      left = Math.floor(left / 128);
    }
    while (left >= 128) {
      bytes[this.length++] = left & 127 | 128;
      left >>>= 7;
    }
    bytes[this.length++] = left;
  }

  /** LEB128 of an integer below 0 as an unsigned one of 64 bits, or of any other as it is. */
  wrapping(value: number): void {
    if (value >= 0) return this.varint(value);
    this.#reserve(10);
    let left = BigInt.asUintN(64, BigInt(value));
    for (; left >= 128n; left >>= 7n) this.#bytes[this.length++] = Number(left & 127n) | 128;
    this.#bytes[this.length++] = Number(left);
  }

  /** LEB128 of the zigzag code of a 32-bit integer: 0, −1, 1, −2 become 0, 1, 2, 3. */
  zigzag(value: number): void {
    this.varint((value << 1 ^ value >> 31) >>> 0);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** UTF-8 after its length in bytes; what cannot be UTF-8 (lone surrogates) becomes U+FFFD. */
  text(text: string): void {
    const encoded = UTF8.encode(text);
    this.varint(encoded.length);
    this.bytes(encoded);
  }

  /** All bytes so far, valid until the next one. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** All bytes so far; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + more, this.#bytes.length * 2));
    grown.set(this.view());
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
