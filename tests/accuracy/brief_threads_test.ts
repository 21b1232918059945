import assert from "node:assert/strict";
import { minorOf } from "../../scripts/pythons.ts";
import { countWith, seenStacks } from "./captured.ts";
import { givingChances } from "./chances.ts";
import { allPythons, parallelPythons } from "./pythons.ts";
import { capture, Running } from "./running.ts";
import { missedShare, sharesDuring, untoldShare } from "./told.ts";

/** The ways in which threads are listed, oldest and newest first. */
const MINORS = ["3.8", "3.10", "3.11", "3.12", "3.13", "3.15", "3.14t"];
/** Standard errors that a share may be off the truth, and what else. */
const ERRORS = 5;
const SLACK = 0.02;

for (const python of [...await allPythons(), ...await parallelPythons()]) {
  const minor = minorOf(python);
  if (!MINORS.includes(minor)) continue;
  Deno.test(
    `threads have their share of samples however short they live, on Python ${minor}`,
    givingChances(async () => {
      await using target = await Running.start(python.path, "brief.py", []);
      const captured = await capture(target.pid, {
        ...{ intervalUs: 1000, seconds: 3, allThreads: true },
      });
      const told = JSON.parse(await target.finish());
      const { ticks } = captured.quality;
      const missed = missedShare(captured) + untoldShare(captured, told);
      const seen = seenStacks(captured);
      for (const [name, truth] of sharesDuring(captured, told)) {
        const found = countWith(seen, name) / ticks;
        const most = ERRORS * Math.sqrt(truth * (1 - truth) / ticks) + SLACK + missed;
        const [a, b, c] = [found, truth, most].map((share) => `${(share * 100).toFixed(2)} %`);
        const said = `${name}: ${a} of the time, in truth ${b}, at most ${c} apart`;
        assert.ok(Math.abs(found - truth) <= most, said);
      }
    }),
  );
}
