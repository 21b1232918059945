import assert from "node:assert/strict";
import { ASK_OPCODES } from "../../scripts/opcodes.ts";
import { findTestPythons } from "../../scripts/pythons.ts";
import { run } from "../../scripts/shell.ts";
import { OPCODE_TABLE } from "../../src/profile/opcode_table.ts";
import { listOpcodes } from "../../src/profile/opcodes.ts";

Deno.test("opcodes are called as each Python calls them", async () => {
  // Pre-releases may still have other numbers.
  const pythons = (await findTestPythons())
    .filter(({ minor, version }) => minor in OPCODE_TABLE && /^[\d.]+$/.test(version));
  assert.ok(pythons.length > 0);
  for (const { path, minor, version } of pythons) {
    const [, names] = JSON.parse(await run(path, ["-c", ASK_OPCODES]));
    const listed = listOpcodes(version)
      .map(({ name, base }) => name === "" ? "-" : name === base ? name : `${name}:${base}`);
    assert.equal(listed.join(" "), names, minor);
  }
});

Deno.test("an opcode has what it is a special form of, and a number without one no name", () => {
  const opcodes = listOpcodes("3.15.0rc1");
  const special = opcodes.find(({ name }) => name === "LOAD_ATTR_SLOT");
  assert.deepEqual(special, { name: "LOAD_ATTR_SLOT", base: "LOAD_ATTR" });
  assert.ok(opcodes.some(({ name }) => name === ""));
  assert.deepEqual(listOpcodes("2.7.18"), []);
  assert.deepEqual(listOpcodes(""), []);
});
