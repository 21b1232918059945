/**
 * Python's marshal format as far as a file of `pstats` needs it, with the codes of version 2 alone: no
 * back references, so that every reader there is takes it. Source: `Python/marshal.c` of CPython.
 */

import { escapeForTerminal } from "../src/analysis/terminal_text.ts";

const CODES = {
  dict: 0x7b,
  end: 0x30,
  tuple: 0x28,
  text: 0x75,
  int: 0x69,
  long: 0x6c,
  float: 0x67,
};
/** A long is made of digits of so many bits. */
const DIGIT = 2 ** 15;
const ENCODER = new TextEncoder();

/** Bytes that grow and are taken away piece by piece. */
export class MarshalWriter {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /** Keys and values follow until {@link endDict}. */
  beginDict(): void {
    this.#byte(CODES.dict);
  }

  endDict(): void {
    this.#byte(CODES.end);
  }

  /** As many items follow. */
  beginTuple(length: number): void {
    this.#byte(CODES.tuple);
    this.#int32(length);
  }

  /** An integer that is not negative. */
  int(value: number): void {
    if (value < 2 ** 31) {
      this.#byte(CODES.int);
      this.#int32(value);
      return;
    }
    const digits: number[] = [];
    for (let rest = value; rest > 0; rest = Math.floor(rest / DIGIT)) digits.push(rest % DIGIT);
    this.#byte(CODES.long);
    this.#int32(digits.length);
    this.#reserve(digits.length * 2);
    for (const digit of digits) {
      this.#view.setUint16(this.#length, digit, true);
      this.#length += 2;
    }
  }

  float(value: number): void {
    this.#byte(CODES.float);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Text; what could harm a terminal or is no UTF-8 is spelled out, because `pstats` prints it as it is. */
  text(text: string): void {
    const encoded = ENCODER.encode(escapeForTerminal(text));
    this.#byte(CODES.text);
    this.#int32(encoded.length);
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
  }

  /** What was written since it was last asked for. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
