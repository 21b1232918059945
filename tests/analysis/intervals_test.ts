import assert from "node:assert/strict";
import { countIndependent, plusMinus, shareInterval } from "../../src/analysis/intervals.ts";
import { Chain } from "./chains.ts";

Deno.test("the interval of a share is that of Wilson's formula", () => {
  const near = (found: number, value: number) =>
    assert.ok(Math.abs(found - value) < 5e-5, `${found}`);
  near(shareInterval(0.5, 100).low, 0.4038);
  near(shareInterval(0.5, 100).high, 0.5962);
  near(shareInterval(0.02, 50).low, 0.0035);
  near(shareInterval(0.02, 50).high, 0.105);
  near(plusMinus(0.02, 50), 0.085);
});

Deno.test("nothing seen and nothing else seen leave room on one side only", () => {
  assert.equal(shareInterval(0, 100).low, 0);
  assert.ok(Math.abs(shareInterval(0, 100).high - 0.037) < 1e-3);
  assert.equal(shareInterval(1, 100).high, 1);
  assert.deepEqual(shareInterval(0, 0), { low: 0, high: 1 });
});

Deno.test("independent samples count in full, however few stacks there are", () => {
  for (const shares of [[0.5, 0.5], [0.9, 0.05, 0.05], new Array(50).fill(0.02)]) {
    const { profile } = new Chain(shares, 0, 11).sample(20_000);
    const worth = countIndependent(profile);
    assert.ok(worth > 19_000 && worth <= 20_000, `${worth}`);
  }
});

Deno.test("runs of equal stacks count for less, as much as their length says", () => {
  const { profile } = new Chain([0.5, 0.3, 0.2], 0.9, 12).sample(50_000);
  const worth = countIndependent(profile);
  assert.ok(Math.abs(worth - 50_000 / 19) < 200, `${worth}`);
});

Deno.test("a thread that never moves leaves nothing in doubt, one that moves once nearly all", () => {
  assert.equal(countIndependent(new Chain([1], 0, 1).sample(500).profile), 500);
  const { profile } = new Chain([1, 0], 0, 1).sample(500).sample(500, 0, [0, 1]);
  assert.ok(countIndependent(profile) < 1.01);
});

Deno.test("95 of 100 intervals hold the true share, with runs and without", () => {
  for (const repeat of [0, 0.8]) {
    let held = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { profile } = new Chain([0.6, 0.25, 0.15], repeat, seed * 7 + 1).sample(2000);
      const found = profile.counts[0]!.at(1) / 2000;
      const { low, high } = shareInterval(found, countIndependent(profile));
      if (low <= 0.25 && 0.25 <= high) held++;
    }
    assert.ok(held >= 365 && held <= 396, `${held} of 400 with ${repeat}`);
  }
});
