/**
 * Python's marshal format, versions 0 to 5, as far as profiles need it: numbers, text, tuples and dicts.
 * The type codes are those of CPython's Python/marshal.c.
 */

import { Damage } from "../damage.ts";

/** A tuple or list. */
export type MarshalTuple = readonly MarshalValue[];
/** A dict as its pairs, in order. */
export interface MarshalDict {
  readonly pairs: readonly (readonly [key: MarshalValue, value: MarshalValue])[];
}
export type MarshalValue = null | boolean | number | string | MarshalTuple | MarshalDict;

const FLAG_REF = 0x80;
/** Containers in containers: a profile has a dict of tuples with dicts of tuples. */
const DEEPEST = 16;
/** Ends a dict. */
const END = Symbol("end of a dict");

/** Reads one value. Throws {@link Damage} where the bytes mean nothing or something else. */
export function readMarshal(bytes: Uint8Array): MarshalValue {
  const value = new MarshalReader(bytes).value(0);
  if (value === END) throw new Damage("it ends before it begins");
  return value;
}

class MarshalReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #references: MarshalValue[] = [];
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): MarshalValue | typeof END {
    if (depth > DEEPEST) {
      throw new Damage("it has containers in containers, too deep for a profile");
    }
    const code = this.#u8();
    const type = String.fromCharCode(code & ~FLAG_REF);
    // What refers back counts things in the order in which they begin.
    const place = code & FLAG_REF ? this.#references.push(null) - 1 : undefined;
    const value = this.#read(type, depth);
    if (place !== undefined && value !== END) this.#references[place] = value;
    return value;
  }

  #read(type: string, depth: number): MarshalValue | typeof END {
    switch (type) {
      case "0":
        return END;
      case "N":
        return null;
      case "T":
      case "F":
        return type === "T";
      case "i":
        return this.#i32();
      case "I":
        return Number(this.#view.getBigInt64(this.#take(8), true));
      case "l":
        return this.#long();
      case "f":
        return Number(this.#text(this.#u8(), "latin1"));
      case "g":
        return this.#view.getFloat64(this.#take(8), true);
      case "s":
        return this.#text(this.#i32(), "latin1");
      case "u":
      case "t":
        return this.#text(this.#i32(), "wtf-8");
      case "a":
      case "A":
        return this.#text(this.#i32(), "latin1");
      case "z":
      case "Z":
        return this.#text(this.#u8(), "latin1");
      case "(":
      case "[":
        return this.#tuple(this.#i32(), depth);
      case ")":
        return this.#tuple(this.#u8(), depth);
      case "{":
        return this.#dict(depth);
      case "r": {
        const value = this.#references[this.#i32()];
        if (value === undefined) throw new Damage("it refers to something that is not there");
        return value;
      }
      default:
        throw new Damage("it has something that no profile has");
    }
  }

  #tuple(length: number, depth: number): MarshalTuple {
    // Each value takes a byte at least.
    if (length < 0 || length > this.#bytes.length - this.#at) throw new Damage("it is cut short");
    return Array.from({ length }, () => this.#inside(depth));
  }

  #dict(depth: number): MarshalDict {
    const pairs: [MarshalValue, MarshalValue][] = [];
    for (;;) {
      const key = this.value(depth + 1);
      if (key === END) return { pairs };
      pairs.push([key, this.#inside(depth)]);
    }
  }

  #inside(depth: number): MarshalValue {
    const value = this.value(depth + 1);
    if (value === END) throw new Damage("it ends in the middle");
    return value;
  }

  /** Sign and number of digits of 15 bits, then the digits, lowest first. */
  #long(): number {
    const size = this.#i32();
    let value = 0;
    const digits = Math.abs(size);
    if (digits * 2 > this.#bytes.length - this.#at) throw new Damage("it is cut short");
    for (let i = 0; i < digits; i++) {
      value += this.#view.getUint16(this.#take(2), true) * 2 ** (15 * i);
    }
    return size < 0 ? -value : value;
  }

  #text(length: number, encoding: "latin1" | "wtf-8"): string {
    const from = this.#take(length);
    const bytes = this.#bytes.subarray(from, from + length);
    return encoding === "latin1" ? decodeLatin1(bytes) : decodeWtf8(bytes);
  }

  #u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  #i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || length > this.#bytes.length - at) throw new Damage("it is cut short");
    this.#at += length;
    return at;
  }
}

function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** UTF-8 in which lone surrogates stand like any other character: Python's `surrogatepass`. */
function decodeWtf8(bytes: Uint8Array): string {
  const decoder = new TextDecoder();
  let text = "";
  let from = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] !== 0xed || bytes[at + 1]! < 0xa0) continue;
    text += decoder.decode(bytes.subarray(from, at));
    text += String.fromCharCode(0xd000 | (bytes[at + 1]! & 0x3f) << 6 | bytes[at + 2]! & 0x3f);
    at += 2;
    from = at + 1;
  }
  return text + decoder.decode(bytes.subarray(from));
}
