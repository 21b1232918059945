import assert from "node:assert/strict";
import { countSamples, seenStacks, shareOf, tolerance } from "./captured.ts";
import { testedPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";
import { sharesDuring } from "./told.ts";

/** As long as the period of the target. */
const how = { intervalUs: 2000, seconds: 3 };
/** Captures in equal steps: one of them may happen to look at a point where the functions change. */
const STEADY_CAPTURES = 3;

for (const { path, minor } of (await testedPythons()).slice(-1)) {
  Deno.test(`jitter gives the share of what happens as often as Python ${minor} is sampled, equal steps do not`, async () => {
    await using target = await Running.start(path, "periodic.py", []);
    const captures = [await capture(target.pid, { ...how, jitter: true })];
    for (let i = 0; i < STEADY_CAPTURES; i++) {
      captures.push(await capture(target.pid, { ...how, jitter: false }));
    }
    const told = JSON.parse(await target.finish());
    const [jittered, ...steady] = captures.map((captured) => {
      const seen = seenStacks(captured);
      const found = shareOf(seen, (stack) => stack.at(-1)?.name === "work");
      const truth = sharesDuring(captured, told).get("work")!;
      return { found, truth, most: tolerance(truth, countSamples(seen)) };
    });
    assert.ok(distance(jittered!) <= jittered!.most, JSON.stringify(jittered));
    assert.ok(steady.some((one) => distance(one) > 0.15), JSON.stringify(steady));
  });
}

function distance({ found, truth }: { found: number; truth: number }): number {
  return Math.abs(found - truth);
}
