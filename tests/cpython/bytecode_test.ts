import assert from "node:assert/strict";
import { run } from "../../scripts/shell.ts";
import { readBytecode } from "../../src/cpython/bytecode.ts";
import { OPCODE_EFFECTS } from "../../src/cpython/opcode_effects.ts";
import { ASK_EFFECTS } from "../../scripts/opcodes.ts";
import { supportedPythons } from "../pythons.ts";

/** A code object: instructions, exceptions (both in hexadecimal), the most values that it ever has, its name. */
type Told = readonly [code: string, handlers: string, most: number, name: string];

const ASK = `
import importlib, json, types
told = []

def tell(code):
    bytecode = getattr(code, "_co_code_adaptive", code.co_code)
    handlers = getattr(code, "co_exceptiontable", b"")
    told.append([bytecode.hex(), handlers.hex(), code.co_stacksize, code.co_name])
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            tell(constant)

for name in "argparse asyncio.tasks contextlib dataclasses difflib json.decoder tarfile typing".split():
    path = importlib.import_module(name).__file__
    with open(path, encoding="utf-8") as source:
        tell(compile(source.read(), path, "exec"))
print(json.dumps(told))
`;

for (const { path, minor, version } of await supportedPythons("BYTECODE")) {
  const number = Number(minor.slice(2));
  Deno.test(`the stack of values is followed through the standard library of Python ${minor}`, async () => {
    const told: Told[] = JSON.parse(await run(path, ["-c", ASK]));
    assert.ok(told.length > 500);
    let units = 0;
    let unknown = 0;
    let short = 0;
    for (const [hex, handlers, most, name] of told) {
      const bytecode = readBytecode(number, bytesOf(hex), bytesOf(handlers));
      assert.ok(bytecode !== undefined, name);
      const depths = bytecode.depths.filter((_, unit) => bytecode.starts[unit] === unit);
      units += depths.length;
      unknown += depths.filter((depth) => depth < 0).length;
      const deepest = Math.max(...depths);
      assert.ok(deepest <= most, `${name} has ${deepest} values of ${most}`);
      // The last value may come and go within one instruction.
      if (deepest < most - 1) short++;
    }
    assert.ok(unknown <= units * 0.015, `${unknown} of ${units} instructions`);
    assert.ok(short <= told.length * 0.015, `${short} of ${told.length} functions`);
  });

  // Pre-releases may still have other numbers.
  if (!/^[\d.]+$/.test(version)) continue;
  Deno.test(`opcodes do to the stack of values what Python ${minor} says they do`, async () => {
    const [, entries] = JSON.parse(await run(path, ["-c", ASK_EFFECTS]));
    assert.equal(OPCODE_EFFECTS[minor]!.trim().split(/\s+/).join(" "), entries);
  });
}

Deno.test("instructions that do not tell their length are not read", () => {
  assert.equal(readBytecode(13, Uint8Array.of(255, 0), new Uint8Array(0)), undefined);
});

Deno.test("exceptions that lead nowhere do no harm", () => {
  const wild = Uint8Array.from({ length: 64 }, (_, i) => i * 37 & 255);
  const bytecode = readBytecode(13, Uint8Array.of(), wild);
  assert.equal(bytecode?.depths.length, 0);
});

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
