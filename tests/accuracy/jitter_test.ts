import assert from "node:assert/strict";
import { givingChances } from "./chances.ts";
import { say } from "../../scripts/shell.ts";
import { countSamples, seenStacks, shareOf, tolerance } from "./captured.ts";
import { testedPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";
import { missedShare, sharesDuring, untoldShare } from "./told.ts";

/** As long as the period of the target. */
const how = { intervalUs: 2000, seconds: 3 };
/** Captures in equal steps: one of them may happen to look at a point where the functions change. */
const STEADY_CAPTURES = 3;
/** And as many at most, as long as a busy machine makes steps of them that are not equal. */
const MOST_CAPTURES = 7;
/** The share of ticks that may be missing where steps are to be equal. */
const UNEQUAL = 0.02;

for (const { path, minor } of (await testedPythons()).slice(-1)) {
  Deno.test(
    `jitter gives the share of what happens as often as Python ${minor} is sampled, equal steps do not`,
    givingChances(async () => {
      await using target = await Running.start(path, "periodic.py", []);
      const captures = [await capture(target.pid, { ...how, jitter: true })];
      for (let even = 0; even < STEADY_CAPTURES && captures.length <= MOST_CAPTURES;) {
        const captured = await capture(target.pid, { ...how, jitter: false });
        captures.push(captured);
        if (missedShare(captured) <= UNEQUAL) even++;
      }
      const told = JSON.parse(await target.finish());
      const [jittered, ...steady] = captures.map((captured) => {
        const seen = seenStacks(captured);
        const found = shareOf(seen, (stack) => stack.at(-1)?.name === "work");
        const truth = sharesDuring(captured, told).get("work")!;
        const missed = missedShare(captured);
        const most = tolerance(truth, countSamples(seen)) + missed + untoldShare(captured, told);
        return { found, truth, missed, most };
      });
      assert.ok(distance(jittered!) <= jittered!.most, JSON.stringify(jittered));
      const differs = steady.some((one) => distance(one) > 0.15);
      const even = steady.filter(({ missed }) => missed <= UNEQUAL).length;
      if (!differs && even < STEADY_CAPTURES) {
        say("EQUAL STEPS NOT TESTED: THE MACHINE IS TOO BUSY");
      } else assert.ok(differs, JSON.stringify(steady));
    }),
  );
}

function distance({ found, truth }: { found: number; truth: number }): number {
  return Math.abs(found - truth);
}
