import assert from "node:assert/strict";
import { DENIED, GONE, type Process, UNMAPPED } from "../../ffi/process.ts";
import { findLoss, type Runtime } from "../../src/cpython/runtime.ts";

/** An interpreter in a process whose reads come out as told. */
function interpreterIn(read: number, alive: boolean): Runtime {
  const process = { read: () => read, alive: () => alive } as unknown as Process;
  return { process, address: 0x1000 } as Runtime;
}

Deno.test("findLoss tells a process that ends from one that has started another program", () => {
  assert.equal(findLoss(interpreterIn(8, true)), undefined);
  // It has given its memory back, and is not a zombie yet.
  assert.equal(findLoss(interpreterIn(GONE, true)), "ended");
  assert.equal(findLoss(interpreterIn(UNMAPPED, false)), "ended");
  assert.equal(findLoss(interpreterIn(UNMAPPED, true)), "replaced");
  assert.equal(findLoss(interpreterIn(DENIED, true)), "replaced");
});
