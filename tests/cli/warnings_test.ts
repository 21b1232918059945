import assert from "node:assert/strict";
import { forewarnings } from "../../src/cli/forewarnings.ts";
import { shortcomings, warnings } from "../../src/cli/messages.ts";
import { describeCapture } from "../../collectors/header.ts";
import type { FormatName } from "../../collectors/registry.ts";
import type { Metadata } from "../../src/profile/metadata.ts";
import { Chain } from "../analysis/chains.ts";
import { METADATA, SUMMARY } from "../collectors/profiles.ts";

const SHARES = [0.4, 0.3, 0.2, 0.1];

Deno.test("a capture that is as it should be needs no warning", () => {
  const { profile } = new Chain(SHARES, 0.2, 1).capture(50, 392);
  assert.deepEqual(warnings(profile, SUMMARY), []);
});

Deno.test("a warning tells that nobody has tried the version of Python", () => {
  for (const version of ["3.16.0", "3.16.0a1", "3.20.1rc1", "3.15.0b4", "3.14.0a7"]) {
    const { profile } = new Chain(SHARES, 0.2, 1).capture(50, 392);
    const newer = Object.assign(profile, {
      metadata: { ...profile.metadata, pythonVersion: version },
    });
    const [warning, ...others] = warnings(newer, SUMMARY);
    assert.deepEqual(others, []);
    assert.ok(warning?.startsWith(`warning: Python ${version} is newer than`), warning);
  }
  for (const version of ["3.15.2", "3.15.0rc1", "3.8.0", ""]) {
    const { profile } = new Chain(SHARES, 0.2, 1).capture(50, 392);
    const known = Object.assign(profile, {
      metadata: { ...profile.metadata, pythonVersion: version },
    });
    assert.deepEqual(warnings(known, SUMMARY), []);
  }
});

Deno.test("it is told that threads without a GIL are read one after another, if several are", () => {
  const told = (metadata: Partial<Metadata>): string[] => {
    const { profile } = new Chain(SHARES, 0.2, 1).capture(50, 392);
    return warnings(
      Object.assign(profile, { metadata: { ...profile.metadata, ...metadata } }),
      SUMMARY,
    );
  };
  const parallel = { freeThreaded: true, allThreads: true };
  assert.match(told(parallel).join(), /^the threads of this program run in parallel/);
  assert.deepEqual(told({ ...parallel, allThreads: false }), []);
  assert.deepEqual(told({ ...parallel, freeThreaded: false }), []);
  assert.deepEqual(told({ ...parallel, consistency: "blocking" }), []);
});

Deno.test("a warning names the function whose readings are rejected, spelled out", () => {
  const { profile } = new Chain(SHARES, 0, 1).sample(10_000);
  profile.strings[3] = "f\x1b[31m";
  for (let i = 0; i < 100; i++) profile.lose(i, 0, 0, 3);
  const [warning, ...others] = warnings(profile, SUMMARY);
  assert.deepEqual(others, []);
  assert.match(warning!, /depends on what ran: f\\x1b\[31m .* 100\.0% .* about 0\.9% too small\.$/);
});

Deno.test("a warning tells that samples differ from exact ones", () => {
  const { profile } = new Chain(SHARES, 0, 1).capture(200, 392, [0.7, 0.1, 0.1, 0.1]);
  const [warning, ...others] = warnings(profile, SUMMARY);
  assert.deepEqual(others, []);
  assert.match(
    warning!,
    /differ from those read while the program could not run\. Functions are 3/,
  );
});

Deno.test("it is told what it means that nothing could be read exactly, if stacks were in doubt", () => {
  const { profile } = new Chain(SHARES, 0, 1).sample(10_000);
  assert.deepEqual(warnings(profile, SUMMARY), []);
  profile.quality.repaired = 1;
  assert.match(warnings(profile, SUMMARY)[0]!, /nothing tells whether short-lived functions/);
});

Deno.test("a lower rate than asked is told with the limit that made it", () => {
  const { profile } = new Chain(SHARES, 0, 1).sample(10_000);
  const limited = Object.assign(profile, { metadata: { ...profile.metadata, maxCpu: 0.5 } });
  Object.assign(limited.quality, { ticks: 3100, withheldTicks: 6900 });
  assert.match(
    warnings(limited, { ...SUMMARY, durationUs: 1e6 })[0]!,
    /^the rate was lowered to 3\.1 kHz to stay within 50% of a CPU/,
  );
});

Deno.test("it is told what shares may be off for a rate that went up and down", () => {
  const { profile } = new Chain(SHARES, 0.2, 1).capture(50, 392);
  assert.deepEqual(warnings(profile, { ...SUMMARY, unevenness: 0.14 }), []);
  const [told, ...others] = warnings(profile, { ...SUMMARY, unevenness: 0.25 });
  assert.match(told!, /^warning: the rate went up and down.* up to 25\.0% too small/);
  assert.deepEqual(others, []);
});

Deno.test("a lower rate than asked is told with what it spares the program", () => {
  const { profile } = new Chain(SHARES, 0, 1).sample(10_000);
  const limited = Object.assign(profile, {
    metadata: { ...profile.metadata, intervalUs: 100, maxCpu: 1, maxSlowdown: 0.05 },
  });
  Object.assign(limited.quality, { ticks: 2500, withheldTicks: 7500 });
  const summary = { ...SUMMARY, durationUs: 1e6, lowered: { visitUs: 18.07, stretch: 4 } };
  const [told, ...others] = warnings(limited, summary);
  assert.match(
    told!,
    /^the rate was lowered to 2\.5 kHz: .* here for 18 μs each, and may take 5% of its time; /,
  );
  assert.deepEqual(others, []);
  assert.match(
    new Map(describeCapture(limited, summary)).get("withheld")!,
    /^7,500 ticks \(75\.0%\), not to slow the program down by more than 5%$/,
  );
  Object.assign(limited.quality, { ticks: 1500, withheldTicks: 8500 });
  assert.deepEqual(
    warnings(limited, summary).map((text) => text.replace(/^.* kHz(:| to) (\w+) .*$/, "$2")),
    ["to", "stay"],
  );
  assert.match(
    new Map(describeCapture(limited, summary)).get("withheld")!,
    /^8,500 ticks \(85\.0%\), not to slow the program down by more than 5% and to stay within 100% of a CPU$/,
  );
});

Deno.test("it is told before a capture that no output shows what it asks for", () => {
  const features = { native: false, gc: true, opcodes: true };
  const asked = { consistency: "verified", intervalUs: 1000, features, live: false } as const;
  const told = (...formats: FormatName[]): string[] =>
    forewarnings({ ...asked, outputs: formats.map((format) => ({ format })) });
  assert.match(told("pstats", "collapsed").join(), /^no output .* shows instructions; --flame/);
  assert.deepEqual(told("pstats", "gecko"), []);
  assert.deepEqual(told("binary"), []);
});

Deno.test("it is told what this Python does not show of what was asked for", () => {
  const all = { native: true, gc: true, opcodes: true };
  const none = { native: false, gc: false, opcodes: false };
  const metadata = { ...METADATA, pythonVersion: "3.14.7" };
  const told = (asked: typeof all, features: typeof all): string[] =>
    shortcomings(asked, { ...metadata, features });
  assert.match(told(all, none).join(), /Python 3\.14\.7 does not show where .*, which instr/);
  const gc = { ...none, gc: true };
  assert.match(told(gc, none).join(), /does not show which thread collects garbage \(--gc\)\.$/);
  assert.deepEqual(told(gc, gc), []);
  assert.deepEqual(told(all, all), []);
  assert.deepEqual(told(none, none), []);
});

Deno.test("a warning tells which processes could not be sampled, spelled out", () => {
  const { profile } = new Chain(SHARES, 0.2, 1).capture(50, 392);
  const first = [
    { pid: 7, reason: "denied", detail: "" },
    { pid: 8, reason: "unsupported-version", detail: "3.7\x1b[31m" },
  ];
  const [warning] = warnings(profile, { ...SUMMARY, leftOut: { count: 5, first } });
  assert.equal(
    warning,
    "warning: some of the program's processes could not be sampled: 7, the system does not let us " +
      "read it; 8, its version of Python is not supported (3.7\\x1b[31m); and 3 more.",
  );
});
