/**
 * Writes protocol buffers: fields one after the other into bytes that grow and are taken away piece by
 * piece. Source: https://protobuf.dev/programming-guides/encoding/.
 */

/** Output is handed over in pieces of about so many bytes. */
const PIECE = 64 * 1024;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const ENCODER = new TextEncoder();
const WORD = 2 ** 32;

/** Bytes of a number, not negative and at most 2⁵³, as a varint. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

/** A message that grows. A field that is 0 or empty may be left out: that is what its absence means. */
export class ProtobufWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /** Whether enough waits to be a piece of output. */
  get full(): boolean {
    return this.#length >= PIECE;
  }

  /** An integer, not negative and at most 2⁵³; 0 is left out. */
  int(field: number, value: number): void {
    if (value !== 0) this.tagged(field, value);
  }

  /** An integer where 0 says something else than its absence: one of a choice of fields. */
  tagged(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.varint(value);
  }

  /** True; false is left out. */
  bool(field: number, value: boolean): void {
    if (value) this.int(field, 1);
  }

  /** Integers in one field, not negative and at most 2⁵³; none are left out. */
  packed(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    this.begin(field, values.reduce((sum, value) => sum + varintLength(value), 0));
    for (const value of values) this.varint(value);
  }

  /** Bytes, or a message that was written before; empty or not. */
  bytes(field: number, bytes: Uint8Array): void {
    this.begin(field, bytes.length);
    this.raw(bytes);
  }

  /** 64 bits. */
  fixed64(field: number, value: bigint): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  /** An integer that is beyond 2⁵³. */
  bigInt(field: number, value: bigint): void {
    this.#tag(field, VARINT);
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#byte(Number(rest & 0x7fn) | 0x80);
    this.#byte(Number(rest));
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Text without lone surrogates, which UTF-8 has no place for. Written even when empty. */
  text(field: number, text: string): void {
    this.#tag(field, BYTES);
    const most = text.length * 3;
    if (most < 0x80) {
      // So short that its length takes one byte: no need to encode it somewhere else first.
      this.#reserve(most + 1);
      const { written } = ENCODER.encodeInto(text, this.#bytes.subarray(this.#length + 1));
      this.#bytes[this.#length] = written;
      this.#length += 1 + written;
      return;
    }
    const encoded = ENCODER.encode(text);
    this.varint(encoded.length);
    this.raw(encoded);
  }

  /** A message within this one, empty or not. */
  message(field: number, write: (inner: ProtobufWriter) => void): void {
    const inner = new ProtobufWriter(64);
    write(inner);
    this.begin(field, inner.length);
    this.raw(inner.#bytes.subarray(0, inner.length));
  }

  /** The head of a field whose bytes follow: a message, or packed numbers. */
  begin(field: number, length: number): void {
    this.#tag(field, BYTES);
    this.varint(length);
  }

  /** A number by itself, not negative and at most 2⁵³: an item of packed ones. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= WORD) {
      this.#bytes[this.#length++] = rest % 0x80 | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = rest & 0x7f | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written since it was last asked for. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #tag(field: number, type: number): void {
    this.varint(field * 8 + type);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
