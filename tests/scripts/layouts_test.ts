import assert from "node:assert/strict";
import { measure } from "../../scripts/layouts.ts";
import { expressionsOf } from "../../scripts/layouts/fields.ts";
import { findPythons, olderMinors } from "../../scripts/pythons.ts";
import { olderOffsets } from "../../src/cpython/older_offsets.ts";

let measured = 0;
for (const python of await findPythons()) {
  if (!olderMinors.includes(python.minor)) continue;
  const minor = Number(python.minor.slice(2));
  const values = await measure(python, minor).catch(() => undefined);
  if (values === undefined) continue;
  measured++;
  Deno.test(`the table of ${python.minor} is that of the headers of ${python.version}, ${python.path}`, () => {
    const table = olderOffsets({ major: 3, minor, micro: 0, level: 0xf, serial: 0 })!;
    for (const [name, value] of values) {
      // The end of the interpreter's own state is the one thing that releases of a version differ in.
      if (name !== "interpreter_state.size") assert.equal(table.get(name), value, name);
    }
    assert.equal(values.size, expressionsOf(minor).size);
  });
}
// deno-lint-ignore no-console
if (measured === 0) console.error("WARNING: TABLES NOT COMPARED WITH HEADERS: no Python has any");

Deno.test("every older version has a table with all that is measured, and no other has one", () => {
  for (const minor of [8, 9, 10, 11, 12]) {
    const table = olderOffsets({ major: 3, minor, micro: 7, level: 0xf, serial: 0 })!;
    for (const name of expressionsOf(minor).keys()) assert.ok(table.get(name) >= 0, name);
    assert.throws(() => table.get("thread_state.nothing"), /no thread_state.nothing in 3\.\d+/);
    assert.equal(table.or("thread_state.nothing", -1), -1);
  }
  for (const [major, minor] of [[3, 7], [3, 13], [2, 12]] as const) {
    assert.equal(olderOffsets({ major, minor, micro: 0, level: 0xf, serial: 0 }), undefined);
  }
});

Deno.test("on arm64 what lies behind the two locks of the GIL is 16 bytes further, and nothing else is", () => {
  for (const minor of [8, 9, 10, 11, 12]) {
    const version = { major: 3, minor, micro: 0, level: 0xf, serial: 0 };
    const [intel, arm] = [olderOffsets(version)!, olderOffsets(version, "elf-arm64")!];
    assert.equal(arm.get("gil.size") - intel.get("gil.size"), 16);
    const moved = [...expressionsOf(minor).keys()]
      .filter((name) => arm.get(name) !== intel.get(name));
    const isBehind = (name: string): boolean =>
      name === "gil.size" || name.endsWith("_state.size") ||
      name === "runtime_state.tstate_current";
    assert.deepEqual(moved.filter((name) => !isBehind(name)), [], `3.${minor}`);
    if (minor === 12) continue;
    const current = "runtime_state.tstate_current";
    assert.equal(arm.get(current) - intel.get(current), 16, `3.${minor}`);
  }
});
