import assert from "node:assert/strict";
import { patiently } from "../../scripts/testing/patience.ts";
import { readStalls, StallWatch } from "../../scripts/testing/stalls.ts";
import { inTemporary } from "../cli/command.ts";

/** Makes a test that fails the first times, on a machine that stands still or does not. */
async function make(
  failures: number,
  stands: boolean,
): Promise<{ made: number; told: string; error: string }> {
  return await inTemporary(async (folder) => {
    const notes = { stalls: `${folder}/stalls`, repeated: `${folder}/repeated` };
    const now = Date.now();
    Deno.writeTextFileSync(notes.stalls, `${now - 5000} ${now - 4000}\n`);
    Deno.writeTextFileSync(notes.repeated, "");
    let made = 0;
    const test = patiently(
      () => {
        if (stands) {
          Deno.writeTextFileSync(notes.stalls, `${now} ${Date.now()}\n`, { append: true });
        }
        if (++made <= failures) throw new Error("too slow");
      },
      notes,
      0,
    );
    let error = "";
    try {
      await test({ name: "a test" } as Deno.TestContext);
    } catch (thrown) {
      error = String(thrown);
    }
    return { made, told: Deno.readTextFileSync(notes.repeated), error };
  });
}

Deno.test("a test that fails fails, unless the machine stood still meanwhile", async () => {
  assert.deepEqual(await make(1, false), { made: 1, told: "", error: "Error: too slow" });
  assert.deepEqual(await make(1, true), { made: 2, told: "a test\n", error: "" });
  assert.deepEqual(await make(0, true), { made: 1, told: "", error: "" });
});

Deno.test("a test is made three times at most", async () => {
  const { made, error } = await make(9, true);
  assert.deepEqual([made, error], [3, "Error: too slow"]);
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
