import assert from "node:assert/strict";
import { testedMinors } from "../../scripts/pythons.ts";
import { boundsOf, cases, judgeCase } from "./cases.ts";
import { allPythons } from "./pythons.ts";

/** Cases that are enough where a version is not tested throughout. */
const fewCases = ["chains.py", "maze.py", "recursion.py", "threads.py"];

for (const python of await allPythons()) {
  const most = boundsOf(python.version);
  const isFull = testedMinors.includes(python.minor);
  for (const one of cases.filter(({ script }) => isFull || fewCases.includes(script))) {
    Deno.test(`no stack is impossible and few are rejected when a Python ${python.minor} runs ${one.what}`, async () => {
      const { captured, samples, impossible, rejected, faults } = await judgeCase(python.path, one);
      assert.ok(impossible <= most.impossible * samples, faults.join("\n"));
      const kept = captured.quality.samples;
      const counts = JSON.stringify(captured.quality);
      assert.ok(rejected <= most.rejected * (rejected + kept), `rejected: ${counts}`);
      assert.ok(samples > 1000, `samples: ${counts}`);
    });
  }
}
