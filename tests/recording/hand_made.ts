/** A recording of CPython's layout, built byte by byte in either byte order. */

/** Adds numbers of fixed and of variable width to a list of bytes. */
export class Builder {
  readonly bytes: number[] = [];

  constructor(readonly littleEndian: boolean) {}

  fixed(value: number | bigint, size: number): this {
    const digits = Array.from(
      { length: size },
      (_, i) => Number(BigInt(value) >> BigInt(8 * i) & 255n),
    );
    this.bytes.push(...(this.littleEndian ? digits : digits.reverse()));
    return this;
  }

  float(value: number): this {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return this.fixed(view.getBigUint64(0), 8);
  }

  varint(...values: readonly (number | bigint)[]): this {
    for (const value of values) {
      let left = BigInt(value);
      for (; left > 127n; left >>= 7n) this.bytes.push(Number(left & 127n) | 128);
      this.bytes.push(Number(left));
    }
    return this;
  }

  text(text: string): this {
    const bytes = new TextEncoder().encode(text);
    this.varint(bytes.length).bytes.push(...bytes);
    return this;
  }

  /** The part of a record before what its kind has. */
  record(tid: number, kind: number, interpreter = 0): this {
    return this.fixed(tid, 8).fixed(interpreter, 4).fixed(kind, 1);
  }
}

/** What a test changes of {@link build}'s file. */
export interface Parts {
  readonly littleEndian: boolean;
  readonly records: (builder: Builder) => Builder;
  readonly samples: number;
  readonly version?: number;
  readonly mode?: number;
  readonly frames?: number;
  readonly statistics?: readonly [
    seconds: number,
    rate: number,
    failed: number,
    missed: number,
  ];
  /** Bytes of others between tables and statistics. */
  readonly between?: number;
}

/** Frames 0 to 2 of the file: two functions of /a/x.py and the collector. */
export function build(parts: Parts): Uint8Array {
  const { littleEndian, version = 1, mode = 1, frames = 3, between = 0 } = parts;
  const start = (): Builder => new Builder(littleEndian);
  const region = parts.records(start()).bytes;
  const strings = start().text("/a/x.py").text("root").text("lëaf").text("~").text("<GC>").bytes;
  // File, name, line, end line, column, end column, each but the first two zigzag; opcode.
  const table = start()
    .varint(0, 1, 20, 0, 8, 6).fixed(255, 1)
    .varint(0, 2, 24, 2, 1, 0).fixed(100, 1)
    .varint(3, 4, 1, 0, 1, 0).fixed(255, 1).bytes;
  const header = start()
    .fixed(0x54414348, 4).fixed(version, 4)
    .fixed(3, 1).fixed(15, 1).fixed(2, 1).fixed(0, 1)
    .fixed(5_000_000, 8).fixed(1000, 8).fixed(parts.samples, 8).fixed(4, 4)
    .fixed(64 + region.length, 8).fixed(64 + region.length + strings.length, 8)
    // Mode, features known, all threads.
    .fixed(0, 4).fixed(mode | 8 | 16, 4);
  const end = start();
  end.bytes.push(...Array.from({ length: between }, (_, i) => i & 255));
  if (parts.statistics !== undefined) {
    for (const value of parts.statistics) end.float(value);
    end.fixed(3, 4).fixed(0, 4);
    end.bytes.push(...new TextEncoder().encode("TACHSTAT"));
    end.fixed(1, 4).fixed(56, 4);
  }
  end.fixed(5, 4).fixed(frames, 4).fixed(0, 8).fixed(0, 8).fixed(0, 8);
  return Uint8Array.from([...header.bytes, ...region, ...strings, ...table, ...end.bytes]);
}
