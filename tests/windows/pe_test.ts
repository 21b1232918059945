import assert from "node:assert/strict";
import { findExport, findSection, type ImageSource, readPe } from "../../ffi/windows/pe.ts";
import { Random } from "../cpython/random.ts";
import { composeImage, mapFile, sourceOf } from "./images.ts";

const ROUNDS = Number(Deno.env.get("TACHYON_FUZZ_IMAGES") ?? 2000);

const library = mapFile(Deno.readFileSync(new URL("python_like.dll", import.meta.url)));
const section = { name: "PyRuntime", bytes: new Uint8Array(24).fill(7), writable: true };

Deno.test("a library that a linker has made gives its sections and exports", () => {
  const source = sourceOf(library);
  const pe = readPe(source)!;
  assert.deepEqual(
    pe.sections.map(({ name, offset, size, writable }) => [name, offset, size, writable]),
    [
      [".text", 0x1000, 0x1f, false],
      [".rdata", 0x2000, 0xb4, false],
      [".buildid", 0x3000, 0x1c, false],
      [".data", 0x4000, 0xc, true],
      [".pdata", 0x5000, 0xc, false],
      ["PyRuntim", 0x6000, 0x20, true],
    ],
  );
  const names = [
    "_PyRuntime",
    "Py_Version",
    "Py_Another",
    "Py_Zero",
    "Py_",
    "Py_Versio",
    "Py_Versions",
    "",
  ];
  assert.deepEqual(names.map((name) => findExport(source, pe, name)), [
    0x6000,
    0x4000,
    0x4004,
    0x4008,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("a section is found by its full name when the image has eight characters of it", () => {
  const pe = readPe(sourceOf(library))!;
  assert.equal(findSection(pe, "PyRuntime")?.offset, 0x6000);
  assert.equal(findSection(pe, "AsyncioDebug"), undefined);
});

Deno.test("each of many exports is found by its name", () => {
  const exports = Object.fromEntries(
    Array.from({ length: 1777 }, (_, i) => [`Py_${i * 7}`, 0x1000 + i]),
  );
  const image = composeImage([{ ...section, bytes: new Uint8Array(0x2000) }], exports);
  const pe = readPe(sourceOf(image))!;
  for (const [name, offset] of Object.entries(exports)) {
    assert.equal(findExport(sourceOf(image), pe, name), offset);
  }
  assert.equal(findExport(sourceOf(image), pe, "Py_8"), undefined);
});

Deno.test("an export that another library has is none of this one", () => {
  const image = composeImage([section], { own: 0x1000, other: 0x2010 });
  const pe = readPe(sourceOf(image))!;
  assert.equal(findExport(sourceOf(image), pe, "own"), 0x1000);
  assert.equal(findExport(sourceOf(image), pe, "other"), undefined);
});

Deno.test("what is no 64-bit image is told from one", () => {
  const good = composeImage([section]);
  assert.notEqual(readPe(sourceOf(good)), undefined);
  const changes: [number, number][] = [[0, 0x5a], [60, 0xff], [0x80, 0x51], [0x98, 0x0a], [
    0x99,
    0x01,
  ]];
  for (const [at, value] of changes) {
    const bad = good.slice();
    bad[at] = value;
    assert.equal(readPe(sourceOf(bad)), undefined, `byte ${at}`);
  }
  for (const length of [0, 2, 63, 64, 0x90, 0x100]) {
    assert.equal(readPe(sourceOf(good.slice(0, length))), undefined, `${length} bytes`);
  }
});

Deno.test("sections that lie outside of their image are left out", () => {
  const image = composeImage([section, { ...section, name: "far" }]);
  const pe = readPe(sourceOf(image))!;
  new DataView(image.buffer).setUint32(0x80 + 24 + 240 + 40 + 12, pe.size, true);
  assert.deepEqual(readPe(sourceOf(image))!.sections.map(({ name }) => name), ["PyRuntim"]);
});

Deno.test("images with changed bytes are read to an end, soon and within what is asked for", () => {
  const random = new Random(11);
  for (let round = 0; round < ROUNDS; round++) {
    const image = library.slice();
    for (let changes = 1 + random.below(6); changes > 0; changes--) {
      // Headers and the table of exports are what is read.
      const at = random.below(2) === 0 ? random.below(0x300) : 0x2000 + random.below(0xb4);
      image[at] = random.below(256);
    }
    let reads = 0;
    const counted: ImageSource = {
      read(offset, length): Uint8Array {
        reads++;
        assert.ok(
          Number.isSafeInteger(offset) && offset >= 0 && length <= 0x1000,
          `${offset} ${length}`,
        );
        return image.slice(offset, offset + length);
      },
    };
    const pe = readPe(counted);
    if (pe === undefined) continue;
    for (const name of ["_PyRuntime", "Py_Version", "Py_Missing"]) {
      const found = findExport(counted, pe, name);
      assert.ok(found === undefined || found < pe.size);
    }
    assert.ok(reads < 200, `${reads} reads`);
  }
});
