/** JSON written straight as bytes: columns of millions of numbers take no strings on their way. */

import type { Bytes, Spool } from "./collector.ts";

const ENCODER = new TextEncoder();
const ZERO = 0x30;
const COMMA = 0x2c;
const POINT = 0x2e;
const MINUS = 0x2d;
/** The longest that a number can be. */
const LONGEST_NUMBER = 32;
/** Output is handed over in pieces of about so many bytes. */
const PIECE = 64 * 1024;
/** Bytes of a column that are held before they go to its spool; there may be thousands of columns. */
const COLUMN_PIECE = 4096;
const FIRST_CAPACITY = 256;

/** Text as a JSON string in UTF-8. A lone surrogate, which UTF-8 has no place for, becomes `\udXXX`. */
export function encodeString(text: string): Uint8Array {
  return ENCODER.encode(JSON.stringify(text));
}

/** JSON source, or anything else that is all right as it is, in UTF-8. */
export function encodeSource(source: string): Uint8Array {
  return ENCODER.encode(source);
}

/** JSON text that grows and is taken away piece by piece. */
export class JsonText {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = PIECE + PIECE / 8) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /** Whether it is time to take what there is. */
  get full(): boolean {
    return this.#length >= PIECE;
  }

  /** Forgets all but the first bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  /** What was written so far, valid until more is. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written so far, valid until more is; it begins anew. */
  take(): Uint8Array {
    const taken = this.view();
    this.#length = 0;
    return taken;
  }

  /** Adds JSON source. */
  source(source: string): this {
    return this.bytes(encodeSource(source));
  }

  /** Adds text as a JSON string. */
  string(text: string): this {
    return this.bytes(encodeString(text));
  }

  /** Adds bytes that are JSON source already. */
  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  comma(): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = COMMA;
    return this;
  }

  /** Adds a whole number of at most 2^53. */
  integer(value: number): this {
    this.#reserve(LONGEST_NUMBER);
    if (value < 0) {
      this.#bytes[this.#length++] = MINUS;
      value = -value;
    }
    if (value >= 1e9) {
      const high = Math.floor(value / 1e9);
      this.integer(high);
      this.#digits(value - high * 1e9, 9);
    } else {
      this.#digits(value, countDigits(value));
    }
    return this;
  }

  /** Adds a time in µs as milliseconds, to the µs. */
  milliseconds(us: number): this {
    const whole = Math.round(us);
    const ms = Math.floor(whole / 1000);
    this.integer(ms);
    let rest = whole - ms * 1000;
    if (rest === 0) return this;
    this.#bytes[this.#length++] = POINT;
    let digits = 3;
    while (rest % 10 === 0) {
      rest /= 10;
      digits--;
    }
    this.#digits(rest, digits);
    return this;
  }

  /** Adds the last digits of a number below 10^9, with zeros in front. */
  #digits(value: number, count: number): void {
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const higher = rest / 10 | 0;
      this.#bytes[at] = ZERO + rest - higher * 10;
      rest = higher;
    }
    this.#length += count;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function countDigits(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  return digits;
}

/** The elements of a JSON array, put aside as they come. */
export class JsonColumn {
  readonly #spool: Spool;
  readonly #text = new JsonText(FIRST_CAPACITY);
  /** Number of elements. */
  length = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Begins the next element; what is written to the text until the next call belongs to it. */
  next(): JsonText {
    if (this.#text.length >= COLUMN_PIECE) this.#flush();
    if (this.length++ > 0) this.#text.comma();
    return this.#text;
  }

  /** The elements with commas between them, in pieces. */
  *read(): Bytes {
    this.#flush();
    yield* this.#spool.read();
  }

  #flush(): void {
    this.#spool.append(this.#text.view());
    this.#text.cut(0);
  }
}

/** The elements of a JSON array with commas between them, in pieces. */
export function* writeElements(
  length: number,
  write: (text: JsonText, index: number) => void,
): Generator<Uint8Array> {
  const text = new JsonText();
  for (let index = 0; index < length; index++) {
    if (index > 0) text.comma();
    write(text, index);
    if (text.full) yield text.take();
  }
  if (text.length > 0) yield text.take();
}
