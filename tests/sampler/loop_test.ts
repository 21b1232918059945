import assert from "node:assert/strict";
import type { ReaderThread } from "../../ffi/process.ts";
import { emptyQuality } from "../../src/profile/quality.ts";
import { SamplingLoop } from "../../src/sampler/loop.ts";
import { RingWriter } from "../../src/sampler/ring.ts";
import type { Subject } from "../../src/sampler/subject.ts";
import { smallRing } from "./rings.ts";

/** A clock that is always on time, but for one sleep. */
class Clock implements ReaderThread {
  time = 0;

  /** @param from sleeps that would end from then on take so much longer, µs. */
  constructor(readonly from: number, readonly late: number) {}

  now(): number {
    return this.time;
  }

  sleepUntil(deadline: number): number {
    return this.time = Math.max(this.time, deadline < this.from ? deadline : deadline + this.late);
  }

  prefer(): boolean {
    return true;
  }
}

/** Captures 10 ms at 1 kHz. */
function capture(clock: Clock): { times: number[]; missed: number; durationUs: number } {
  const times: number[] = [];
  const quality = emptyQuality();
  const subject: Subject = {
    ...{ napUs: 50_000, quality, settledUntil: 0 },
    begin: () => {},
    tick: (time) => void times.push(time),
    miss: (ticks) => quality.missedTicks += ticks,
    rest: () => undefined,
    finish: () => ({}),
  };
  const request = {
    ...{ pid: 1, intervalUs: 1000, durationUs: 10_000, jitter: false, allThreads: false },
    ...{ consistency: "verified", waitForPythonMs: 0, command: [], toolVersion: "0" } as const,
  };
  const writer = new RingWriter(smallRing(1 << 10));
  const { durationUs, ending } = new SamplingLoop(subject, clock, writer, request).run();
  assert.equal(ending, "duration");
  return { times, missed: quality.missedTicks, durationUs };
}

Deno.test("a capture has the ticks of its duration", () => {
  const { times, missed, durationUs } = capture(new Clock(Infinity, 0));
  assert.deepEqual(times, [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
  assert.deepEqual([missed, durationUs], [0, 10_000]);
});

Deno.test("a tick that is late by the end of the duration is missed, and none after the end is", () => {
  const { times, missed, durationUs } = capture(new Clock(6000, 8000));
  assert.deepEqual(times, [0, 1000, 2000, 3000, 4000, 5000]);
  assert.deepEqual([missed, durationUs], [4, 10_000]);
});

Deno.test("the first tick is made however late", () => {
  const clock = new Clock(0, 0);
  clock.now = (): number => (clock.time += 20_000);
  assert.equal(capture(clock).times.length, 1);
});
