import assert from "node:assert/strict";
import type { Process, Ranges, ReaderThread } from "../../ffi/process.ts";
import type { ThreadCopy } from "../../src/cpython/thread_copy.ts";
import { Quickness } from "../../src/sampler/quickness.ts";

/** A thread whose current frame is another one at every `period`-th look. */
class Thread {
  looks = 0;
  frame = 1;

  visitsTook = 0;
  visitsMade = 0;

  constructor(readonly period: number, readonly visitUs?: number) {}

  /** A visit is made. */
  visit(us: number): void {
    this.visitsMade++;
    this.visitsTook += us;
  }

  get copy(): ThreadCopy {
    // deno-lint-ignore no-this-alias
    const thread = this;
    const process: Partial<Process> = {
      get visitsTook(): number {
        return thread.visitsTook;
      },
      get visitsMade(): number {
        return thread.visitsMade;
      },
      read: (ranges: Ranges, into: Uint8Array): number => {
        const words = new BigUint64Array(into.buffer, into.byteOffset, ranges.count);
        for (let i = 0; i < ranges.count; i++) {
          if (++this.looks % this.period === 0) this.frame++;
          words[i] = BigInt(this.frame);
        }
        return ranges.bytes;
      },
      ...(this.visitUs === undefined ? {} : { visitUs: () => this.visitUs! }),
    };
    const layout = { cframe: -1, thread: { currentFrame: 72 } };
    const runtime = { process, reader: undefined, layout };
    return { runtime, thread: { address: 4096, tid: 1 } } as unknown as ThreadCopy;
  }
}

/** A clock on which each exact reading takes so long, µs, and every 20th a stall more. */
function clockFor(reading: number, stall: number): ReaderThread {
  let now = 0;
  let looks = 0;
  const next = (): number => now += ++looks % 40 === 0 ? reading + stall : reading;
  return { now: next, sleepUntil: (time) => time, prefer: () => true };
}

/** In how many of some ticks a thread is to be read exactly. */
function count(
  thread: Thread,
  intervalUs: number,
  ticks: number,
  [reading, stall] = [10, 0],
  late = [0, 0],
): number {
  let tick = 0;
  const usual = clockFor(reading, stall);
  let delay = 0;
  const now = (): number => usual.now() + (delay += tick >= late[0]! && tick < late[1]! ? 200 : 0);
  const quickness = new Quickness(intervalUs, { ...usual, now });
  const { copy } = thread;
  let found = 0;
  for (; tick < ticks; tick++) {
    if (!quickness.isFound(tick * intervalUs, copy)) continue;
    found++;
    quickness.begin();
    quickness.end();
  }
  return found;
}

Deno.test("a thread that calls at every second look is read exactly, after a few", () => {
  const found = count(new Thread(2, 5), 1000, 1000);
  assert.ok(found > 950 && found < 1000, `${found}`);
});

Deno.test("a thread that calls seldom is not", () => {
  assert.equal(count(new Thread(100, 5), 1000, 1000), 0);
});

Deno.test("nobody is who cannot be visited, or would lose too much of his time by it", () => {
  assert.equal(count(new Thread(2), 1000, 1000), 0);
  assert.equal(count(new Thread(2, 8), 100, 10_000), 0);
  assert.ok(count(new Thread(2, 5), 100, 10_000) > 9000);
  assert.equal(count(new Thread(2, 5), 50, 10_000), 0);
});

Deno.test("where exact readings have to wait for the CPU, there are few of them", () => {
  const found = count(new Thread(2, 5), 1000, 10_000, [150, 0]);
  assert.ok(found > 0 && found < 560, `${found}`);
});

Deno.test("a machine that stands still for a tenth of a second is no reason to stop", () => {
  const found = count(new Thread(2, 5), 1000, 10_000, [10, 0], [500, 600]);
  assert.ok(found > 9900, `${found}`);
});

Deno.test("a stall of the machine now and then is no reason to stop", () => {
  const found = count(new Thread(2, 5), 1000, 10_000, [10, 100_000]);
  assert.ok(found > 9900, `${found}`);
});

Deno.test("it is told where exact readings are too dear at a rate, not where there can be none", () => {
  const isDear = (thread: Thread, intervalUs: number): boolean => {
    const quickness = new Quickness(intervalUs, clockFor(10, 0));
    quickness.isFound(0, thread.copy);
    return quickness.isDear;
  };
  assert.equal(isDear(new Thread(2, 5), 50), true);
  assert.equal(isDear(new Thread(2, 5), 100), false);
  assert.equal(isDear(new Thread(2), 50), false);
});

/** In how many of some ticks a thread is read exactly where each such reading takes so much of its time. */
function countAtPrice(
  intervalUs: number,
  ticks: number,
  price: (visit: number) => number,
  isDear = false,
  allowed?: number,
): number {
  const thread = new Thread(2, 5);
  const quickness = new Quickness(intervalUs, clockFor(10, 0), allowed);
  const { copy } = thread;
  let found = 0;
  for (let tick = 0; tick < ticks; tick++) {
    if (!quickness.isFound(tick * intervalUs, copy)) continue;
    thread.visit(price(found++));
    quickness.begin();
    quickness.end();
  }
  assert.equal(quickness.isDear, isDear);
  return found;
}

Deno.test("where exact readings turn out to take too much of a thread's time, they are few", () => {
  assert.ok(countAtPrice(100, 50_000, () => 7) > 49_900);
  const dear = countAtPrice(100, 50_000, () => 15, true);
  assert.ok(dear > 200 && dear < 500, `${dear}`);
  assert.ok(countAtPrice(1000, 50_000, () => 60) > 49_900);
});

Deno.test("they are made where they are allowed to take more, and not given up where they are to take less", () => {
  assert.ok(countAtPrice(100, 50_000, () => 18, false, 0.2) > 49_900);
  assert.ok(countAtPrice(50, 50_000, () => 7, false, 0.2) > 49_500);
  assert.ok(countAtPrice(1000, 50_000, () => 60, false, 0.01) > 49_900);
});

Deno.test("one that has to wait now and then is no reason to say that they take too much", () => {
  const found = countAtPrice(100, 50_000, (visit) => visit % 200 === 0 ? 20_000 : 6);
  assert.ok(found > 49_900, `${found}`);
});

Deno.test("what was too dear is tried again after ten seconds", () => {
  const found = countAtPrice(100, 300_000, (visit) => visit < 300 ? 15 : 5, true);
  assert.ok(found > 190_000 && found < 200_500, `${found}`);
});
