import assert from "node:assert/strict";
import { type ByteSource, type Elf, readElf } from "../../ffi/linux/elf.ts";
import { findSymbol } from "../../ffi/linux/elf_symbols.ts";
import { loadBias } from "../../ffi/linux/modules.ts";
import { mappedFiles, parseMaps } from "../../ffi/linux/maps.ts";

const NAME = "_PyRuntime";

/** A file in memory that counts what is read of it. */
class Bytes implements ByteSource {
  reads = 0;
  bytes = 0;
  constructor(readonly content: Uint8Array) {}

  read(offset: number, length: number): Uint8Array {
    const part = this.content.subarray(offset, offset + length);
    this.reads++;
    this.bytes += part.length;
    return part;
  }
}

/** Writes an ELF file with two segments, sections and a dynamic and a regular symbol table. */
function buildElf(type = 3): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, type, true);
  word(32, 64); // program headers
  word(40, 1024); // section headers
  for (const [at, value] of [[54, 56], [56, 2], [58, 64], [60, 6], [62, 5]] as const) {
    view.setUint16(at, value, true);
  }
  // type, flags, offset, address, file size, memory size
  const segments = [[1, 5, 0, 0x1000, 0x800, 0x800], [1, 6, 0x800, 0x3800, 0x100, 0x1000]] as const;
  for (const [index, [kind, flags, offset, address, file, memory]] of segments.entries()) {
    const at = 64 + index * 56;
    view.setUint32(at, kind, true);
    view.setUint32(at + 4, flags, true);
    word(at + 8, offset);
    word(at + 16, address);
    word(at + 32, file);
    word(at + 40, memory);
  }
  const names = "\0.PyRuntime\0.dynsym\0.symtab\0.strtab\0.debug\0";
  const strings = `\0other\0not${NAME}\0Py_Version\0function\0`;
  bytes.set(new TextEncoder().encode(names), 2048);
  bytes.set(new TextEncoder().encode(strings), 2560);
  // name, type, flags, address, offset, size, link
  const sections: [string, number, number, number, number, number, number][] = [
    [".PyRuntime", 1, 3, 0x3820, 0x820, 0x80, 0],
    [".dynsym", 11, 2, 0x1c00, 3072, 48, 4],
    [".symtab", 2, 0, 0, 3200, 120, 4],
    [".strtab", 3, 0, 0, 2560, strings.length, 0],
    [".debug", 1, 0, 0x3820, 2048, names.length, 0],
  ];
  for (const [index, [name, kind, flags, address, offset, size, link]] of sections.entries()) {
    const at = 1024 + (index + 1) * 64;
    view.setUint32(at, names.indexOf(`${name}\0`), true);
    view.setUint32(at + 4, kind, true);
    word(at + 8, flags);
    word(at + 16, address);
    word(at + 24, offset);
    word(at + 32, size);
    view.setUint32(at + 40, link, true);
  }
  // table, name, info, section, address, size; the shared tail of "not_PyRuntime" is the name
  const symbols: [number, string, number, number, number, number][] = [
    [3096, NAME, 0x11, 0, 0, 0], // imported
    [3224, NAME, 0x12, 1, 0x1100, 8], // a function
    [3248, NAME, 0x11, 0xfff1, 5, 8], // absolute
    [3272, NAME, 0x11, 1, 0x3820, 0x80],
    [3296, "Py_Version", 0x11, 1, 0x9000, 8], // outside of every segment
  ];
  for (const [at, name, info, section, address, size] of symbols) {
    view.setUint32(at, strings.indexOf(`${name}\0`), true);
    view.setUint8(at + 4, info);
    view.setUint16(at + 6, section, true);
    word(at + 8, address);
    word(at + 16, size);
  }
  return bytes;
}

function parse(bytes: Uint8Array): { source: Bytes; elf: Elf } {
  const source = new Bytes(bytes);
  const elf = readElf(source);
  assert(elf);
  return { source, elf };
}

/** A small generator of repeatable noise (xorshift32). */
function noise(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

Deno.test("readElf gives segments and sections", () => {
  const { elf } = parse(buildElf());
  assert.equal(elf.fixed, false);
  assert.deepEqual(elf.segments.map((segment) => [segment.executable, segment.address]), [
    [true, 0x1000],
    [false, 0x3800],
  ]);
  const runtime = elf.sections.find((section) => section.name === ".PyRuntime");
  assert.deepEqual([runtime?.address, runtime?.size, runtime?.loaded], [0x3820, 0x80, true]);
  assert.equal(elf.sections.find((section) => section.name === ".debug")?.loaded, false);
});

Deno.test("findSymbol finds the defined data symbol among imports, functions and absolutes", () => {
  const { source, elf } = parse(buildElf());
  assert.deepEqual(findSymbol(source, elf, NAME), { address: 0x3820, size: 0x80 });
});

Deno.test("findSymbol finds nothing when the name is unknown or lies outside the segments", () => {
  const { source, elf } = parse(buildElf());
  assert.equal(findSymbol(source, elf, "Py_Version"), undefined);
  assert.equal(findSymbol(source, elf, "Runtime_"), undefined);
  assert.equal(findSymbol(source, elf, "PyRuntime_"), undefined);
});

Deno.test("findSymbol finds a name when it lies across the border of two pieces", () => {
  const piece = 0x4_0000;
  const original = buildElf();
  for (const before of [0, 1, 5, NAME.length, NAME.length + 1]) {
    const bytes = new Uint8Array(4096 + 2 * piece);
    bytes.set(original);
    bytes.set(new TextEncoder().encode(`${NAME}\0`), 4096 + piece - before);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(1024 + 4 * 64 + 24, 4096n, true);
    view.setBigUint64(1024 + 4 * 64 + 32, BigInt(2 * piece), true);
    view.setUint32(3272, piece - before, true);
    const { source, elf } = parse(bytes);
    assert.deepEqual(findSymbol(source, elf, NAME), { address: 0x3820, size: 0x80 }, `${before}`);
  }
});

Deno.test("readElf refuses what is no 64-bit little-endian program", () => {
  const changes: [number, number][] = [[0, 0], [4, 1], [5, 2], [16, 1], [16, 4], [54, 32], [56, 0]];
  for (const [at, value] of changes) {
    const bytes = buildElf();
    bytes[at] = value;
    assert.equal(readElf(new Bytes(bytes)), undefined, `byte ${at} = ${value}`);
  }
  assert.equal(readElf(new Bytes(new Uint8Array(0))), undefined);
});

Deno.test("readElf keeps the segments when the section table is stripped", () => {
  const { elf, source } = parse(buildElf().slice(0, 512));
  assert.equal(elf.segments.length, 2);
  assert.deepEqual(elf.sections, []);
  assert.equal(findSymbol(source, elf, NAME), undefined);
});

Deno.test("readElf reads section counts from section 0 when they exceed the header's fields", () => {
  const bytes = buildElf();
  const view = new DataView(bytes.buffer);
  view.setUint16(60, 0, true);
  view.setUint16(62, 0xffff, true);
  view.setBigUint64(1024 + 32, 6n, true);
  view.setUint32(1024 + 40, 5, true);
  // Section 0 is in the list as well, without a name.
  assert.equal(parse(bytes).elf.sections[1]?.name, ".PyRuntime");
});

Deno.test("reading ends soon and without an exception when files are damaged at random", () => {
  const next = noise(20251);
  const original = buildElf();
  for (let round = 0; round < 20_000; round++) {
    const bytes = original.slice(0, next(4) === 0 ? next(original.length) : original.length);
    for (let change = next(12); change >= 0; change--) {
      const at = next(5) === 0 ? next(64) : next(original.length);
      if (at < bytes.length) bytes[at] = [0, 1, 0x7f, 0x80, 0xff, next(256)][next(6)] ?? 0;
    }
    const source = new Bytes(bytes);
    const elf = readElf(source);
    if (elf !== undefined) findSymbol(source, elf, NAME);
    assert.ok(source.reads < 200 && source.bytes < 1e6, `round ${round}: ${source.reads} reads`);
  }
});

Deno.test("reading is bounded when a sparse file claims enormous tables", () => {
  const original = buildElf();
  const view = new DataView(original.buffer);
  view.setUint16(60, 0xffff, true);
  for (const section of [2, 3, 4]) view.setBigUint64(1024 + section * 64 + 32, 1n << 50n, true);
  const head = new Bytes(original);
  let total = 0;
  const endless: ByteSource = {
    read(offset: number, length: number): Uint8Array {
      assert.ok(length <= 0x40_0000, `${length} bytes in one read`);
      total += length;
      const bytes = new Uint8Array(length);
      bytes.set(head.read(offset, length));
      return bytes;
    },
  };
  const elf = readElf(endless);
  assert(elf);
  assert.deepEqual(findSymbol(endless, elf, NAME), { address: 0x3820, size: 0x80 });
  assert.ok(total < 0x4000_0000, `${total} bytes read`);
});

Deno.test("loadBias is taken from the code when the file is mapped as data below it", () => {
  const maps = parseMaps([
    "500000-501000 r--p 00000000 08:02 9 /x",
    "7f0000001000-7f0000002000 r-xp 00000000 08:02 9 /x",
    "7f0000003000-7f0000005000 rw-p 00000000 08:02 9 /x",
  ].join("\n"));
  const [file] = mappedFiles(maps, "/x");
  assert(file);
  assert.equal(loadBias(parse(buildElf()).elf, file), 0x7f0000000000);
  assert.equal(loadBias(parse(buildElf(2)).elf, file), 0);
});

Deno.test("loadBias is taken from the lowest mapping when code is not mapped from the file", () => {
  const [file] = mappedFiles(parseMaps("7f0000001000-7f0000002000 r--p 0 08:02 9 /x\n"), "/x");
  assert(file);
  assert.equal(loadBias(parse(buildElf()).elf, file), 0x7f0000000000);
});
