import assert from "node:assert/strict";
import { minorOf, testedMinors } from "../../scripts/pythons.ts";
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
      const { captured, samples, impossible, rejected, faults } = await judgeCase(python.path, one);
      assert.ok(impossible <= most.impossible * samples, faults.join("\n"));
      const kept = captured.quality.samples;
      const counts = JSON.stringify(captured.quality);
      assert.ok(rejected <= most.rejected * (rejected + kept), `rejected: ${counts}`);
      assert.ok(samples > 1000, `samples: ${counts}`);
    });
  }
}
