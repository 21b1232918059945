import assert from "node:assert/strict";
import { type Bias, measureBias } from "../../src/analysis/control.ts";
import { Chain } from "./chains.ts";

const SHARES = [0.4, 0.3, 0.2, 0.05, 0.03, 0.02];

function measured(bias: Bias): Bias & { kind: "measured" } {
  assert(bias.kind === "measured", bias.kind);
  return bias;
}

Deno.test("samples like those of the control group are not called biased, with runs and without", () => {
  for (const repeat of [0, 0.7, 0.95]) {
    let alarms = 0;
    let distance = 0;
    let noise = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { profile } = new Chain(SHARES, repeat, seed).capture(50, 392);
      const { leaves, depths } = measured(measureBias(profile));
      if (leaves.beyondNoise || depths.beyondNoise) alarms++;
      distance += leaves.distance;
      noise += leaves.noise;
    }
    assert.ok(alarms <= 2, `${alarms} alarms with ${repeat}`);
    assert.ok(distance / noise > 0.7 && distance / noise < 1.3, `${distance / noise}`);
  }
});

Deno.test("a leaf that the other samples show too rarely is noticed", () => {
  const biased = [0.55, 0.3, 0.05, 0.05, 0.03, 0.02];
  let noticed = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const { profile } = new Chain(SHARES, 0.3, seed).capture(100, 392, biased);
    const { leaves, depths } = measured(measureBias(profile));
    if (leaves.beyondNoise && depths.beyondNoise) noticed++;
  }
  assert.ok(noticed >= 18, `${noticed} of 20`);
});

Deno.test("a control group that is too small or has holes gives no figure", () => {
  assert.equal(measureBias(new Chain(SHARES, 0, 1).sample(1000).profile).kind, "none");
  assert.equal(measureBias(new Chain(SHARES, 0, 1).capture(9, 100).profile).kind, "too-few");
  const { profile } = new Chain(SHARES, 0, 1).capture(50, 100);
  profile.quality.controlTried = profile.quality.control * 1.2;
  assert.equal(measureBias(profile).kind, "too-many-failed");
});

Deno.test("a thread that is busy in the control group only by its share is no bias", () => {
  const chain = new Chain(SHARES, 0, 5).capture(60, 100);
  const { profile } = chain;
  profile.threads.push({ tid: 2, name: "", interpreter: 0, main: false });
  const length = 20_000;
  const idle = { time: new Float64Array(length), flags: new Int32Array(length) };
  const thread = new Int32Array(length).fill(1);
  profile.add({ length, ...idle, thread, stack: new Int32Array(length).fill(5) });
  const { leaves } = measured(measureBias(profile));
  assert.ok(!leaves.beyondNoise, `${leaves.distance}`);
});
