import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { findLocation, NO_LOCATION } from "../../src/cpython/location_table.ts";
import { ask, withDataStack } from "./interpreters.ts";
import { Random } from "./random.ts";

/** A code object as its interpreter describes it; positions: line, end line, column, end column. */
interface Described {
  readonly name: string;
  readonly table: string;
  readonly firstLine: number;
  readonly positions: readonly (readonly (number | null)[])[];
}

const describeCode = `
import json, sys, types

def functions(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from functions(constant)

def describe(code):
    return {
        "name": code.co_qualname,
        "table": code.co_linetable.hex(),
        "firstLine": code.co_firstlineno,
        "positions": list(code.co_positions()),
    }

def build(source):
    return compile(source, "built.py", "exec")

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
        match a:
            case [1, *_]: pass
            case {"k": v}: del v
async def coroutine():
    async with a: await b
    async for c in d: print(f"{c!r:>{10}} {d}")
class CPARAMETERS:
    x: int = 3
    def m(self): return super().m()
""".replace("PARAMETERS", "[T]" if sys.version_info >= (3, 12) else "")
wide = "def wide():\\n    return " + " + ".join("f(%d)" % n for n in range(400)) + "\\n"
tall = "def tall(f):\\n" + "".join("    f(%d)\\n" % n for n in range(20_500))
gaps = "def gaps(f):\\n" + "".join("    f(%s\\n)%s" % (n, "\\n" * (3 * n + 1)) for n in range(150))
backwards = "def backwards(f):\\n    return (f(\\n\\n" + "\\n" * 5000 + "1) + \\n f(2))\\n"
accents = "def accents(f):\\n    return f('" + "\\u00e9\\U0001f40d" * 60 + "', f(1))\\n"
found = []
for source in (odd, wide, tall, gaps, backwards, accents, open(json.__file__).read(),
               open(types.__file__).read(), open(json.encoder.__file__).read()):
    found += map(describe, functions(build(source)))
# No positions at all, and a first line that is not where the code is.
found.append(describe(build(odd).replace(co_firstlineno=1_000_000)))
found.append(describe(build(odd).replace(co_linetable=b"")))
print(json.dumps(found))
`;

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

/** The kinds of entries (0–15) that a table has. */
function kindsOf(table: Uint8Array): Set<number> {
  return new Set([...table].filter((byte) => byte >= 128).map((byte) => (byte >> 3) & 15));
}

for (const python of withDataStack) {
  Deno.test(`every unit has the location that ${nameOf(python)} gives it`, async () => {
    const described = await ask(python, describeCode) as Described[];
    const kinds = new Set<number>();
    let units = 0;
    for (const { name, table, firstLine, positions } of described) {
      const bytes = bytesOf(table);
      for (const kind of kindsOf(bytes)) kinds.add(kind);
      units += positions.length;
      // From the start each time: of a long table only the ends, and a part of what is between.
      const step = positions.length > 5000 ? 97 : 1;
      for (let unit = 0; unit < positions.length; unit += step) {
        const [line, endLine, column, endColumn] = positions[unit]!;
        const expected = line === null || bytes.length === 0 ? NO_LOCATION : {
          line,
          endLine,
          column: column ?? -1,
          endColumn: endColumn ?? -1,
        };
        assert.deepEqual(findLocation(bytes, firstLine, unit), expected, `${name} unit ${unit}`);
      }
      assert.deepEqual(findLocation(bytes, firstLine, positions.length), NO_LOCATION);
      assert.equal(findLocation(bytes, firstLine, -1).line, firstLine);
    }
    assert.ok(units > 100_000, "the long function is missing");
    // Code 13 (a line without columns) is written for few things only: it has a test of its own.
    const missing = Array.from({ length: 16 }, (_, kind) => kind)
      .filter((kind) => kind !== 13 && !kinds.has(kind));
    assert.deepEqual(missing, [], "kinds of entries that nothing here has");
  });
}

/** An entry: its kind, its units, and the bytes that follow. */
function entry(kind: number, units: number, ...rest: number[]): number[] {
  return [0x80 | kind << 3 | units - 1, ...rest];
}

Deno.test("entries of every kind move line and columns as CPython writes them", () => {
  const table = Uint8Array.from([
    ...entry(0, 1, 0x34), // columns 3–7
    ...entry(9, 2, 0x7f), // columns 79–94
    ...entry(10, 1, 200, 255), // same line
    ...entry(11, 1, 0, 1), // next line
    ...entry(12, 8, 9, 8), // two lines on
    ...entry(13, 1, 7), // three lines back
    ...entry(15, 3),
    ...entry(14, 1, 0x60, 0x0c, 2, 3, 0x42, 1), // 400 lines on, ends 2 lines later
    ...entry(14, 1, 0x01, 0, 0, 0), // minus nothing, no columns
    ...entry(13, 1, 0x7e, 0x7f, 0x3f), // line += (62 + 63·64 + 63·4096) / 2
  ]);
  const far = 410 + (62 + 63 * 64 + 63 * 4096) / 2;
  const expected = [
    [1, 10, 10, 3, 7],
    [2, 10, 10, 79, 94],
    [1, 10, 10, 200, 255],
    [1, 11, 11, 0, 1],
    [8, 13, 13, 9, 8],
    [1, 10, 10, -1, -1],
    [3, 0, 0, -1, -1],
    [1, 410, 412, 2, 65],
    [1, 410, 410, -1, -1],
    [1, far, far, -1, -1],
  ];
  let unit = 0;
  for (const [units, line, endLine, column, endColumn] of expected) {
    for (let i = 0; i < units!; i++, unit++) {
      const location = { line, endLine, column, endColumn };
      assert.deepEqual(findLocation(table, 10, unit), location, `unit ${unit}`);
    }
  }
});

Deno.test("bytes that are no location table end with some location", () => {
  const random = new Random(5);
  for (let round = 0; round < 3000; round++) {
    const table = random.bytes(random.below(200));
    if (round % 3 === 0) table.fill(0xff, random.below(200));
    for (const unit of [-5, 0, 1, random.below(400), 2 ** 31, Infinity, NaN]) {
      const location = findLocation(table, random.word() | 0, unit);
      assert.ok(Object.values(location).every(Number.isSafeInteger), JSON.stringify(location));
    }
  }
});

Deno.test("a table that is cut anywhere gives locations from what is left of it", () => {
  const table = Uint8Array.from([
    ...entry(14, 1, 0x60, 0x0c, 2, 3, 0x42, 1),
    ...entry(12, 1, 9, 8),
  ]);
  for (let length = 0; length < table.length; length++) {
    const cut = table.subarray(0, length);
    assert.ok(findLocation(cut, 10, 0).line >= 0);
    if (length < 8) assert.deepEqual(findLocation(cut, 10, 1), NO_LOCATION);
  }
});
