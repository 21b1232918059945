import assert from "node:assert/strict";
import { patiently, repeatedTests } from "../../scripts/testing/patience.ts";
import { readStalls, StallWatch } from "../../scripts/testing/stalls.ts";
import { inTemporary } from "../cli/command.ts";

/** Makes a test that fails the first times, on a machine that stands still or does not. */
async function make(
  failures: number,
  stands: boolean,
  waitedBefore = 0,
): Promise<{ made: number; repeated: string[]; error: string; waits: number }> {
  return await inTemporary(async (folder) => {
    const notes = { stalls: `${folder}/stalls`, repeated: `${folder}/repeated` };
    const now = Date.now();
    Deno.writeTextFileSync(notes.stalls, `${now - 9000} ${now - 8000}\n`);
    Deno.writeTextFileSync(notes.repeated, waitedBefore > 0 ? `${waitedBefore} another\n` : "");
    let [made, waits, error] = [0, 0, ""];
    const test = patiently(
      () => {
        const stall = `${now} ${Date.now()}\n`;
        if (stands) Deno.writeTextFileSync(notes.stalls, stall, { append: true });
        if (++made <= failures) throw new Error("too slow");
      },
      notes,
      () => Promise.resolve(void waits++),
    );
    try {
      await test({ name: "a test" } as Deno.TestContext);
    } catch (thrown) {
      error = String(thrown);
    }
    return { made, repeated: repeatedTests(notes), error, waits };
  });
}

Deno.test("a test that fails fails, unless the machine stood still meanwhile", async () => {
  const failed = await make(1, false);
  assert.deepEqual(failed, { made: 1, repeated: [], error: "Error: too slow", waits: 1 });
  const passed = await make(0, true);
  assert.deepEqual(passed, { made: 1, repeated: [], error: "", waits: 0 });
  const repeated = await make(1, true);
  assert.deepEqual([repeated.made, repeated.repeated, repeated.error], [2, ["a test"], ""]);
});

Deno.test("a test is made four times at most, and waits for two minutes before each", async () => {
  // Nothing really waits here, so that the machine never goes on: 240 looks for each, and one before.
  const { made, error, waits } = await make(9, true);
  assert.deepEqual([made, error, waits], [4, "Error: too slow", 3 + 3 * 240]);
});

Deno.test("all tests together wait for twenty minutes at most", async () => {
  const { made, error, waits } = await make(9, true, 1_200_000);
  assert.deepEqual([made, error, waits], [4, "Error: too slow", 3]);
});

Deno.test("a test with steps is made once: its steps have been counted", () => {
  const test = (_context: Deno.TestContext): void => {};
  assert.equal(patiently(test, { stalls: "", repeated: "" }), test);
});

Deno.test("a watch notes when nothing ran", async () => {
  await inTemporary(async (folder) => {
    const path = `${folder}/stalls`;
    Deno.writeTextFileSync(path, "");
    using _watch = new StallWatch(path);
    const begun = Date.now();
    while (Date.now() < begun + 400) { /* so that no timer is served */ }
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [stall] = readStalls(path);
    assert.ok(stall !== undefined && stall.from <= begun + 50 && stall.to >= begun + 400);
  });
});
