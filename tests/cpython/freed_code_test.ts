/** Code objects that are freed, or replaced, while they are looked at. */
import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { type CodeObject, readCodeObject } from "../../src/cpython/code_object.ts";
import { EXACT, OPEN } from "../../src/cpython/policy.ts";
import { TORN, UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { withDataStack } from "./interpreters.ts";
import { begin, type Scene } from "./scenes.ts";

/** A code object of the stack, and how to read it. */
function pickCode({ reading, main }: Scene): { code: CodeObject; read: () => unknown } {
  const { runtime: { reader, layout }, codeTable } = reading;
  const { path } = reading.snapshot(main);
  const code = codeTable.codes[path.codes[path.depth - 1]!]!;
  const read = (): unknown => readCodeObject(reader, layout, code.address, 0);
  return { code, read };
}

for (const python of withDataStack) {
  const minor = nameOf(python);

  Deno.test(`code that is another when its names have been read is read again on ${minor}`, () => {
    const scene = begin(minor);
    const { image, reading: { runtime: { reader, layout } } } = scene;
    const { code, read } = pickCode(scene);
    assert.deepEqual(read(), code);
    const name = reader.pointer(code.address + layout.code.qualname)!;
    const lineAt = code.address + layout.code.firstLine;
    const line = reader.bytes(lineAt, 8)!;
    let reads = 0;
    image.beforeRead = () => {
      // Behind the head and the type's name: the memory of a name, and then the code, are of another function.
      if (++reads !== 4) return;
      const characters = name + layout.unicode.asciiData;
      image.write(characters, new TextEncoder().encode("Z"));
      line[0]! ^= 1;
      image.write(lineAt, line);
    };
    const found = read() as CodeObject;
    assert.ok(reads > 8, `${reads} reads`);
    assert.equal(found.name, `Z${code.name.slice(1)}`);
    assert.equal(found.firstLine, code.firstLine ^ 1);
  });

  Deno.test(`code that is another at each look is none on ${minor}`, () => {
    const scene = begin(minor);
    const { image, reading: { runtime: { layout } } } = scene;
    const { code, read } = pickCode(scene);
    let line = 0;
    image.beforeRead = () =>
      image.write(code.address + layout.code.firstLine, Uint8Array.of(++line));
    assert.equal(read(), undefined);
  });

  if (!python.freeThreaded) {
    Deno.test(`what is left of code that was freed is none on ${minor}`, () => {
      const scene = begin(minor);
      const { code, read } = pickCode(scene);
      for (const link of [0, code.address + 512]) {
        scene.image.poke(code.address, link);
        assert.equal(read(), undefined);
        const { reading, main } = scene;
        reading.codeTable.doubt();
        assert.ok(reading.take(main, true).status >= TORN);
      }
    });

    Deno.test(`code that is freed before its names are read is none on ${minor}`, () => {
      const scene = begin(minor);
      const { code, read } = pickCode(scene);
      let reads = 0;
      scene.image.beforeRead = () => {
        if (++reads === 4) scene.image.poke(code.address, 0);
      };
      assert.equal(read(), undefined);
    });
  }
}

for (const python of withDataStack.filter(({ minor }) => Number(minor.slice(2)) >= 14)) {
  const minor = nameOf(python);
  Deno.test(`what was looked at while code was freed is thrown away on ${minor}`, () => {
    const { image, reading, main } = begin(minor);
    const { codeTable, runtime } = reading;
    const counter = main.interpreter + runtime.layout.interpreter.codeGeneration;
    let frees = 0;
    image.beforeRead = () => image.poke(counter, ++frees);
    codeTable.doubt();
    assert.equal(reading.snapshot(main).take(OPEN, true), TORN);
    const { path, copy } = reading.snapshot(main);
    assert.equal(path.trusted, 0);
    assert.equal(reading.snapshot(main).isSure, false);
    assert.ok(copy.visits.isLingering, "the next visit is to stay until code has been looked at");
    image.beforeRead = undefined;
    assert.equal(reading.take(main, true).status, WHOLE);
    assert.ok(reading.snapshot(main).isSure);
  });
}

for (const python of withDataStack.filter(({ minor }) => Number(minor.slice(2)) < 14)) {
  const minor = nameOf(python);
  Deno.test(`new code is looked at while the thread is held where nothing tells of freed code on ${minor}`, () => {
    const scene = begin(minor);
    const { image, reading: { codeTable, runtime: { layout } }, reading, main } = scene;
    const snapshot = reading.snapshot(main);
    const { code } = pickCode(scene);
    const become = (line: number): void => {
      image.write(code.address + layout.code.firstLine, Uint8Array.of(line));
      codeTable.doubt();
    };
    assert.equal(snapshot.visit(), WHOLE, "what is known and the same is sure");
    become(code.firstLine + 1);
    assert.equal(snapshot.visit(), TORN);
    assert.equal(snapshot.isSure, false);
    become(code.firstLine + 2);
    assert.equal(snapshot.visit(), UNPROVEN, "this one stays, and shows a call for the first time");
    assert.ok(snapshot.isHeld && snapshot.isSure);
    become(code.firstLine + 3);
    assert.equal(
      snapshot.take(EXACT, true),
      UNPROVEN,
      "no visit: whoever asks for it holds the thread",
    );
  });
}
