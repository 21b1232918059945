import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import { type Process, Ranges, RECALL_BYTES, ROUND } from "../../ffi/process.ts";
import { anyPython, HOG, MOVER, open, Target } from "./targets.ts";

/**
 * Has in one array what a round looks at, and counts without an end: a current frame, a word that is 5, two that
 * say that there is no chunk, a generation, two frames, one of which returns to the other, and two counts that are
 * one but for a moment.
 */
const COUNTER = `
import array, os, sys, threading
words = array.array("Q", [0] * 32)
at = words.buffer_info()[0]
words[0], words[1], words[4] = at + 8 * 8, 5, 7
words[8], words[16] = at + 8 * 16, 0
print(os.getpid(), at, threading.get_ident(), flush=True)
change = sys.stdin.readline().split()
if change: words[int(change[0])] = int(change[1])
print(flush=True)
while True:
    for i in range(100000): words[24] = words[25] = i
`;
const BYTES = 32 * 8;
const SLOT = 500;
const VISITS = 8;
const PATIENT = 60_000_000;
const BRIEFLY = { linger: false, patienceUs: PATIENT };
/** Rounds at most: on a busy machine many come to nothing. */
const MOST_ROUNDS = 2000;
const ENOUGH = 20;

/** A counting target, and rounds of visits to it. */
class Counter implements AsyncDisposable {
  readonly ranges = new Ranges(18);
  readonly clock = linux.readerThread();
  readonly sheet = new Float64Array(ROUND.length);
  readonly places: Uint8Array;

  private constructor(
    readonly target: Target,
    readonly process: Process,
    readonly tid: number,
    address: number,
  ) {
    this.ranges.push(address, BYTES);
    // Something that takes a while to read.
    const { start } = process.modules()[0]!;
    for (let i = 0; i < 16; i++) this.ranges.push(start, 1024);
    this.ranges.push(address + 24 * 8, 8);
    this.places = new Uint8Array(this.ranges.bytes * ROUND.most);
  }

  /** @param change a word that is another one: its index and what it is. */
  static async start(change = ""): Promise<Counter> {
    const target = new Target(await anyPython(), ["-c", COUNTER]);
    const [pid, address, descriptor] = (await target.line()).split(" ").map(Number);
    const process = open(pid!);
    process.introduce?.(pid!, descriptor!);
    const counter = new Counter(target, process, pid!, address!);
    await target.tell(change.replace("ADDRESS", `${address! + BYTES}`));
    await target.line();
    return counter;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.close();
    await this.target[Symbol.asyncDispose]();
  }

  /** Plans a round whose first visit is due so much later; not while we are on the target's CPU ourselves. */
  plan(later: number, visits = VISITS): void {
    for (let i = 0; i < MOST_ROUNDS; i++) {
      this.places.fill(0);
      const { sheet } = this;
      const from = this.clock.now() + later;
      sheet.set([
        visits,
        SLOT,
        this.ranges.bytes,
        0,
        8,
        5,
        16,
        24,
        32,
        7,
        -1,
        0,
        40,
        0,
        64,
        -1,
        0,
        0,
        // Of a frame: its code, what it executes, whose it is; and a word that is 0 where all is calm.
        8,
        16,
        24,
        48,
      ]);
      for (let k = 0; k < visits; k++) sheet[ROUND.visits + ROUND.visit * k] = from + SLOT * k;
      if (this.process.planRound!(this.tid, this.ranges, this.places, sheet)) return;
      this.visit();
      // Who sleeps most of the time may be left where he is; who does not is given a CPU of his own.
      const until = this.clock.now() + 1000;
      while (this.clock.now() < until);
    }
    assert.fail("we are always on the CPU of the target");
  }

  /** Waits until the round is over; returns the visits that were made or left out. */
  join(patienceUs = PATIENT): number {
    const last = this.due(this.sheet[ROUND.count]! - 1);
    this.process.joinRound!(last, patienceUs);
    return this.sheet[ROUND.made]!;
  }

  due(visit: number): number {
    return this.sheet[ROUND.visits + ROUND.visit * visit]!;
  }

  madeAt(visit: number): number {
    return this.sheet[ROUND.visits + ROUND.visit * visit + 1]!;
  }

  /** A word of what a visit has read; the last one is the count again. */
  word(visit: number, index: number): number {
    const words = new Uint32Array(
      this.places.buffer,
      visit * this.ranges.bytes,
      this.ranges.bytes / 4,
    );
    return words.at(index)!;
  }

  /** The count as a visit has read it, if all of that is of one moment. */
  count(visit: number): number {
    assert.equal(this.word(visit, 48), this.word(visit, -2), "the count has moved meanwhile");
    return this.word(visit, 48);
  }

  /** The count now; −1 if the target may have run meanwhile. */
  visit(): number {
    const into = new Uint8Array(this.ranges.bytes);
    assert.equal(this.process.visit(this.tid, this.ranges, into, BRIEFLY), this.ranges.bytes);
    return this.process.leave() ? new Uint32Array(into.buffer)[48]! : -1;
  }

  sleep(us: number): void {
    this.clock.sleepUntil(this.clock.now() + us, 0);
  }
}

Deno.test("the visits of a round are made one after another at their times, each of one moment", async () => {
  await using counter = await Counter.start();
  let [whole, prompt, moved] = [0, 0, 0];
  for (let i = 0; i < MOST_ROUNDS && (whole < ENOUGH || prompt < ENOUGH || moved < ENOUGH); i++) {
    counter.plan(300);
    const made = counter.join();
    if (made === VISITS) whole++;
    let late = 0;
    for (let k = 0; k < made; k++) {
      const at = counter.madeAt(k);
      if (at === 0) continue;
      assert.ok(at >= counter.due(k));
      late = Math.max(late, at - counter.due(k));
      counter.count(k);
      if (k > 0 && counter.count(k) !== counter.count(k - 1)) moved++;
    }
    if (late < SLOT) prompt++;
  }
  assert.ok(whole >= ENOUGH && prompt >= ENOUGH && moved >= ENOUGH, `${[whole, prompt, moved]}`);
});

Deno.test("they follow a thread that is moved from CPU to CPU", async () => {
  await using counter = await Counter.start();
  const args = ["-c", MOVER, `${counter.tid}`, "0.0007"];
  await using mover = new Target(await anyPython(), args);
  await mover.line();
  let made = 0;
  for (let i = 0; i < MOST_ROUNDS && made < 20 * ENOUGH; i++) {
    counter.plan(300);
    const all = counter.join();
    for (let k = 0; k < all; k++) {
      if (counter.madeAt(k) === 0) continue;
      counter.count(k);
      made++;
    }
  }
  assert.ok(made >= 20 * ENOUGH, `only ${made} were made`);
});

Deno.test("visits whose time has gone by are left out", async () => {
  await using counter = await Counter.start();
  for (let i = 0; i < ENOUGH; i++) {
    counter.plan(-3.2 * SLOT);
    const made = counter.join();
    // The first one is made, however late: by three intervals and what it takes to begin.
    const left = [1, 2, 3].map((k) => counter.madeAt(k));
    if (made > 0) assert.deepEqual([counter.madeAt(0) > 0, left], [true, [0, 0, 0]]);
    assert.equal(made, VISITS);
  }
});

Deno.test("where a frame is not among what was read, the thread is held until the rest is read, too", async () => {
  await using counter = await Counter.start("16 ADDRESS");
  let held = 0;
  for (let i = 0; i < MOST_ROUNDS && held < ENOUGH; i++) {
    counter.plan(300);
    assert.equal(counter.join(), 0);
    if (counter.sheet[ROUND.wanting] === 0) continue;
    const now = counter.visit();
    if (now < 0) continue;
    assert.equal(now, counter.count(0));
    held++;
  }
  assert.ok(held >= ENOUGH, `only ${held} were held`);
});

for (
  const [what, change] of [
    ["another thread's state is there", "1 6"],
    ["the current chunk is not among what was read", "2 4096"],
    ["there is something where nothing should be", "5 1"],
  ] as const
) {
  Deno.test(`so it is where ${what}`, async () => {
    await using counter = await Counter.start(change);
    let wanting = 0;
    for (let i = 0; i < MOST_ROUNDS && wanting === 0; i++) {
      counter.plan(300);
      assert.equal(counter.join(), 0);
      wanting = counter.sheet[ROUND.wanting]!;
    }
    assert.equal(wanting, 1);
  });
}

Deno.test("a round is over early where code has been freed, with the visit that has shown it", async () => {
  await using counter = await Counter.start("4 8");
  let early = 0;
  for (let i = 0; i < MOST_ROUNDS && early < ENOUGH; i++) {
    counter.plan(300);
    const made = counter.join();
    assert.ok(made <= 1);
    assert.equal(counter.sheet[ROUND.wanting], 0);
    if (made === 1 && counter.clock.now() < counter.due(VISITS - 1)) early++;
  }
  assert.ok(early >= ENOUGH, `only ${early} were over early`);
});

/** Plans rounds until some visits have been made; returns the number of one of them. */
function makeSome(counter: Counter): number {
  for (let i = 0; i < MOST_ROUNDS; i++) {
    counter.plan(300);
    const made = counter.join();
    for (let k = 0; k < made; k++) if (counter.madeAt(k) > 0) return k;
  }
  assert.fail("no visit was made");
}

/** What is known of the stack of a visit. */
function recall({ process, sheet }: Counter, memory: Uint8Array, visit: number): number {
  const stacks = new Int32Array(ROUND.most).fill(-2);
  process.recallRound!(sheet, memory, stacks);
  return stacks[visit]!;
}

for (
  const [what, change, isSame] of [
    ["executes the same", "", true],
    ["stands in other memory", "20 99", true],
    ["has another leaf", "9 4711", false],
    ["is elsewhere in its leaf", "10 4711", false],
    ["has another caller", "17 4711", false],
    ["is elsewhere in its caller", "18 4711", false],
    ["has another kind of caller", "19 3", false],
    ["ends with its leaf", "8 0", false],
  ] as const
) {
  Deno.test(`a stack that ${what} is ${isSame ? "" : "not "}the one that was met before`, async () => {
    const memory = new Uint8Array(RECALL_BYTES);
    await using counter = await Counter.start();
    const visit = makeSome(counter);
    assert.equal(recall(counter, memory, visit), -1);
    counter.process.rememberRound!(counter.sheet, memory, visit, 7);
    assert.equal(recall(counter, memory, visit), 7);
    await using other = await Counter.start(change);
    assert.equal(recall(other, memory, makeSome(other)), isSame ? 7 : -1);
  });
}

for (
  const [what, change] of [
    ["while something goes on that it does not tell", "6 1"],
    ["when code has just been freed", "4 8"],
  ] as const
) {
  Deno.test(`no stack is remembered ${what}`, async () => {
    const memory = new Uint8Array(RECALL_BYTES);
    await using counter = await Counter.start(change);
    const visit = makeSome(counter);
    counter.process.rememberRound!(counter.sheet, memory, visit, 7);
    assert.equal(recall(counter, memory, visit), -1);
    assert.ok(memory.every((byte) => byte === 0));
  });
}

Deno.test("as many stacks are remembered as there is room for, then it begins anew", async () => {
  const memory = new Uint8Array(RECALL_BYTES);
  await using counter = await Counter.start();
  const { process, sheet } = counter;
  const traces = new BigUint64Array(sheet.buffer, ROUND.traces * 8, 2);
  sheet[ROUND.made] = 1;
  /** The number of some of them is a trace that others run into. */
  const meet = (stack: number): void => {
    traces[0] = BigInt(stack % 16);
    traces[1] = BigInt(stack + 1);
  };
  const known = (): boolean[] =>
    Array.from({ length: 4098 }, (_, stack) => {
      meet(stack);
      const found = recall(counter, memory, 0);
      assert.ok(found === stack || found === -1);
      return found === stack;
    });
  for (let stack = 0; stack < 4096; stack++) {
    meet(stack);
    process.rememberRound!(sheet, memory, 0, stack);
    process.rememberRound!(sheet, memory, 0, stack);
  }
  assert.deepEqual(known(), Array.from({ length: 4098 }, (_, stack) => stack < 4096));
  meet(4096);
  process.rememberRound!(sheet, memory, 0, 4096);
  assert.deepEqual(known(), Array.from({ length: 4098 }, (_, stack) => stack === 4096));
});

Deno.test("a round that is dropped reads nothing any more, and the next one is as good as any", async () => {
  await using counter = await Counter.start();
  let whole = 0;
  for (let i = 0; i < MOST_ROUNDS && whole < ENOUGH; i++) {
    counter.plan(300);
    counter.sleep(300 + SLOT * (i % VISITS));
    counter.process.drop!();
    const left = counter.places.slice();
    counter.sleep(SLOT * VISITS);
    assert.deepEqual(counter.places, left);
    counter.plan(300);
    if (counter.join() === VISITS) whole++;
  }
  assert.ok(whole >= ENOUGH, `only ${whole} were whole`);
});

Deno.test("visits are counted, and the time that they take", async () => {
  await using counter = await Counter.start();
  counter.visit();
  const before = [counter.process.visitsMade!, counter.process.visitsTook!] as const;
  let made = 0;
  for (let i = 0; i < ENOUGH; i++) {
    counter.plan(300);
    const all = counter.join();
    for (let k = 0; k < all; k++) if (counter.madeAt(k) > 0) made++;
  }
  assert.ok(counter.process.visitsMade! - before[0] >= made && made > 0, `${made}`);
  const took = counter.process.visitsTook! - before[1];
  assert.ok(took > made && took < 1e6, `${took} us for ${made}`);
});

/** Only root may have a CPU for itself. */
if (Deno.uid() === 0) {
  Deno.test("a round is taken back where others have the CPU, and the next one is as good as any", async () => {
    await using counter = await Counter.start();
    let late = 0;
    for (let i = 0; i < 20 && late === 0; i++) {
      counter.plan(100_000);
      const cpu = counter.process.threadCpu(counter.tid);
      await using hog = new Target(await anyPython(), ["-c", HOG, `${cpu}`]);
      await hog.line();
      const begun = counter.clock.now();
      // Unless the target, or we, have been moved meanwhile.
      if (counter.join(1000) === 0 && counter.clock.now() - begun < 300_000) late++;
    }
    assert.equal(late, 1);
    let whole = 0;
    for (let i = 0; i < MOST_ROUNDS && whole < ENOUGH; i++) {
      counter.plan(300);
      if (counter.join() === VISITS) whole++;
    }
    assert.ok(whole >= ENOUGH, `only ${whole} were whole`);
  });
}
