import assert from "node:assert/strict";
import { Budget } from "../../src/sampler/budget.ts";

/** A sampler on a made-up clock: each tick costs `cost` µs, and so does each second `base` µs. */
class World {
  now = 0;
  cpu = 0;
  base = 0;
  readonly budget: Budget;

  constructor(share: number, readonly intervalUs: number, public cost: number) {
    this.budget = new Budget(share, intervalUs, () => this.cpu, 0);
  }

  /** Lets seconds go by and returns the share of a CPU that was used in the last of them. */
  run(seconds: number): number {
    const end = this.now + seconds * 1e6;
    let before = this.cpu;
    let since = this.now;
    while (this.now < end) {
      if (this.now - since >= 1e6) [before, since] = [this.cpu, this.now];
      // A tick that costs more than the interval makes the next one late.
      const gap = Math.max(this.intervalUs * this.budget.stretch, this.cost);
      this.now += gap;
      this.cpu += this.cost + this.base * gap / 1e6;
      this.budget.spend(this.now);
    }
    return (this.cpu - before) / (this.now - since);
  }
}

Deno.test("the asked rate is kept while it costs less than the limit", () => {
  const world = new World(1, 100, 60);
  assert.ok(Math.abs(world.run(3) - 0.6) < 0.01);
  assert.equal(world.budget.stretch, 1);
});

Deno.test("the rate is lowered until our CPU time is within the limit, and not much further", () => {
  for (const [share, cost, base] of [[0.5, 80, 0], [0.1, 40, 30_000], [1, 150, 100_000]] as const) {
    const world = new World(share, 100, cost);
    world.base = base;
    const used = world.run(6);
    assert.ok(used <= share * 1.02 && used > share * 0.95, `${used} of ${share}`);
  }
});

Deno.test("the asked rate comes back when ticks cost less", () => {
  const world = new World(0.5, 100, 200);
  world.run(4);
  assert.ok(world.budget.stretch > 3.5);
  world.cost = 20;
  world.run(4);
  assert.equal(world.budget.stretch, 1);
});

Deno.test("one dear moment at the start does not lower the rate", () => {
  const world = new World(1, 1000, 20);
  world.cpu = 250_000;
  world.run(0.3);
  assert.equal(world.budget.stretch, 1);
});

Deno.test("the rate never falls without end when even the rest costs more than the limit", () => {
  const world = new World(0.01, 100, 10);
  world.base = 50_000;
  world.run(120);
  assert.ok(world.budget.stretch <= 10_000);
});

Deno.test("a low limit holds from the start, so that what comes first is not sampled more often", () => {
  const world = new World(0.05, 50, 50);
  assert.ok(world.budget.stretch > 8, `${world.budget.stretch}`);
  world.run(10);
  assert.ok(world.budget.unevenness < 0.05, `${world.budget.unevenness}`);
});

Deno.test("a program that is dear to read for half of the time is told from one that is always", () => {
  const world = new World(0.5, 100, 50);
  world.run(10);
  assert.ok(world.budget.unevenness < 0.01, `${world.budget.unevenness}`);
  world.cost = 150;
  world.run(10);
  // A third of the rate in half of the time.
  assert.ok(Math.abs(world.budget.unevenness - 0.25) < 0.03, `${world.budget.unevenness}`);
});

Deno.test("the rate never gets higher than it is to be for the program's sake", () => {
  const budget = new Budget(1, 100, () => 0, 0, 4);
  assert.equal(budget.stretch, 4);
  budget.spend(300_000);
  assert.equal(budget.stretch, 4);
});
