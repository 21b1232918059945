import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { minorOf } from "../../scripts/pythons.ts";
import { cases, judgeCase } from "./cases.ts";
import { testedPythons } from "./pythons.ts";

/** How long the capture is stopped each time, and how long it runs in between, ms at most. */
const STOPPED = 16;
const RUNNING = 12;
/** The most of its readings that may be thrown away: more come late than without. */
const MOST_REJECTED = 0.03;
/** What a reading that comes late is most likely to mix up. */
const scripts = ["made.py", "maze.py"];

/** Stops a process again and again for a random time, as a machine that is too busy does. */
function stall(child: Deno.ChildProcess): AsyncDisposable {
  let goesOn = true;
  const send = (signal: Deno.Signal): void => {
    try {
      child.kill(signal);
    } catch {
      goesOn = false; // It has ended.
    }
  };
  const stalling = (async () => {
    while (goesOn) {
      await sleep(1 + Math.random() * RUNNING);
      send("SIGSTOP");
      await sleep(1 + Math.random() * STOPPED);
      send("SIGCONT");
    }
  })();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      goesOn = false;
      await stalling;
    },
  };
}

for (const python of await testedPythons()) {
  for (const one of cases.filter(({ script }) => scripts.includes(script))) {
    Deno.test(`no stack is impossible when a capture stands still now and then and a Python ${minorOf(python)} runs ${one.what}`, async () => {
      const judged = await judgeCase(python.path, one, stall);
      const { captured: { quality }, samples, impossible, rejected, faults } = judged;
      const report = JSON.stringify(quality);
      assert.ok(quality.missedTicks > 0.2 * quality.ticks, `it was not stopped: ${report}`);
      assert.equal(impossible, 0, faults.join("\n"));
      assert.ok(samples > 1000 && rejected <= MOST_REJECTED * samples, report);
    });
  }
}
