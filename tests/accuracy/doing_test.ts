import assert from "node:assert/strict";
import { givingChances } from "./chances.ts";
import { STATUS } from "../../src/profile/profile.ts";
import { minorOf } from "../../scripts/pythons.ts";
import { allPythons, parallelPythons } from "./pythons.ts";
import { type Doing, measureDoing } from "./doing.ts";

/** The oldest way of everything, then each that differs from the one before; and one without a GIL. */
const MINORS = ["3.9", "3.12", "3.13", "3.14", "3.15", "3.14t"];

const how = { intervalUs: 250, seconds: 1.4 };
/** Standard errors that a share may be off the truth, and what else. */
const ERRORS = 5;
const SLACK = 0.015;

/** Holds what was found against the truth: that is of the same time, and the ticks fell at random in it. */
function check({ captured, things, untold }: Doing): void {
  const { ticks, missedTicks } = captured.quality;
  const missed = missedTicks / (ticks + missedTicks);
  const faults = things.flatMap(({ name, truth, found }) => {
    const most = ERRORS * Math.sqrt(truth * (1 - truth) / ticks) + SLACK + missed + untold;
    const said = [found, truth, most].map((share) => `${(share * 100).toFixed(2)} %`);
    return Math.abs(found - truth) <= most
      ? []
      : [`${name}: ${said[0]} of the time, in truth ${said[1]}, at most ${said[2]} apart`];
  });
  assert.deepEqual(faults, [], `${missedTicks} ticks missed, ${ticks} kept`);
}

/** Samples of all threads that have a bit, and in all. */
function countBit({ captured }: Doing, bit: number): [having: number, all: number] {
  const place = Object.values(STATUS).indexOf(bit as typeof STATUS.hasGil);
  const having = captured.states.reduce((sum, counts) => sum + counts[place]!, 0);
  return [having, captured.quality.samples];
}

const all = [...await allPythons(), ...await parallelPythons()];
for (const python of all.filter((python) => MINORS.includes(minorOf(python)))) {
  const { freeThreaded } = python;
  const minor = minorOf(python);
  const on = `on Python ${minor}`;

  Deno.test(
    `three threads that take turns ${
      freeThreaded ? "run" : "hold the GIL"
    } for as long as they say, ${on}`,
    givingChances(async () => {
      const doing = await measureDoing(python, "gil", { ...how, mode: "gil" });
      check(doing);
      // Without a GIL it is asked who runs.
      const [having, all] = countBit(doing, freeThreaded ? STATUS.onCpu : STATUS.hasGil);
      assert.equal(having, all);
    }),
  );

  Deno.test(
    `cpu mode counts the CPU time of two threads that both want the GIL, ${on}`,
    givingChances(async () => {
      const doing = await measureDoing(python, "bound", { ...how, mode: "cpu" });
      check(doing);
      const [having, all] = countBit(doing, STATUS.onCpu);
      assert.equal(having, all);
      assert.deepEqual(doing.things.map(({ name }) => name), ["first", "second"]);
    }),
  );

  Deno.test(
    `a thread that works without the GIL is on a CPU as long as it says, ${on}`,
    givingChances(async () => {
      const doing = await measureDoing(python, "hash", { ...how, states: true });
      check(doing);
      const [having] = countBit(doing, STATUS.waitsForGil);
      assert.equal(having > 0, !freeThreaded, "it waits for the GIL to go on");
      assert.deepEqual(countBit(doing, STATUS.cpuUnknown)[0], 0);
    }),
  );

  Deno.test(
    `exception mode counts handlers, also those that sleep, and nothing else, ${on}`,
    givingChances(async () => {
      const doing = await measureDoing(python, "exceptions", { ...how, mode: "exception" });
      check(doing);
      const [having, all] = countBit(doing, STATUS.hasException);
      assert.equal(having, all);
    }),
  );

  Deno.test(
    `a thread that calls quickly is on a CPU and has an exception as long as it says, ${on}`,
    givingChances(async () => {
      const at = { intervalUs: 500, seconds: 2, states: true };
      const doing = await measureDoing(python, "quick", at);
      check(doing);
      assert.deepEqual(doing.things.map(({ name }) => name), ["main", "handled"]);
    }),
  );

  // That is the system's word alone.
  if (!["3.9", "3.15", "3.14t"].includes(minor)) continue;
  Deno.test(
    `a thread that sleeps most of the time has the CPU time that it says, ${on}`,
    givingChances(async () => {
      check(await measureDoing(python, "cpu", { ...how, mode: "cpu" }));
    }),
  );
}
