import assert from "node:assert/strict";
import type { Python } from "../../scripts/pythons.ts";
import { rejectedTotal } from "../../src/profile/quality.ts";
import { fromAfar } from "./cases.ts";
import { judgeUndisturbed } from "./chances.ts";
import { countSamples, type Seen, seenStacks } from "./captured.ts";
import { testedPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";

/** Python versions for which greenlet is fetched with the interpreter. */
const fetchedMinors = ["3.14", "3.15"];

for (const python of await testedPythons()) {
  if (!await hasGreenlet(python)) continue;
  Deno.test(`stacks of greenlets are whole and never mixed on Python ${python.minor}`, async () => {
    await using target = await Running.start(python.path, "greenlets.py", []);
    await judgeUndisturbed(async () => {
      const before = waitedSeconds(target.pid);
      const captured = await capture(target.pid, { ...fromAfar, seconds: 2 });
      const waited = (waitedSeconds(target.pid) - before) * 1e6 / captured.summary.durationUs;
      const seen = seenStacks(captured);
      assert.deepEqual(seen.filter((one) => !isPossible(one)), []);
      const { quality } = captured;
      // While it waits for a CPU in the middle of a switch, each reading finds half of two stacks.
      const most = quality.samples * 0.01 + quality.ticks * waited;
      const isGood = rejectedTotal(quality) <= most && countSamples(seen) > 1000;
      const wrong = isGood ? undefined : `${JSON.stringify(quality)}, ${waited} waited for a CPU`;
      return { quality, wrong };
    });
  });
}

/** For how long a process was ready to run and did not, s. */
function waitedSeconds(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ")[1]) / 1e9;
}

async function hasGreenlet({ path, minor }: Python): Promise<boolean> {
  const { success } = await new Deno.Command(path, {
    args: ["-c", "import greenlet"],
    stderr: "null",
  })
    .output();
  if (!success && fetchedMinors.includes(minor)) {
    const hole =
      `GREENLETS NOT TESTED on ${minor}: remove .pythons and run \`deno task pythons --provision\``;
    if (Deno.env.get("CI")) throw new Error(hole);
    // deno-lint-ignore no-console
    console.error(hole);
  }
  return success;
}

/** `x_top` calls `x_down`, that itself up to ten times, and at last perhaps `x_leaf`: one letter for all. */
function isPossible({ stack }: Seen): boolean {
  const text = stack.map((place) => place.name).join(" ");
  return /^([ab])_top( \1_down){0,11}( \1_leaf)?$/.test(text);
}
