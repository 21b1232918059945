import assert from "node:assert/strict";
import { findLineByRanges, findLineBySteps } from "../../src/cpython/line_table.ts";
import { ask, withFrameObjects } from "./interpreters.ts";
import { Random } from "./random.ts";

/** A code object as its interpreter describes it. */
interface Described {
  readonly name: string;
  readonly table: string;
  readonly firstLine: number;
  /** By code unit; −1: none. */
  readonly lines: readonly number[];
}

const describeCode = `
import argparse, ctypes, json, sys, types

line_of = ctypes.pythonapi.PyCode_Addr2Line
line_of.argtypes = [ctypes.py_object, ctypes.c_int]

def functions(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from functions(constant)

def describe(code):
    table = code.co_linetable if sys.version_info >= (3, 10) else code.co_lnotab
    return {
        "name": code.co_name,
        "table": table.hex(),
        "firstLine": code.co_firstlineno,
        "lines": [line_of(code, unit * 2) for unit in range(len(code.co_code) // 2)],
    }

odd = """
@decorator(1,
  2)
def far(a, b=(lambda: 1)):
    try:
        return [x for x in a if x
                if b]
    except (ValueError,
            TypeError) as error:
        with a as c, b as d: yield from c(
            error)
    finally:
        while a:
            if b: continue
            break
"""
tall = "def tall(f):\\n" + "".join("    f(%d)\\n" % n for n in range(2000))
gaps = "def gaps(f):\\n" + "".join("    f(%s\\n)%s" % (n, "\\n" * (3 * n + 1)) for n in range(150))
wide = "def wide(f):\\n    f(" + "\\n" * 300 + " + ".join("f(%d)" % n for n in range(400)) + ")\\n"
backwards = "def backwards(f):\\n    return (f(\\n\\n" + "\\n" * 5000 + "1) + \\n f(2))\\n"
found = []
for source in (odd, tall, gaps, wide, backwards, open(argparse.__file__).read()):
    found += map(describe, functions(compile(source, "built.py", "exec")))
print(json.dumps(found))
`;

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

for (const python of withFrameObjects) {
  const find = python.minor === "3.10" ? findLineByRanges : findLineBySteps;

  Deno.test(`every unit has the line that ${python.version} gives it`, async () => {
    const described = await ask(python, describeCode) as Described[];
    let units = 0;
    for (const { name, table, firstLine, lines } of described) {
      const bytes = bytesOf(table);
      lines.forEach((line, unit) => {
        const expected = Math.max(0, line);
        assert.equal(find(bytes, firstLine, unit).line, expected, `${name} unit ${unit}`);
      });
      units += lines.length;
      assert.equal(find(bytes, firstLine, -1).line, firstLine);
    }
    assert.ok(units > 10_000, "the long functions are missing");
  });
}

Deno.test("a line table of any bytes gives a line for every unit, soon", () => {
  const random = new Random(16);
  for (let round = 0; round < 500; round++) {
    const table = Uint8Array.from({ length: random.below(40) }, () => random.below(256));
    for (let unit = -1; unit < 3000; unit += 37) {
      for (const find of [findLineBySteps, findLineByRanges]) {
        const { line, endLine, column } = find(table, 1, unit);
        assert.ok(Number.isInteger(line) && line === endLine && column === -1);
      }
    }
  }
});
