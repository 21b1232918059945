import assert from "node:assert/strict";
import { fieldNames } from "../../src/cpython/debug_offsets.ts";
import { findInDict } from "../../src/cpython/dict.ts";
import { findRuntime, type Runtime } from "../../src/cpython/runtime.ts";
import { NEWEST_MINOR } from "../../src/profile/tried_version.ts";
import { open } from "../ffi/targets.ts";
import { untilSampled } from "./patience.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const subject = SUBJECTS.at(-1)!;
/** 3.16.0a1. */
const NEXT = 0x0310_00a1;

/** Writes into a process of ours. */
function poke(pid: number, address: number, word: number): void {
  using memory = Deno.openSync(`/proc/${pid}/mem`, { write: true });
  memory.seekSync(address, Deno.SeekMode.Start);
  memory.writeSync(new Uint8Array(Uint32Array.of(word).buffer));
}

/** Where a process says its version: its debug offsets, and the number in `sys`. Waits until it has started. */
async function findVersion(pid: number): Promise<{ table: number; sys: number }> {
  using process = open(pid);
  for (let tries = 0; tries < 200; tries++) {
    const found = findRuntime(process);
    const number = "fault" in found ? undefined : findNumber(found);
    if (!("fault" in found) && number !== undefined) {
      return { table: found.address, sys: number + found.offsets.get("long_object.ob_digit") };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail("it does not start");
}

function findNumber({ reader, offsets, layout, address }: Runtime): number | undefined {
  const head = reader.pointer(address + offsets.get("runtime_state.interpreters_head")) ?? 0;
  const sysdict = reader.pointer(head + offsets.get("interpreter_state.sysdict")) ?? 0;
  return findInDict(reader, layout, sysdict, "hexversion");
}

for (const { path, minor } of PYTHONS.filter(({ minor }) => minor === `3.${NEWEST_MINOR}`)) {
  Deno.test(`attach reads a version nobody has tried, and warns, when it is like ${minor}`, async () => {
    await using program = await startProgram(path, [ORDERS, "60"]);
    const { table, sys } = await findVersion(program.pid);
    poke(program.pid, table + 8, NEXT);
    poke(program.pid, sys, NEXT);
    const words = ["attach", "-d", "0.5", "--collapsed", "-o", "-", String(program.pid)];
    const attached = await untilSampled(() => runTachyon(subject, words));
    assert.equal(attached.status, 0, attached.stderr);
    assert.match(attached.stdout, /^orders\.py:<module>:\d+;.*;orders\.py:find_coupons:/m);
    assert.match(attached.stderr, /warning: Python 3\.16\.0a1 is newer than all/);

    const field = fieldNames(NEWEST_MINOR).indexOf("code_object.filename");
    poke(program.pid, table + 8 + field * 8, 8);
    const refused = await runTachyon(subject, words);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /does not know and cannot read: 3\.16\.0a1 \(.+\)\.\n/);
    assert.equal(program.runs(), true);
  });
}
