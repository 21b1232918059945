import assert from "node:assert/strict";
import { platform } from "../../ffi/platform.ts";
import { Ranges, type ReaderThread } from "../../ffi/process.ts";
import { ROUND } from "../../ffi/round.ts";
import type { ThreadCopy } from "../../src/cpython/thread_copy.ts";
import type { Metadata } from "../../src/profile/metadata.ts";
import { Profile } from "../../src/profile/profile.ts";
import type { CaptureRequest } from "../../src/sampler/capture.ts";
import { findRunning } from "../../src/sampler/interpreter_search.ts";
import { Ledger } from "../../src/sampler/ledger.ts";
import { SamplingLoop } from "../../src/sampler/loop.ts";
import { drain } from "../../src/sampler/records.ts";
import { createRing, type Ring, RingReader, RingWriter } from "../../src/sampler/ring.ts";
import { Rounds } from "../../src/sampler/rounds.ts";
import type { TickRounds } from "../../src/sampler/subject.ts";
import { Target } from "../../src/sampler/target.ts";
import { MOST_TRIES, requestFor, WORK } from "./quick_child.ts";
import { open, pythonsWith, Target as Child } from "../ffi/targets.ts";

/** A thread that is visited in rounds, all visits of which are made unless it is said otherwise. */
class Visited {
  generation = 3;
  lost = 0;
  wanting = false;
  isLingering = false;
  now = 0;
  begun = 0;
  #sheet: Float64Array = new Float64Array(0);

  readonly rounds: Rounds = new Rounds(this.#clock(), {
    visited: () => this.#copy(),
    activity: () => undefined,
    births: () => undefined,
    take: () => undefined,
    taken: () => -1,
    tend: () => undefined,
  });

  /** Makes rounds of eight visits for so long, µs; returns how many were begun. */
  run(us: number): number {
    const { begun } = this;
    for (const until = this.now + us; this.now < until; this.now += 8000) {
      if (!this.rounds.mayBegin()) continue;
      const dues = Float64Array.from({ length: 8 }, (_, k) => this.now + 1000 * k);
      if (this.rounds.begin(dues, 1000)) this.rounds.join();
    }
    return this.begun - begun;
  }

  #clock(): ReaderThread {
    return { now: () => this.now, sleepUntil: (time) => time, prefer: () => true };
  }

  #copy(): ThreadCopy {
    const ranges = new Ranges(1);
    ranges.push(4096, 512);
    const process = {
      planRound: (_tid: number, _ranges: Ranges, _places: Uint8Array, sheet: Float64Array) => {
        this.begun++;
        this.#sheet = sheet;
        return true;
      },
      joinRound: () => {
        const made = 8 - this.lost;
        this.#sheet[ROUND.made] = made;
        this.#sheet[ROUND.wanting] = this.wanting ? 1 : 0;
        for (let k = 0; k < made; k++) this.#sheet[ROUND.visits + ROUND.visit * k + 1] = 1;
      },
      recallRound: () => undefined,
    };
    const layout = {
      ...{ cframe: -1, freeThreaded: false, gc: { frame: 8 }, interpreter: { codeGeneration: 8 } },
      ...{ thread: { chunk: 8, baseFrame: -1 }, frame: { previous: 8, size: 88 }, states: {} },
    };
    this.#one ??= {
      ...{ runtime: { process, layout }, thread: { tid: 1 }, outside: { leftOut: 0 } },
      visits: {
        isLingering: false,
        stay(): void {
          this.isLingering = true;
        },
      },
      ...{ isStale: () => false, isCurrent: () => true, arrangement: () => 1, placeOf: () => 0 },
      ...{ rangesToRead: () => ranges, generation: () => this.generation },
    } as unknown as ThreadCopy;
    return this.#one;
  }

  #one: ThreadCopy | undefined;
}

Deno.test("rounds are made one after another once it is seen that no code is freed", () => {
  const visited = new Visited();
  assert.equal(visited.run(96_000), 0);
  assert.equal(visited.run(800_000), 99);
});

Deno.test("after code has been freed there are none for a second", () => {
  const visited = new Visited();
  visited.run(400_000);
  visited.generation++;
  assert.equal(visited.run(1_000_000), 0);
  assert.ok(visited.run(800_000) > 98);
});

Deno.test("a visit that is lost now and then is no reason to stop, many in a second are", () => {
  const visited = new Visited();
  visited.run(400_000);
  visited.lost = 8;
  assert.equal(visited.run(16_000), 2);
  visited.lost = 0;
  assert.equal(visited.run(1_600_000), 200);
  visited.lost = 8;
  assert.equal(visited.run(1_000_000), 4);
});

Deno.test("where something is missing none is made as long as visits stay for that", () => {
  const visited = new Visited();
  visited.run(400_000);
  visited.lost = 8;
  visited.wanting = true;
  assert.equal(visited.run(800_000), 1);
});

const PROGRAM = `${WORK}
print(flush=True)
while True: work(30)
`;

/** Its loop is at the top, so that the frame right above the root changes all the time. */
const TOP_LOOP = `${WORK}
print(flush=True)
while True:
    for i in range(20): leaf(i)
    work(3)
`;

/** Those that count the code objects that are freed. */
const minors = ["3.14", "3.15"];

for (const { path, minor, freeThreaded } of await pythonsWith(minors)) {
  if (freeThreaded || !minors.includes(minor)) continue;
  for (const states of [false, true]) testRounds(path, minor, states, false);
  testRounds(path, minor, false, true);
  testTopLoop(path, minor);
  testBirths(path, minor);
}

/** What came of a capture of a second. */
interface Sampled {
  readonly target: Target;
  readonly ring: Ring;
  /** Samples that visits of rounds have read, and stacks of theirs that were known before. */
  readonly inRounds: number;
  readonly known: number;
}

function sampleInRounds(pid: number, asked: Partial<CaptureRequest>): Sampled {
  using process = open(pid);
  const found = findRunning(process, true);
  if ("fault" in found) return assert.fail(found.fault);
  let known = 0;
  const recall = process.recallRound!;
  process.recallRound = (sheet, memory, stacks) => {
    recall.call(process, sheet, memory, stacks);
    known += stacks.subarray(0, sheet[ROUND.made]).filter((stack) => stack >= 0).length;
  };
  const reader = platform.readerThread();
  const request = requestFor(pid, asked);
  const ring = createRing();
  const writer = new RingWriter(ring);
  const target = new Target(found, reader, platform.loops(), new Ledger(writer), request);
  const rounds: TickRounds = target.rounds;
  const { take } = rounds;
  let inRounds = 0;
  rounds.take = (tick, time) => {
    inRounds++;
    return take.call(rounds, tick, time);
  };
  new SamplingLoop(target, reader, writer, request).run();
  return { target, ring, inRounds, known };
}

function testRounds(path: string, minor: string, states: boolean, allThreads: boolean): void {
  const what = states ? ", and asked what it does" : allThreads ? ", and others may come" : "";
  Deno.test(`a program that calls quickly is visited in rounds${what}, on Python ${minor}`, async () => {
    let inRounds = 0;
    let known = 0;
    let samples = 0;
    for (let i = 0; i < MOST_TRIES && inRounds < 200; i++) {
      await using child = new Child(path, ["-c", PROGRAM]);
      await child.line();
      const sampled = sampleInRounds(child.pid, { states, allThreads });
      const { exact } = sampled.target.quality;
      inRounds = sampled.inRounds;
      known = sampled.known;
      samples = sampled.target.quality.samples;
      assert.ok(exact >= inRounds, `${inRounds} in rounds, ${exact} exact`);
    }
    assert.ok(inRounds >= 200, `${inRounds} of ${samples} samples were taken in rounds`);
    assert.ok(known >= inRounds / 5, `${known} of ${inRounds} stacks were known`);
  });
}

function testTopLoop(path: string, minor: string): void {
  Deno.test(`a loop at the top of a program is visited in rounds, on Python ${minor}`, async () => {
    let said = "";
    for (let i = 0; i < MOST_TRIES; i++) {
      await using child = new Child(path, ["-c", TOP_LOOP]);
      await child.line();
      const { inRounds, target } = sampleInRounds(child.pid, {});
      said = `${inRounds} of ${target.quality.samples} samples were taken in rounds`;
      if (inRounds >= 200) return;
    }
    assert.fail(said);
  });
}

/** Calls quickly, and starts a thread now and then that lives for 40 ms; says how many there have been. */
const BIRTHS = `
import threading, time, sys

def leaf(n):
    return n + 1

def work(until):
    while time.monotonic() < until:
        for i in range(200): leaf(i)

print(flush=True)
count = 0
while True:
    work(time.monotonic() + 0.3)
    threading.Thread(target=time.sleep, args=(0.04,)).start()
    count += 1
    print(count, flush=True)
`;

function testBirths(path: string, minor: string): void {
  Deno.test(`threads that come while there are rounds are sampled all their lives, on Python ${minor}`, async () => {
    let said = "";
    for (let i = 0; i < MOST_TRIES; i++) {
      await using child = new Child(path, ["-c", BIRTHS]);
      await child.line();
      const durationUs = 2_000_000;
      const { target, ring, inRounds } = sampleInRounds(child.pid, {
        allThreads: true,
        durationUs,
      });
      const profile = new Profile({ intervalUs: 1000 } as Metadata);
      const lives = new Map<number, number>();
      for (const { length, thread } of drain(new RingReader(ring), profile)) {
        for (let k = 0; k < length; k++) lives.set(thread[k]!, (lives.get(thread[k]!) ?? 0) + 1);
      }
      const born = profile.threads.flatMap(({ main }, id) => main ? [] : [lives.get(id) ?? 0]);
      const whole = born.filter((samples) => samples >= 34 && samples <= 46).length;
      said = `${inRounds} of ${target.quality.samples} in rounds; samples of the others: ${born}`;
      if (inRounds > 600 && born.length >= 5 && whole >= born.length - 2) return;
    }
    assert.fail(said);
  });
}
