import assert from "node:assert/strict";
import { givingChances } from "./chances.ts";
import { countSamples, seenStacks, shareOf, tolerance } from "./captured.ts";
import { minorOf } from "../../scripts/pythons.ts";
import { allPythons, parallelPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";
import { missedShare, sharesDuring, type Told, untoldShare } from "./told.ts";

for (const python of [...await allPythons(), ...await parallelPythons()]) {
  const { path, minor, freeThreaded } = python;
  Deno.test(
    `the collector's share is what a program measured, and it runs in what makes garbage, on Python ${
      minorOf(python)
    }`,
    givingChances(async () => {
      await using target = await Running.start(path, "collecting.py", []);
      const how = { intervalUs: 250, seconds: 2, features: ["gc"] } as const;
      const captured = await capture(target.pid, how);
      const seen = seenStacks(captured);
      const told: Told = JSON.parse(await target.finish());
      const lost = missedShare(captured) + untoldShare(captured, told);
      const truth = sharesDuring(captured, told).get("gc")!;
      const collecting = seen.filter(({ stack }) => stack.some(({ name }) => name === "<GC>"));
      const found = countSamples(collecting) / countSamples(seen);
      const most = 2 * tolerance(truth, captured.independent) + lost;
      const said = `${(found * 100).toFixed(2)} % of the samples, in truth ${
        (truth * 100).toFixed(2)
      } %, at most ${(most * 100).toFixed(2)} apart`;
      assert.ok(truth > 0.05 && truth < 1, said);
      assert.ok(Math.abs(found - truth) <= most, said);
      const noted = captured.summary.collections;
      assert.equal(noted !== undefined, minor === "3.15" && !freeThreaded);
      if (noted !== undefined) {
        const share = noted.durationUs / captured.summary.durationUs;
        // The first look and the last are up to a tenth of a second off.
        assert.ok(Math.abs(share - truth) < 0.12, `${share} by its own notes, ${said}`);
        assert.ok(noted.count > 10 && noted.collected > 1000);
        const longest = noted.longest.map(({ durationUs }) => durationUs);
        assert.equal(longest.length, 10);
        assert.deepEqual(longest, longest.toSorted((a, b) => b - a));
        assert.ok(noted.longest.every(({ atUs }) => atUs <= captured.summary.durationUs));
      }
      const makers = shareOf(collecting, (stack) => {
        const below = stack[stack.findIndex(({ name }) => name === "<GC>") - 1]?.name ?? "";
        return /^(collect|litter|(Knot\.)?__init__)$/.test(below);
      });
      assert.ok(makers > 0.9, `${makers} of the collections run in what makes garbage`);
    }),
  );
}
