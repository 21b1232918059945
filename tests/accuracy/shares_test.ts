import assert from "node:assert/strict";
import { givingChances } from "./chances.ts";
import { countSamples, seenStacks, shareOf, tolerance } from "./captured.ts";
import { testedPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";
import { missedShare, sharesDuring } from "./told.ts";

/**
 * The truth is that of the capture's own time, so a block that is long because the machine was busy
 * counts in both; all others are shorter than the intervals and follow in random order. The number of
 * samples needs no allowance for runs of equal stacks.
 */
const rates = [
  { hz: 100, seconds: 6, depth: 10 },
  { hz: 1000, seconds: 3, depth: 50 },
  { hz: 10_000, seconds: 2, depth: 10 },
  { hz: 10_000, seconds: 2, depth: 50 },
  { hz: 10_000, seconds: 2, depth: 200 },
];

/** Depth, calls of the short function in a row, and what it does: it takes about a microsecond, or 20 ns. */
const leaves = [
  [10, 20, 60],
  [50, 20, 60],
  [200, 20, 60],
  [200, 200, 60],
  [10, 200, 0],
  [50, 20, 0],
  [200, 200, 0],
] as const;

for (const { path, minor } of await testedPythons()) {
  for (const { hz, seconds, depth } of rates) {
    Deno.test(
      `shares agree with what a program measured when Python ${minor} is sampled at ${hz} Hz below ${depth} calls`,
      givingChances(async () => {
        await using target = await Running.start(path, "split.py", [String(depth)]);
        const captured = await capture(target.pid, { intervalUs: 1e6 / hz, seconds });
        const seen = seenStacks(captured);
        const truth = sharesDuring(captured, JSON.parse(await target.finish()));
        const faults = [...truth].flatMap(([name, share]) => {
          const found = shareOf(seen, (stack) => stack.some((place) => place.name === name));
          const most = tolerance(share, countSamples(seen)) + missedShare(captured);
          return Math.abs(found - share) <= most ? [] : [describe(name, found, share, most)];
        });
        assert.equal(truth.size, 5);
        const { ticks, missedTicks } = captured.quality;
        assert.deepEqual(
          faults,
          [],
          `${missedTicks} ticks missed, ${ticks} kept:\n${faults.join("\n")}`,
        );
      }),
    );
  }
  for (const [depth, loop, work] of leaves) {
    const what = work === 0 ? "a function of some nanoseconds" : "a short function";
    Deno.test(
      `the share of ${what} is that of readings on its own CPU when a Python ${minor} calls it ${loop} times below ${depth} calls`,
      givingChances(async () => {
        await using target = await Running.start(path, "leaf.py", [depth, loop, work].map(String));
        const how = { intervalUs: 1000, seconds: 3 };
        let missed = 0;
        const measure = async (sameCpu: boolean): Promise<{ share: number; n: number }> => {
          const captured = await capture(target.pid, { ...how, sameCpu });
          const share = shareOf(seenStacks(captured), (stack) => stack.at(-1)?.name === "leaf");
          missed = Math.max(missed, missedShare(captured));
          // While others have its CPU the target stands still, and many samples are worth one.
          return { share, n: Math.min(captured.independent, captured.quality.samples) };
        };
        // The truth drifts with what else the machine does, so it is measured before and after.
        const before = await measure(true);
        const { share: found, n } = await measure(false);
        const after = await measure(true);
        const [low, high] = [before, after].sort((a, b) => a.share - b.share) as [
          typeof before,
          typeof after,
        ];
        const nearest = found < low.share ? low : found > high.share ? high : { share: found, n };
        const most = tolerance(nearest.share, n, nearest.n) + missed;
        const said = describe("leaf", found, nearest.share, most);
        assert.ok(Math.abs(found - nearest.share) <= most, said);
      }),
    );
  }
}

function describe(name: string, found: number, share: number, most: number): string {
  const [a, b, c] = [found, share, most].map((value) => `${(value * 100).toFixed(2)} %`);
  return `${name}: ${a} of the samples, in truth ${b}, at most ${c} apart`;
}
