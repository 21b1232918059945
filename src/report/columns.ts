import { deflateRawSync } from "node:zlib";

/** Columns of small numbers, 7 bits a byte, lowest first (LEB128). */
class ColumnWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** Appends a number from 0 to 2³¹ − 1. */
  write(value: number): void {
    if (this.#length + 5 > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = rest & 127 | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The columns of a part of a report while they are written. */
export class ColumnSet<Name extends string> {
  readonly #columns = new Map<Name, { writer: ColumnWriter; length: number }>();

  put(name: Name, value: number): void {
    let column = this.#columns.get(name);
    if (column === undefined) {
      this.#columns.set(name, column = { writer: new ColumnWriter(), length: 0 });
    }
    column.writer.write(value);
    column.length++;
  }

  /** Deflates them, in the order of their names, behind a header: a part as the page reads it. */
  pack(names: readonly Name[], header: Readonly<Record<string, unknown>> = {}): Uint8Array {
    const columns = names.map((name) => this.#columns.get(name));
    const lengths = columns.map((column) => column?.length ?? 0);
    const parts = columns.map((column) => column?.writer.finish() ?? new Uint8Array(0));
    return deflate({ ...header, lengths }, parts);
  }
}

function deflate(header: unknown, columns: readonly Uint8Array[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = columns.reduce((sum, column) => sum + column.length, 4 + text.length);
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = 4 + text.length;
  for (const column of columns) {
    bytes.set(column, at);
    at += column.length;
  }
  return deflateRawSync(bytes, { level: 9 });
}
