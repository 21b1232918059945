import assert from "node:assert/strict";
import type { ReaderThread, Stopper } from "../../ffi/process.ts";
import { Stops } from "../../src/sampler/stops.ts";

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

function createStops(world: World): Stops {
  return new Stops(world, { now: () => world.time } as ReaderThread);
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
