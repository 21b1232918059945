import assert from "node:assert/strict";
import type { ReaderThread } from "../../ffi/process.ts";
import type { Lowered } from "../../src/profile/metadata.ts";
import { emptyQuality } from "../../src/profile/quality.ts";
import type { CaptureRequest } from "../../src/sampler/capture.ts";
import { SamplingLoop } from "../../src/sampler/loop.ts";
import { isStopRequested, requestStop, RingWriter } from "../../src/sampler/ring.ts";
import type { Subject, TickRounds } from "../../src/sampler/subject.ts";
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

/** Captures 10 ms at 1 kHz, or so long. */
function capture(
  clock: Clock,
  rounds?: TickRounds,
  durationUs = 10_000,
  ring = smallRing(1 << 10),
  asked: Partial<CaptureRequest> = {},
): { times: number[]; missed: number; withheld: number; durationUs: number; lowered?: Lowered } {
  const times: number[] = [];
  const quality = emptyQuality();
  const subject: Subject = {
    ...{ napUs: 50_000, quality, settledUntil: 0 },
    begin: () => {},
    tick: (time) => void times.push(time),
    miss: (ticks, withheld) => {
      quality.missedTicks += ticks;
      quality.withheldTicks = withheld;
    },
    rest: () => undefined,
    finish: () => ({}),
    ...(rounds && { rounds }),
  };
  const request = {
    ...{ pid: 1, intervalUs: 1000, durationUs, jitter: false, allThreads: false },
    ...{ consistency: "verified", waitForPythonMs: 0, command: [], toolVersion: "0" } as const,
    ...asked,
  };
  const writer = new RingWriter(ring);
  const summary = new SamplingLoop(subject, clock, writer, request).run();
  assert.equal(summary.ending, isStopRequested(ring) ? "interrupted" : "duration");
  const { missedTicks: missed, withheldTicks: withheld } = quality;
  const { durationUs: took, lowered } = summary;
  return { times, missed, withheld, durationUs: took, ...(lowered && { lowered }) };
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

Deno.test("a rate that is lowered for the program's sake has ticks that are farther apart", () => {
  const lowered = { visitUs: 20, stretch: 2.5 };
  const captured = capture(new Clock(Infinity, 0), undefined, 10_000, smallRing(1 << 10), {
    lowered,
  });
  assert.deepEqual(captured.times, [0, 2500, 5000, 7500]);
  assert.deepEqual([captured.missed, captured.withheld], [0, 6]);
  assert.deepEqual(captured.lowered, lowered);
});

Deno.test("a limit of our own CPU time makes them no more frequent", () => {
  const lowered = { visitUs: 20, stretch: 2.5 };
  const asked = { lowered, maxCpu: 1000 };
  const { times } = capture(new Clock(Infinity, 0), undefined, 1e6, smallRing(1 << 10), asked);
  assert.deepEqual(new Set(times.slice(1).map((time, i) => time - times[i]!)), new Set([2500]));
});

Deno.test("the first tick is made however late", () => {
  const clock = new Clock(0, 0);
  clock.now = (): number => (clock.time += 20_000);
  assert.equal(capture(clock).times.length, 1);
});

/** Rounds that come to what they are told. */
class Rounds implements TickRounds {
  readonly taken: number[] = [];
  readonly lengths: number[] = [];
  tended = 0;
  #dues = new Float64Array(0);

  /**
   * @param made how many of the ticks of a round are made or missed, by its number; `late` says which are missed.
   */
  constructor(
    readonly clock: Clock,
    readonly made = (_round: number, count: number) => count,
    readonly late = (_due: number) => false,
  ) {}

  mayBegin(): boolean {
    return true;
  }

  begin(dues: Float64Array): boolean {
    this.#dues = dues.slice();
    return true;
  }

  join(): number {
    const made = this.made(this.lengths.length, this.#dues.length);
    this.lengths.push(this.#dues.length);
    this.clock.time = this.#dues[Math.max(0, Math.min(made, this.#dues.length - 1))]! + 3;
    return made;
  }

  madeAt(tick: number): number {
    const due = this.#dues[tick]!;
    return this.late(due) ? 0 : due + 2;
  }

  take(_tick: number, time: number): undefined {
    this.taken.push(time);
  }

  tend(): undefined {
    this.tended++;
  }
}

Deno.test("ticks are made in rounds up to the last one of the duration, where that can be", () => {
  const clock = new Clock(Infinity, 0);
  const rounds = new Rounds(clock);
  const { times, missed } = capture(clock, rounds, 115_000);
  // The first is due at once.
  assert.deepEqual(rounds.lengths, [50, 50, 14]);
  assert.deepEqual(rounds.taken, Array.from({ length: 114 }, (_, k) => 1002 + 1000 * k));
  assert.deepEqual(times, [0]);
  assert.deepEqual([missed, rounds.tended], [0, 3]);
});

Deno.test("the tick at which a round ends early is made at once, and all others in their turn", () => {
  const clock = new Clock(Infinity, 0);
  const rounds = new Rounds(clock, (round, count) => round === 0 ? 4 : round === 1 ? 0 : count);
  const { times, missed } = capture(clock, rounds, 45_000);
  assert.deepEqual(times.slice(0, 3), [0, 5003, 6003]);
  assert.deepEqual(rounds.lengths, [44, 39, 38]);
  assert.equal(times.length + rounds.taken.length, 45);
  assert.equal(missed, 0);
});

Deno.test("ticks that a round has left out are missed, and none is made for them", () => {
  const clock = new Clock(Infinity, 0);
  const rounds = new Rounds(clock, undefined, (due) => due >= 3000 && due < 6000);
  const { times, missed } = capture(clock, rounds, 45_000);
  assert.equal(missed, 3);
  assert.equal(times.length + rounds.taken.length, 42);
});

Deno.test("ticks that a lower rate leaves out of rounds are counted", () => {
  const clock = new Clock(Infinity, 0);
  const rounds = new Rounds(clock);
  const lowered = { visitUs: 20, stretch: 2.5 };
  const asked = { lowered };
  const { times, missed, withheld } = capture(clock, rounds, 250_000, undefined, asked);
  assert.equal(times.length + rounds.taken.length, 100);
  assert.deepEqual([missed, withheld], [0, 150]);
});

Deno.test("a capture of rounds ends when that is asked for", () => {
  const ring = smallRing(1 << 10);
  const clock = new Clock(Infinity, 0);
  const rounds = new Rounds(clock, (round, count) => {
    if (round === 2) requestStop(ring);
    return count;
  });
  capture(clock, rounds, 1_000_000, ring);
  assert.deepEqual(rounds.lengths, [50, 50, 50]);
});
