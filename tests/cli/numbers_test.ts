import assert from "node:assert/strict";
import { InvalidArgumentError } from "commander";
import {
  parseCount,
  parseDuration,
  parseInterval,
  parseLimit,
  parsePercent,
  parsePid,
  parseRate,
  parseSize,
  parseSlowdown,
  parseSpan,
} from "../../src/cli/numbers.ts";

Deno.test("parseRate takes Hz, kHz and k in any case", () => {
  const intervals: Record<string, number> = {
    "500": 2000,
    "10khz": 100,
    "2.5k": 400,
    " 1KHZ ": 1000,
    "100Hz": 10_000,
    "0.1": 10_000_000,
    "1000k": 1,
    "1000000": 1,
  };
  for (const [text, us] of Object.entries(intervals)) assert.equal(parseRate(text), us, text);
  assert.ok(Math.abs(parseRate("3khz") - 333.333) < 0.001);
});

Deno.test("parseRate refuses what is no rate or out of range", () => {
  for (
    const text of [
      "",
      "0",
      "-5",
      "0.09",
      "1001k",
      "1000001",
      "10 khz",
      "1mhz",
      "k",
      "1e3",
      ".5k",
      "NaN",
    ]
  ) {
    assert.throws(() => parseRate(text), InvalidArgumentError, text);
  }
});

Deno.test("parseInterval goes from one microsecond to ten seconds", () => {
  assert.equal(parseInterval("100"), 100);
  assert.equal(parseInterval("1"), 1);
  assert.equal(parseInterval("10000000"), 10_000_000);
  for (const text of ["0", "0.5", "10000001", "-1", "1ms", ""]) {
    assert.throws(() => parseInterval(text), InvalidArgumentError, text);
  }
});

Deno.test("parseDuration takes fractions of seconds, more than none", () => {
  assert.equal(parseDuration("10"), 10_000_000);
  assert.equal(parseDuration("0.5"), 500_000);
  assert.equal(parseDuration(".25"), 250_000);
  for (const text of ["0", "-1", "x", "1s", "Infinity", "1e99", ""]) {
    assert.throws(() => parseDuration(text), InvalidArgumentError, text);
  }
});

Deno.test("parseLimit and parsePid take whole numbers only", () => {
  assert.equal(parseLimit("0"), 0);
  assert.equal(parseLimit("15"), 15);
  assert.equal(parsePid("1"), 1);
  for (const text of ["-1", "1.5", "ten", ""]) {
    assert.throws(() => parseLimit(text), InvalidArgumentError, text);
    assert.throws(() => parsePid(text), InvalidArgumentError, text);
  }
  for (const text of ["0", "99999999999", "4294967297"]) {
    assert.throws(() => parsePid(text), InvalidArgumentError, text);
  }
});

Deno.test("parsePercent takes one percent of a CPU or more, also of several CPUs", () => {
  assert.equal(parsePercent("50"), 0.5);
  assert.equal(parsePercent("12.5%"), 0.125);
  assert.equal(parsePercent("400"), 4);
  for (const text of ["0", "0.5", "-5", "%", "", "5%%", "x", "Infinity"]) {
    assert.throws(() => parsePercent(text), InvalidArgumentError, text);
  }
});

Deno.test("parseSlowdown takes a thousandth of the program's time or more, and all of it at most", () => {
  assert.equal(parseSlowdown("2"), 0.02);
  assert.equal(parseSlowdown("0.5%"), 0.005);
  assert.equal(parseSlowdown("100"), 1);
  for (const text of ["0", "0.05", "-1", "101", "", "a", "1%%"]) {
    assert.throws(() => parseSlowdown(text), InvalidArgumentError, text);
  }
});

Deno.test("parseSpan takes seconds, minutes, hours and days, of a second or more", () => {
  const spans = { "60s": 60, "90": 90, "5m": 300, "5 min": 300, "1.5h": 5400, "1D": 86_400 };
  for (const [text, seconds] of Object.entries(spans)) assert.equal(parseSpan(text), seconds * 1e6);
  for (const text of ["", "0.5s", "s", "1w", "-1s", "1e3", "99999999d"]) {
    assert.throws(() => parseSpan(text), InvalidArgumentError, text);
  }
});

Deno.test("parseSize takes decimal and binary units, of a kilobyte or more", () => {
  const sizes = {
    "100MB": 1e8,
    "1000": 1000,
    "1.5k": 1500,
    "1GiB": 2 ** 30,
    "2 tb": 2e12,
    "5M": 5e6,
  };
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseSize(text), bytes, text);
  for (const text of ["", "MB", "999", "1PB", "-1k", "0"]) {
    assert.throws(() => parseSize(text), InvalidArgumentError, text);
  }
});

Deno.test("parseCount takes whole numbers from 1 on", () => {
  assert.equal(parseCount("7"), 7);
  for (const text of ["0", "-1", "1.5", ""]) {
    assert.throws(() => parseCount(text), InvalidArgumentError, text);
  }
});
