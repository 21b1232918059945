import assert from "node:assert/strict";
import { minorOf, testedMinors } from "../../scripts/pythons.ts";
import { judgeUndisturbed } from "./chances.ts";
import { boundsOf, cases, judgeCase, parallelCases } from "./cases.ts";
import { allPythons, parallelPythons } from "./pythons.ts";

/** Cases that are enough where a version is not tested throughout. */
const fewCases = ["chains.py", "maze.py", "recursion.py", "threads.py"];

for (const python of [...await allPythons(), ...await parallelPythons()]) {
  const most = boundsOf(python.version);
  const isFull = testedMinors.includes(python.minor) && !python.freeThreaded;
  const chosen = cases.filter(({ script }) => isFull || fewCases.includes(script));
  for (const one of python.freeThreaded ? [...chosen, ...parallelCases] : chosen) {
    Deno.test(`no stack is impossible and few are rejected when a Python ${minorOf(python)} runs ${one.what}`, async () => {
      await judgeUndisturbed(async () => {
        const judged = await judgeCase(python.path, one);
        const { captured: { quality }, samples, impossible, rejected, faults } = judged;
        assert.ok(impossible <= most.impossible * samples, faults.join("\n"));
        const isGood = rejected <= most.rejected * (rejected + quality.samples) && samples > 1000;
        return { quality, wrong: isGood ? undefined : JSON.stringify(quality) };
      });
    });
  }
}
