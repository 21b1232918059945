import assert from "node:assert/strict";
import { givingChances } from "./chances.ts";
import { countSamples, seenStacks, shareOf } from "./captured.ts";
import { minorOf } from "../../scripts/pythons.ts";
import { parallelPythons, testedPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";

for (const python of [...await testedPythons(), ...await parallelPythons()]) {
  const { path } = python;
  Deno.test(
    `a thread that waits for another to collect garbage does not collect itself, on Python ${
      minorOf(python)
    }`,
    givingChances(async () => {
      await using target = await Running.start(path, "collecting_beside.py", []);
      for (const allThreads of [false, true]) {
        const how = { intervalUs: 500, seconds: 1, allThreads, features: ["gc"] } as const;
        const seen = seenStacks(await capture(target.pid, how));
        const isIn = (name: string) => ({ stack }: typeof seen[number]): boolean =>
          stack.some((place) => place.name === name);
        const counting = seen.filter(isIn("count"));
        assert.ok(countSamples(counting) > 0);
        const wrong = shareOf(counting, (stack) => stack.some(({ name }) => name === "<GC>"));
        // The GIL may change hands between the two readings of a moment.
        assert.ok(wrong < 0.02, `${wrong} of the samples that count`);
        if (!allThreads) continue;
        const collecting = seen.filter(isIn("collect"));
        const right = shareOf(collecting, (stack) => stack.at(-1)?.name === "<GC>");
        assert.ok(right > 0.2, `${right} of the samples of the thread that collects`);
      }
    }),
  );
}
