import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { readCodeObject } from "../../src/cpython/code_object.ts";
import { LONGEST_NAME, readUnicode } from "../../src/cpython/unicode.ts";
import { open, Target } from "../ffi/targets.ts";
import { interpreters } from "./interpreters.ts";
import { Random } from "./random.ts";
import { runtimeOf } from "./stacks.ts";

const script = `
import json, sys
texts = ["", "a", "plain ascii", "\\x00nul\\x00", "caf\\xe9", "\\xff" * 300, "\\u0100", "\\u6e2c\\u91cf",
         "\\ufffd\\uffff", "\\U0001f40d", "a\\U0010ffff\\xe9", "\\ud800", "x\\udcff.py", "\\udfff\\ud800",
         "\\ud800\\U0001f40d", "a" * 4096, "\\xe9" * 4095 + "a", "\\u6e2c" * 4096]
texts += ["".join(map(chr, range(first, first + 512))) for first in (0, 0x80, 0xd700, 0xdf00, 0x10fd00)]
long = ["a" * 4097, "\\xe9" * 5000, "\\u6e2c" * 70_000, "\\U0001f40d" * 9_000]
made = ["".join([text, "!"]) for text in texts] + texts + long
# Interned as well, and with its UTF-8 form cached.
made += [sys.intern("interned " + str(n)) for n in range(3)]
for text in made[3:9]:
    text.encode("utf-8")
if sys.version_info < (3, 12):
    # Made by the old C interface: the characters lie elsewhere.
    import ctypes
    create = ctypes.pythonapi.PyUnicode_FromUnicode
    create.restype, create.argtypes = ctypes.py_object, [ctypes.c_wchar_p, ctypes.c_ssize_t]
    fill = ctypes.pythonapi.PyUnicode_AsUnicode
    fill.restype, fill.argtypes = ctypes.POINTER(ctypes.c_wchar), [ctypes.py_object]
    for text in ("legacy", "caf\\xe9", "\\u6e2c\\u91cf", "\\U0001f40d!"):
        blank = create(None, len(text))
        characters = fill(blank)
        for at, character in enumerate(text):
            characters[at] = character
        assert ctypes.pythonapi._PyUnicode_Ready(ctypes.py_object(blank)) == 0
        made.append(blank)
def function(): yield
others = [None, 1, 1.5, b"bytes", [1], {}, function, function.__code__, int]
print(json.dumps({"texts": [[id(text), text] for text in made], "others": [id(o) for o in others],
                  "code": id(function.__code__), "none": id(None)}), flush=True)
sys.stdin.read()
`;

interface Told {
  readonly texts: readonly (readonly [address: number, text: string])[];
  readonly others: readonly number[];
  readonly code: number;
  readonly none: number;
}

for (const python of interpreters) {
  Deno.test(`strings of every kind are read as they are on ${nameOf(python)}`, async () => {
    await using target = new Target(python.path, ["-X", "utf8", "-c", script]);
    const told = JSON.parse(await target.line()) as Told;
    using process = open(target.pid);
    const { reader, layout } = runtimeOf(process);
    for (const [address, text] of told.texts) {
      // Characters, not UTF-16 units; JSON keeps lone surrogates and joins pairs.
      const expected = [...text].slice(0, LONGEST_NAME).join("");
      assert.equal(
        readUnicode(reader, layout, address),
        expected,
        JSON.stringify(text.slice(0, 40)),
      );
    }
    assert.ok(told.texts.some(([, text]) => [...text].length > LONGEST_NAME));
  });

  Deno.test(`what is no string or no code object is told from one on ${nameOf(python)}`, async () => {
    await using target = new Target(python.path, ["-X", "utf8", "-c", script]);
    const told = JSON.parse(await target.line()) as Told;
    using process = open(target.pid);
    const { reader, layout } = runtimeOf(process);
    const type = reader.pointer(told.code + layout.object.type)!;
    for (const codeType of [0, type]) {
      const code = readCodeObject(reader, layout, told.code, codeType)!;
      assert.equal(code.name, "function");
      assert.equal(code.file, "<string>");
      assert.equal(code.isGenerator, true);
      if (!layout.hasFrameObjects) {
        assert.equal(code.start, told.code + layout.code.instructions);
      }
      for (const address of [told.none, told.texts[3]![0], 0, 8, -8, NaN, 2 ** 48, 2 ** 64]) {
        assert.equal(readCodeObject(reader, layout, address, codeType), undefined);
      }
    }
    for (const address of [0, 8, -8, NaN, 2 ** 48, 2 ** 63]) {
      assert.equal(readUnicode(reader, layout, address), undefined);
    }
    // Whatever bytes lie there: a text or nothing, and never a longer one than asked for.
    const random = new Random(7);
    for (const around of [...told.others, ...told.texts.map(([address]) => address)]) {
      for (let i = 0; i < 50; i++) {
        const text = readUnicode(reader, layout, around + random.below(128) - 64);
        assert.ok(text === undefined || text.length <= 2 * LONGEST_NAME);
      }
    }
  });
}
