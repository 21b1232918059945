import assert from "node:assert/strict";
import { isJittered } from "../../src/sampler/capture.ts";
import { createRandom, Schedule } from "../../src/sampler/schedule.ts";

/** A generator that gives these numbers in turn. */
function given(...numbers: number[]): () => number {
  return () => numbers.shift()!;
}

/** Makes ticks at their times, each reading taking `work` µs. */
function keep(schedule: Schedule, ticks: number, work = 0): { times: number[]; missed: number } {
  let now = 0;
  let missed = 0;
  const times = Array.from({ length: ticks }, () => {
    const time = Math.max(now, schedule.next(now));
    missed += schedule.take(time);
    now = time + work;
    return time;
  });
  return { times, missed };
}

Deno.test("ticks fall at the start of their intervals when there is no jitter", () => {
  const schedule = new Schedule(100);
  assert.deepEqual(keep(schedule, 4, 10), { times: [0, 100, 200, 300], missed: 0 });
});

Deno.test("each interval gets one tick, at a point that is equally often anywhere in it", () => {
  const schedule = new Schedule(100, createRandom(7));
  const { times, missed } = keep(schedule, 20_000);
  assert.equal(missed, 0);
  times.forEach((time, k) => assert.equal(Math.floor(time / 100), k));
  const tenths = new Array<number>(10).fill(0);
  for (const time of times) tenths[Math.floor(time % 100 / 10)]!++;
  for (const count of tenths) assert.ok(Math.abs(count - 2000) < 4 * Math.sqrt(1800), `${count}`);
});

Deno.test("a tick that would be late already falls in what is left of its interval", () => {
  const schedule = new Schedule(100, given(0.99, 0.01, 0.5));
  const first = schedule.next(0);
  schedule.take(first);
  assert.equal(first, 99);
  assert.equal(schedule.next(120), 160);
  assert.equal(schedule.take(160), 0);
});

Deno.test("intervals that went by without a reading are missed, and the next tick keeps to the grid", () => {
  for (const random of [undefined, given(0, 0.5, 0.25)]) {
    const schedule = new Schedule(100, random);
    schedule.take(schedule.next(0));
    schedule.next(20);
    assert.equal(schedule.take(370), 2);
    assert.equal(schedule.next(380), random === undefined ? 400 : 425);
  }
});

Deno.test("readings that take longer than the interval leave every tick made or missed", () => {
  for (const random of [undefined, createRandom(3)]) {
    const schedule = new Schedule(100, random);
    const { times, missed } = keep(schedule, 1000, 250);
    const intervals = Math.floor(times.at(-1)! / 100) + 1;
    assert.ok(Math.abs(1000 + missed - intervals) <= 1, `${missed}`);
  }
});

Deno.test("a tick that is late by less than an interval is not missed, nor is the next", () => {
  for (const random of [undefined, createRandom(5)]) {
    const schedule = new Schedule(100, random);
    let now = 0;
    for (let i = 0; i < 1000; i++) {
      now = Math.max(now, schedule.next(now)) + 60;
      assert.equal(schedule.take(now), 0);
    }
    assert.equal(Math.round(now / 100), 1000);
  }
});

Deno.test("ticks left out by stretching are counted apart from those missed", () => {
  const schedule = new Schedule(100);
  schedule.take(schedule.next(0));
  schedule.stretch(2.5);
  assert.deepEqual(keep(schedule, 4), { times: [100, 350, 600, 850], missed: 0 });
  assert.equal(schedule.withheld, 6);
  assert.equal(schedule.take(schedule.next(0) + 600), 5);
});

Deno.test("ticks are jittered up to 10 kHz, unless it is said otherwise", () => {
  const request = {
    pid: 1,
    allThreads: false,
    consistency: "verified",
    waitForPythonMs: 0,
    command: [],
    toolVersion: "",
  } as const;
  assert.equal(isJittered({ ...request, intervalUs: 100 }), true);
  assert.equal(isJittered({ ...request, intervalUs: 99 }), false);
  assert.equal(isJittered({ ...request, intervalUs: 99, jitter: true }), true);
  assert.equal(isJittered({ ...request, intervalUs: 100, jitter: false }), false);
});

Deno.test("ticks can be told ahead, and fall where those that are told one by one do", () => {
  for (const random of [undefined, createRandom(9)]) {
    const schedule = new Schedule(100, random);
    const times: number[] = [];
    const dues = new Float64Array(8);
    for (let round = 0; round < 1000; round++) {
      schedule.next(times.at(-1) ?? 0);
      schedule.ahead(dues);
      dues.forEach((due, i) => {
        schedule.keep(dues[i + 1] ?? 0);
        times.push(due);
      });
    }
    times.forEach((time, k) => assert.equal(Math.floor(time / 100), k));
    const mean = times.reduce((sum, time) => sum + time % 100, 0) / times.length;
    assert.ok(Math.abs(mean - (random === undefined ? 0 : 50)) < 2, `${mean}`);
  }
});

Deno.test("the first tick that was told and not kept is the next one, and is missed by as much as it is late", () => {
  const schedule = new Schedule(100, given(0.5, 0.25, 0.75, 0.5, 0));
  const dues = new Float64Array(3);
  schedule.next(0);
  schedule.ahead(dues);
  assert.deepEqual([...dues], [50, 125, 275]);
  schedule.keep(dues[1]!);
  assert.equal(schedule.take(360), 2);
  assert.equal(schedule.next(370), 450);
});

Deno.test("ticks told ahead count those that are left out by stretching", () => {
  const schedule = new Schedule(100);
  schedule.stretch(3);
  const dues = new Float64Array(4);
  schedule.next(0);
  schedule.ahead(dues);
  assert.deepEqual([...dues], [0, 300, 600, 900]);
  for (let i = 0; i < 4; i++) schedule.keep(dues[i + 1] ?? 0);
  assert.equal(schedule.withheld, 8);
  assert.equal(schedule.next(901), 1200);
});
