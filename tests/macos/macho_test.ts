import assert from "node:assert/strict";
import { openFile } from "../../ffi/macos/image_file.ts";
import {
  type ByteSource,
  imageBase,
  type MachO,
  readMachO,
  sliceFor,
} from "../../ffi/macos/macho.ts";
import { findSymbol } from "../../ffi/macos/macho_symbols.ts";
import { Random } from "../cpython/random.ts";

const X64 = 0x0100_0007;
const ARM64 = 0x0100_000c;
const LIBRARIES = ["library-x64.dylib", "library-arm64.dylib"];

/** What stands at the start of each, as `fixtures/python.c` says. */
const WORDS: Readonly<Record<string, number>> = {
  _PyRuntime: 0x50795275,
  _AsyncioDebug: 0x4173796e,
  Py_Version: 0x030f02f0,
  hidden_one: 0x68696464,
  _PyRuntimeOther: 0x4f746865,
  _Py: 0x5f5f5079,
};

function load(name: string): Uint8Array {
  return Deno.readFileSync(`${import.meta.dirname}/fixtures/${name}`);
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return { read: (offset, length) => bytes.subarray(offset, offset + length) };
}

function read(bytes: Uint8Array): MachO {
  const file = readMachO(sourceOf(bytes));
  assert(file);
  return file;
}

/** The word in the file that is loaded at an address. */
function wordAt(bytes: Uint8Array, file: MachO, address: number): number {
  const segment = file.segments.find((one) =>
    address >= one.address && address < one.address + one.fileSize
  )!;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(segment.offset + address - segment.address, true);
}

for (const name of LIBRARIES) {
  Deno.test(`sections of CPython's are found in ${name}`, () => {
    const bytes = load(name);
    const file = read(bytes);
    assert.equal(file.isExecutable, false);
    for (const [section, size] of [["PyRuntime", 256], ["AsyncioDebug", 16]] as const) {
      const found = file.sections.find((one) => one.name === section);
      assert(found);
      assert.equal(found.segment, "__DATA");
      assert.equal(found.size, size);
      assert.equal(wordAt(bytes, file, found.address), WORDS[`_${section}`]);
    }
  });

  Deno.test(`symbols are found in ${name} by the trie of exports and by the table of all`, () => {
    const bytes = load(name);
    const file = read(bytes);
    const { symbols: _symbols, ...exported } = file;
    const { exports: _exports, ...tabled } = file;
    for (const [symbol, word] of Object.entries(WORDS)) {
      const known = [file, tabled, ...(symbol === "hidden_one" ? [] : [exported])];
      for (const one of known) {
        const address = findSymbol(sourceOf(bytes), one, symbol);
        assert(address !== undefined, symbol);
        assert.equal(wordAt(bytes, file, address), word, symbol);
      }
    }
    for (const one of [exported, tabled]) {
      for (const symbol of ["_PyRuntim", "_PyRuntimeOthers", "P", "", "nothing"]) {
        assert.equal(findSymbol(sourceOf(bytes), one, symbol), undefined, symbol);
      }
    }
    assert.equal(findSymbol(sourceOf(bytes), exported, "hidden_one"), undefined);
  });
}

Deno.test("an executable is told from a library, and says where it is loaded", () => {
  const file = read(load("program-x64"));
  assert.equal(file.isExecutable, true);
  assert.equal(imageBase(file), 0x1_0000_0000);
  assert.equal(imageBase(read(load("library-x64.dylib"))), 0);
});

Deno.test("a symbol that is only used is not found", () => {
  const bytes = load("extension-x64.so");
  assert.equal(findSymbol(sourceOf(bytes), read(bytes), "_PyRuntime"), undefined);
  assert(findSymbol(sourceOf(bytes), read(bytes), "first") !== undefined);
});

/** Puts files for several kinds of CPU into one. @param wide with 64-bit places. */
function joinFat(parts: readonly (readonly [number, Uint8Array])[], wide: boolean): Uint8Array {
  const entry = wide ? 32 : 20;
  const starts: number[] = [];
  let end = 4096;
  for (const [, part] of parts) {
    starts.push(end);
    end += Math.ceil(part.length / 4096) * 4096;
  }
  const fat = new Uint8Array(end);
  const view = new DataView(fat.buffer);
  view.setUint32(0, wide ? 0xcafebabf : 0xcafebabe);
  view.setUint32(4, parts.length);
  parts.forEach(([cpu, part], index) => {
    const at = 8 + index * entry;
    view.setUint32(at, cpu);
    if (wide) {
      view.setBigUint64(at + 8, BigInt(starts[index]!));
      view.setBigUint64(at + 16, BigInt(part.length));
    } else {
      view.setUint32(at + 8, starts[index]!);
      view.setUint32(at + 12, part.length);
    }
    fat.set(part, starts[index]);
  });
  return fat;
}

for (const wide of [false, true]) {
  Deno.test(`the part for a CPU is found in a file for several, ${wide ? 64 : 32}-bit places`, () => {
    const path = Deno.makeTempFileSync();
    const parts = [[X64, load("library-x64.dylib")], [ARM64, load("library-arm64.dylib")]] as const;
    try {
      Deno.writeFileSync(path, joinFat(parts, wide));
      for (const [cpu, part] of parts) {
        const opened = openFile(path);
        assert(opened);
        const slice = sliceFor(opened, cpu);
        const file = readMachO(slice);
        assert.deepEqual(file, read(part));
        const address = findSymbol(slice, file!, "_PyRuntime")!;
        assert.equal(wordAt(part, file!, address), WORDS["_PyRuntime"]);
        opened.close();
      }
    } finally {
      Deno.removeSync(path);
    }
  });
}

Deno.test("what is no Mach-O file of ours is not taken for one", () => {
  const library = load("library-x64.dylib");
  const changed = (at: number, value: number): Uint8Array => {
    const copy = library.slice();
    new DataView(copy.buffer).setUint32(at, value, true);
    return copy;
  };
  for (
    const bytes of [
      new Uint8Array(0),
      library.subarray(0, 31),
      library.subarray(0, 200),
      changed(0, 0xfeedface), // 32-bit
      changed(4, 7), // another CPU
      changed(12, 1), // an object file
      changed(20, 0xffff_ffff), // commands without end
    ]
  ) assert.equal(readMachO(sourceOf(bytes)), undefined);
});

Deno.test("files with flipped bits are read to an end, and give what lies inside or nothing", () => {
  const random = new Random(Number(Deno.env.get("TACHYON_FUZZ_SEED") ?? 13));
  const rounds = Number(Deno.env.get("TACHYON_FUZZ_IMAGES") ?? 700);
  const library = load("library-arm64.dylib");
  // Where its commands are, and where its symbols.
  const places: readonly (readonly [number, number])[] = [[0, 2048], [49152, 720]];
  for (let round = 0; round < rounds; round++) {
    const hostile = library.slice();
    for (let flips = 1 + random.below(6); flips > 0; flips--) {
      const [start, length] = places[random.below(places.length)]!;
      const at = start + random.below(length);
      hostile[at] = hostile[at]! ^ (1 << random.below(8));
    }
    const file = readMachO(sourceOf(hostile));
    if (file === undefined) continue;
    for (const symbol of Object.keys(WORDS)) {
      const address = findSymbol(sourceOf(hostile), file, symbol);
      const inside = address === undefined ||
        file.segments.some((segment) =>
          address >= segment.address && address <= segment.address + segment.size
        );
      assert(inside, `${symbol} at ${address}`);
    }
  }
});
