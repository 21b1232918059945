import assert from "node:assert/strict";
import { countSamples, seenStacks, shareOf, tolerance } from "./captured.ts";
import { testedPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";

/** As long as the period of the target. */
const how = { intervalUs: 2000, seconds: 3 };
/** Captures in equal steps: one of them may happen to look at a point where the functions change. */
const STEADY_CAPTURES = 3;

for (const { path, minor } of (await testedPythons()).slice(-1)) {
  Deno.test(`jitter gives the share of what happens as often as Python ${minor} is sampled, equal steps do not`, async () => {
    await using target = await Running.start(path, "periodic.py", []);
    const jittered = seenStacks(await capture(target.pid, { ...how, jitter: true }));
    const steady: number[] = [];
    for (let i = 0; i < STEADY_CAPTURES; i++) {
      steady.push(
        shareOf(seenStacks(await capture(target.pid, { ...how, jitter: false })), isWork),
      );
    }
    const truth = (JSON.parse(await target.finish()) as { work: number }).work;
    const found = shareOf(jittered, isWork);
    const most = tolerance(truth, countSamples(jittered));
    assert.ok(Math.abs(found - truth) <= most, `${found} of the samples, in truth ${truth}`);
    assert.ok(
      steady.some((share) => Math.abs(share - truth) > 0.2),
      `${steady}, in truth ${truth}`,
    );
  });
}

function isWork(stack: readonly { readonly name: string }[]): boolean {
  return stack.at(-1)?.name === "work";
}
