import assert from "node:assert/strict";
import { RECALL_BYTES, ROUND } from "../../ffi/round.ts";
import { Counter, MOST_ROUNDS } from "./round_counter.ts";

/** Plans rounds until some visits have been made; returns the number of one of them. */
function makeSome(counter: Counter): number {
  for (let i = 0; i < MOST_ROUNDS; i++) {
    counter.plan(300);
    const made = counter.join();
    for (let k = 0; k < made; k++) if (counter.madeAt(k) > 0) return k;
  }
  assert.fail("no visit was made");
}

/** What is known of the stack of a visit. */
function recall({ process, sheet }: Counter, memory: Uint8Array, visit: number): number {
  const stacks = new Int32Array(ROUND.most).fill(-2);
  process.recallRound!(sheet, memory, stacks);
  return stacks[visit]!;
}

for (
  const [what, change, isSame] of [
    ["executes the same", "", true],
    ["stands in other memory", "20 99", true],
    ["is met when a thread has come", "13 1", true],
    ["has another leaf", "9 4711", false],
    ["is elsewhere in its leaf", "10 4711", false],
    ["has another caller", "17 4711", false],
    ["is elsewhere in its caller", "18 4711", false],
    ["has another kind of caller", "19 3", false],
    ["ends with its leaf", "8 0", false],
  ] as const
) {
  Deno.test(`a stack that ${what} is ${isSame ? "" : "not "}the one that was met before`, async () => {
    const memory = new Uint8Array(RECALL_BYTES);
    await using counter = await Counter.start();
    const visit = makeSome(counter);
    assert.equal(recall(counter, memory, visit), -1);
    counter.process.rememberRound!(counter.sheet, memory, visit, 7);
    assert.equal(recall(counter, memory, visit), 7);
    await using other = await Counter.start(change);
    assert.equal(recall(other, memory, makeSome(other)), isSame ? 7 : -1);
  });
}

for (
  const [what, change] of [
    ["while something goes on that it does not tell", "6 1"],
    ["when code has just been freed", "4 8"],
  ] as const
) {
  Deno.test(`no stack is remembered ${what}`, async () => {
    const memory = new Uint8Array(RECALL_BYTES);
    await using counter = await Counter.start(change);
    const visit = makeSome(counter);
    counter.process.rememberRound!(counter.sheet, memory, visit, 7);
    assert.equal(recall(counter, memory, visit), -1);
    assert.ok(memory.every((byte) => byte === 0));
  });
}

Deno.test("as many stacks are remembered as there is room for, then it begins anew", async () => {
  const memory = new Uint8Array(RECALL_BYTES);
  await using counter = await Counter.start();
  const { process, sheet } = counter;
  const traces = new BigUint64Array(sheet.buffer, ROUND.traces * 8, 2);
  sheet[ROUND.made] = 1;
  /** The number of some of them is a trace that others run into. */
  const meet = (stack: number): void => {
    traces[0] = BigInt(stack % 16);
    traces[1] = BigInt(stack + 1);
  };
  const known = (): boolean[] =>
    Array.from({ length: 4098 }, (_, stack) => {
      meet(stack);
      const found = recall(counter, memory, 0);
      assert.ok(found === stack || found === -1);
      return found === stack;
    });
  for (let stack = 0; stack < 4096; stack++) {
    meet(stack);
    process.rememberRound!(sheet, memory, 0, stack);
    process.rememberRound!(sheet, memory, 0, stack);
  }
  assert.deepEqual(known(), Array.from({ length: 4098 }, (_, stack) => stack < 4096));
  meet(4096);
  process.rememberRound!(sheet, memory, 0, 4096);
  assert.deepEqual(known(), Array.from({ length: 4098 }, (_, stack) => stack === 4096));
});
