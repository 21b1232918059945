import assert from "node:assert/strict";
import type { ReaderThread, StopFault, Stopper } from "../../ffi/process.ts";
import type { AttachFault } from "../../src/sampler/capture.ts";
import { openStopper, Stops } from "../../src/sampler/stops.ts";

/** A clock and a target whose stops take a given time each. */
class World implements Stopper {
  time = 0;
  stopped = 0;
  held = false;
  answer: boolean | undefined = true;

  constructor(readonly stopUs: number) {}

  suspend(): boolean | undefined {
    this.held = this.answer === true;
    this.time += this.stopUs;
    this.stopped += this.stopUs;
    return this.answer;
  }

  holds(): boolean {
    return this.held;
  }

  resume(): void {
    this.held = false;
  }

  stoppedUs(): number {
    return this.stopped;
  }

  close(): void {}
}

function createStops(world: World, most = 0.2): Stops {
  return new Stops(world, { now: () => world.time } as ReaderThread, most);
}

/** Ticks for some seconds at 1 kHz. */
function tickFor(seconds: number, world: World, stops: Stops): number {
  let stopped = 0;
  for (const end = world.time + seconds * 1e6; world.time < end; world.time += 1000) {
    if (stops.allow(world.time) && stops.during(() => {})) stopped++;
  }
  return stopped;
}

Deno.test("a target is stopped at every tick when that takes little of its time", () => {
  const world = new World(100);
  const stops = createStops(world);
  tickFor(3, world, stops);
  assert.equal(stops.summary().skippedTicks, 0);
});

Deno.test("ticks are left out when stops would take more than a fifth of the time", () => {
  for (const stopUs of [400, 2000, 50_000]) {
    const world = new World(stopUs);
    const stops = createStops(world);
    for (let second = 0; second < 5; second++) {
      const before = world.stopped;
      const start = world.time;
      tickFor(1, world, stops);
      const share = (world.stopped - before) / (world.time - start);
      assert.ok(share <= 0.22 + stopUs / 1e6, `${stopUs}: ${share}`);
      assert.ok(share >= 0.1, `${stopUs}: ${share}`);
    }
    assert.ok(stops.summary().skippedTicks > 0);
  }
});

Deno.test("more than a fifth may be allowed, or less", () => {
  for (const most of [0.05, 0.5]) {
    const world = new World(2000);
    tickFor(5, world, createStops(world, most));
    const share = world.stopped / world.time;
    assert.ok(share > 0.8 * most && share < most + 0.02, `${most}: ${share}`);
  }
});

Deno.test("the target is resumed when the reading throws", () => {
  const world = new World(10);
  const stops = createStops(world);
  assert.throws(() =>
    stops.during(() => {
      assert.equal(stops.holds(), true);
      throw new Error("in the reading");
    }), /in the reading/);
  assert.equal(world.held, false);
});

Deno.test("a reading learns whether the target could be stopped, and a lost one is told", () => {
  const world = new World(10);
  const stops = createStops(world);
  const told: boolean[] = [];
  assert.equal(stops.during((stopped) => told.push(stopped)), true);
  world.answer = false;
  assert.equal(stops.during((stopped) => told.push(stopped)), true);
  world.answer = undefined;
  assert.equal(stops.during((stopped) => told.push(stopped)), false);
  assert.deepEqual(told, [true, false]);
});

/** Opens a process whose system gives these answers in turn, the last one again and again. */
function open(alive: boolean, ...answers: (StopFault["fault"] | Stopper)[]): {
  readonly opened: Stopper | AttachFault;
  readonly tries: number;
} {
  const clock = new World(0);
  let tries = 0;
  const platform = {
    openStopper: (): Stopper | StopFault => {
      const answer = answers[Math.min(tries++, answers.length - 1)]!;
      // One that does not answer is waited for.
      if (answer === "unanswered") clock.time += 1e6;
      return typeof answer === "string" ? { fault: answer, detail: "said" } : answer;
    },
  };
  const reader = {
    now: () => clock.time,
    sleepUntil: (time: number) => clock.time = Math.max(clock.time, time),
  };
  return { opened: openStopper(platform, { pid: 1, alive: () => alive }, reader), tries };
}

Deno.test("a process that is there is opened for stopping though the system says it is not, or nothing", () => {
  const stopper = new World(1);
  assert.equal(open(true, "no-such-process", "no-such-process", stopper).opened, stopper);
  assert.equal(open(true, "unanswered", stopper).opened, stopper);
});

Deno.test("opening a process for stopping ends where there is no hope, and after some tries", () => {
  const gone = { fault: "no-such-process", detail: "said" };
  assert.deepEqual(open(false, "no-such-process"), { opened: gone, tries: 1 });
  assert.deepEqual(open(true, "no-such-process").opened, gone);
  assert.ok(open(true, "no-such-process").tries > 10);
  const refused = { fault: "not-stoppable", detail: "said" };
  assert.deepEqual(open(true, "not-stoppable"), { opened: refused, tries: 1 });
  const busy = { fault: "not-stoppable", detail: "the machine is too busy" };
  assert.deepEqual(open(true, "unanswered"), { opened: busy, tries: 3 });
});
