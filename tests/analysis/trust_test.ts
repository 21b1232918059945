import assert from "node:assert/strict";
import { judgeQuality } from "../../src/analysis/trust.ts";
import { emptyQuality } from "../../src/profile/quality.ts";
import { METADATA } from "../collectors/profiles.ts";

Deno.test("a sample stands for the time between readings that were made", () => {
  const quality = { ...emptyQuality(), ticks: 501, missedTicks: 499, samples: 501 };
  const trust = judgeQuality(METADATA, quality, { durationUs: 1_000_000, ending: "duration" });
  assert.equal(trust.sampleUs, 2000);
  assert.equal(trust.achievedHz, 500);
  assert.equal(trust.askedHz, 1000);
  assert.equal(trust.missed, 0.499);
});

Deno.test("with one reading a sample stands for the asked interval", () => {
  const quality = { ...emptyQuality(), ticks: 1, samples: 1 };
  const trust = judgeQuality(METADATA, quality, { durationUs: 0, ending: "duration" });
  assert.equal(trust.sampleUs, 1000);
  assert.equal(trust.missed, 0);
});

Deno.test("rejections are a share of the stacks read, with the commonest reason first", () => {
  const quality = { ...emptyQuality(), ticks: 200, samples: 180, rejected: [5, 15, 0, 0, 0] };
  const trust = judgeQuality(METADATA, quality, { durationUs: 199_000, ending: "duration" });
  assert.equal(trust.rejected, 0.1);
  assert.deepEqual(trust.reasons, [
    { reason: "unknown-edge", count: 15 },
    { reason: "torn", count: 5 },
  ]);
});
