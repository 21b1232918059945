import { Damage } from "./damage.ts";

// A byte order mark belongs to the text: it is a character of the name.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads what a `ByteWriter` wrote, and never beyond the end: that is {@link Damage}. */
export class ByteReader {
  at = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** An integer of 64 bits; above 2^53 not exactly. */
  u64(): number {
    return this.u32() + this.u32() * 0x1_0000_0000;
  }

  /** An unsigned integer of up to 64 bits; above 2^53 not exactly. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 64; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new Damage("a number has more than 64 bits");
  }

  /** A varint that counts things which take at least so many of the bytes that are left. */
  count(bytesEach = 1): number {
    const count = this.varint();
    if (count * bytesEach > this.left) throw new Damage("a count is larger than what holds it");
    return count;
  }

  /** A varint below a limit: an index into a table of that length. */
  index(limit: number): number {
    const index = this.varint();
    if (index >= limit) throw new Damage(`index ${index} into a table of ${limit}`);
    return index;
  }

  zigzag(): number {
    const code = this.varint();
    if (code > 0xffff_ffff) throw new Damage("a number has more than 32 bits");
    return code >>> 1 ^ -(code & 1);
  }

  take(length: number): Uint8Array {
    const from = this.#advance(length);
    return this.bytes.subarray(from, from + length);
  }

  /** UTF-8 after its length in bytes; wrong bytes become U+FFFD. */
  text(): string {
    return UTF8.decode(this.take(this.count()));
  }

  /** Text of so many bytes, UTF-16 if `wide`. */
  textOf(length: number, wide: boolean): string {
    const bytes = this.take(length);
    if (!wide) return UTF8.decode(bytes);
    let text = "";
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      text += String.fromCharCode(bytes[i]! | bytes[i + 1]! << 8);
    }
    return text;
  }

  #advance(length: number): number {
    const from = this.at;
    if (length > this.bytes.length - from) throw new Damage("the bytes end too early");
    this.at = from + length;
    return from;
  }
}
