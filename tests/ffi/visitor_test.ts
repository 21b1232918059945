import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import { GONE, LATE, NOT_THERE, type Process, Ranges } from "../../ffi/process.ts";
import { anyPython, HOG, MOVER, open, Target } from "./targets.ts";

/** Counts without an end, in one word of memory; says where, and where its thread's descriptor is. */
const COUNTER = `
import array, os, threading
counts = array.array("Q", [0])
print(os.getpid(), counts.buffer_info()[0], threading.get_ident(), flush=True)
while True: counts[0] += 1
`;

/** However busy the machine is. */
const PATIENT = 60_000_000;
const BRIEFLY = { linger: false, patienceUs: PATIENT };
const LINGERING = { linger: true, patienceUs: PATIENT };

const ENOUGH = 50;
/** Visits at most: on a busy machine many are held or not, as it likes. */
const MOST_VISITS = 5000;

/** A counting target, and what it takes to read its count. */
class Counter implements AsyncDisposable {
  readonly ranges = new Ranges(1);
  readonly clock = linux.readerThread();

  private constructor(
    readonly target: Target,
    readonly process: Process,
    readonly tid: number,
    readonly address: number,
  ) {
    this.ranges.push(address, 8);
  }

  /** @param isIntroduced where it runs can be read in its rseq area. */
  static async start(isIntroduced = true): Promise<Counter> {
    const target = new Target(await anyPython(), ["-c", COUNTER]);
    const [pid, address, descriptor] = (await target.line()).split(" ").map(Number);
    const process = open(pid!);
    if (isIntroduced) process.introduce?.(pid!, descriptor!);
    return new Counter(target, process, pid!, address!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.close();
    await this.target[Symbol.asyncDispose]();
  }

  /** Has its count read so many µs from now on, and tells when; not while we are on its CPU ourselves. */
  plan(into: Uint8Array, later: number): number {
    for (let i = 0; i < MOST_VISITS; i++) {
      const at = this.clock.now() + later;
      if (this.process.plan!(this.tid, this.ranges, into, at)) return at;
      this.process.visit(this.tid, this.ranges, new Uint8Array(64), BRIEFLY);
      this.sleep(100);
    }
    return assert.fail("we are always on the CPU of the target");
  }

  sleep(us: number): void {
    this.clock.sleepUntil(this.clock.now() + us, 0);
  }

  /** The count now. */
  read(): number {
    const into = new Uint8Array(64);
    assert.equal(this.process.read(this.ranges, into), 8);
    return countIn(into);
  }
}

function countIn(into: Uint8Array): number {
  return new Uint32Array(into.buffer)[0]!;
}

/**
 * What repeated visits to a counting target say: was it held, and did it count between two readings?
 * @param moves so many times it is to have counted; a machine that is busy with others takes longer.
 */
async function visitCounter(
  linger: boolean,
  moves: number,
  isIntroduced: boolean,
): Promise<{ held: number; moved: number; movedWhileHeld: number }> {
  await using counter = await Counter.start(isIntroduced);
  const { process, tid, ranges } = counter;
  const [first, second] = [new Uint32Array(16), new Uint32Array(16)];
  let [held, moved, movedWhileHeld] = [0, 0, 0];
  for (let i = 0; i < MOST_VISITS && (held < ENOUGH || moved < moves); i++) {
    assert.equal(
      process.visit(tid, ranges, new Uint8Array(first.buffer), linger ? LINGERING : BRIEFLY),
      8,
    );
    const until = performance.now() + 0.2;
    while (performance.now() < until) { /* time for the target to count on, if it can */ }
    assert.equal(process.read(ranges, new Uint8Array(second.buffer)), 8);
    const isHeld = process.leave();
    const hasMoved = first[0] !== second[0];
    if (isHeld) held++;
    if (hasMoved) moved++;
    if (isHeld && hasMoved) movedWhileHeld++;
  }
  return { held, moved, movedWhileHeld };
}

/**
 * Visits a counting target that is moved from CPU to CPU, and reads its count before and after something
 * that takes a while to read.
 */
async function visitMoved(
  isIntroduced: boolean,
  isPlanned = false,
): Promise<{ held: number; torn: number }> {
  await using counter = await Counter.start(isIntroduced);
  const { process, tid, address, clock } = counter;
  await using mover = new Target(await anyPython(), ["-c", MOVER, `${tid}`, "0.0002"]);
  await mover.line();
  const { start } = process.modules()[0]!;
  const ranges = new Ranges(18);
  ranges.push(address, 8);
  for (let i = 0; i < 16; i++) ranges.push(start, 4096);
  ranges.push(address, 8);
  const words = new Uint32Array(ranges.bytes / 4);
  const into = new Uint8Array(words.buffer);
  let [held, torn] = [0, 0];
  for (let i = 0; i < MOST_VISITS && held < 4 * ENOUGH; i++) {
    if (isPlanned) {
      const at = clock.now() + 300;
      const isPossible = process.plan!(tid, ranges, into, at);
      clock.sleepUntil(at, 0);
      if (!isPossible) {
        process.visit(tid, ranges, into, BRIEFLY);
        continue;
      }
    }
    const read = process.visit(tid, ranges, into, BRIEFLY);
    if (!process.leave() || read !== ranges.bytes) continue;
    held++;
    if (words[0] !== words.at(-2)) torn++;
  }
  return { held, torn };
}

for (const isIntroduced of [false, true]) {
  const how = isIntroduced ? "as its rseq area says" : "as /proc says";

  Deno.test(`while a visitor lingers, a thread that would run there does not, ${how}`, async () => {
    const { held, movedWhileHeld } = await visitCounter(true, 0, isIntroduced);
    assert.ok(held >= ENOUGH, `only ${held} visits held`);
    assert.equal(movedWhileHeld, 0);
  });

  Deno.test(`when a visitor does not linger, the thread goes on at once, ${how}`, async () => {
    const { held, moved } = await visitCounter(false, ENOUGH / 5, isIntroduced);
    assert.ok(held >= ENOUGH, `only ${held} visits held`);
    assert.ok(moved >= ENOUGH / 5, `it had moved on in ${moved} only`);
  });

  Deno.test(`a thread is held also where only a part of what is wanted can be read, ${how}`, async () => {
    await using counter = await Counter.start(isIntroduced);
    const { process, tid, address } = counter;
    const ranges = new Ranges(2);
    ranges.push(address, 8);
    ranges.push(4096, 8);
    let held = 0;
    for (let i = 0; i < MOST_VISITS && held < ENOUGH; i++) {
      assert.equal(process.visit(tid, ranges, new Uint8Array(64), BRIEFLY), 8);
      if (process.leave()) held++;
    }
    assert.ok(held >= ENOUGH, `only ${held} visits held`);
  });

  Deno.test(`what is read of a thread that is held is of one moment, wherever it is, ${how}`, async () => {
    const { held, torn } = await visitMoved(isIntroduced);
    assert.ok(held >= ENOUGH, `only ${held} visits held`);
    assert.equal(torn, 0);
  });

  Deno.test(`so it is where the visit was planned, ${how}`, async () => {
    const { held, torn } = await visitMoved(isIntroduced, true);
    assert.ok(held >= ENOUGH, `only ${held} visits held`);
    assert.equal(torn, 0);
  });
}

Deno.test("a visit that was planned takes place by itself, at its time", async () => {
  await using counter = await Counter.start();
  const { process, tid, ranges } = counter;
  const into = new Uint8Array(64);
  let [held, prompt] = [0, 0];
  for (let i = 0; i < MOST_VISITS && (held < ENOUGH || prompt < ENOUGH); i++) {
    const at = counter.plan(into, 1000);
    counter.sleep(500);
    const before = counter.read();
    const isBefore = counter.clock.now() < at;
    counter.sleep(2500);
    const after = counter.read();
    assert.equal(process.visit(tid, ranges, into, BRIEFLY), 8);
    if (process.leave()) held++;
    // On a busy machine we sleep for longer than we want to, and so does the visitor.
    if (isBefore) assert.ok(countIn(into) >= before);
    if (isBefore && countIn(into) <= after) prompt++;
  }
  assert.ok(held >= ENOUGH && prompt >= ENOUGH, `${held} held, ${prompt} prompt`);
});

Deno.test("a visit that is dropped reads nothing any more, and the next one is as good as any", async () => {
  await using counter = await Counter.start();
  const { process, tid, ranges } = counter;
  for (let i = 0; i < ENOUGH; i++) {
    const into = new Uint8Array(64);
    counter.plan(into, 400);
    process.drop!();
    // Unless it had begun before.
    const left = countIn(into);
    counter.sleep(1000);
    assert.equal(countIn(into), left);
    const before = counter.read();
    assert.equal(process.visit(tid, ranges, into, BRIEFLY), 8);
    assert.ok(countIn(into) >= before);
    process.leave();
  }
});

Deno.test("a visit for something else than what was planned is made at once", async () => {
  await using counter = await Counter.start();
  const { process, tid, ranges } = counter;
  const [planned, other] = [new Uint8Array(64), new Uint8Array(64)];
  for (let i = 0; i < ENOUGH; i++) {
    planned.fill(0);
    counter.plan(planned, 60_000_000);
    const before = counter.read();
    assert.equal(process.visit(tid, ranges, other, BRIEFLY), 8);
    process.leave();
    assert.ok(countIn(other) >= before);
    counter.plan(planned, 60_000_000);
    assert.equal(process.visit(tid, ranges, planned, LINGERING), 8);
    process.leave();
    assert.ok(countIn(planned) >= before);
  }
});

Deno.test("what was planned and is late is given up after a while", async () => {
  await using counter = await Counter.start();
  const { process, tid, ranges } = counter;
  const into = new Uint8Array(64);
  counter.plan(into, 60_000_000);
  assert.equal(process.visit(tid, ranges, into, { linger: false, patienceUs: 1000 }), LATE);
  assert.equal(process.leave(), false);
  assert.equal(countIn(into), 0);
  assert.equal(process.visit(tid, ranges, into, BRIEFLY), 8);
});

Deno.test("a visitor that lingers for too long leaves, and says that nothing was held", async () => {
  await using counter = await Counter.start(false);
  const { process, tid, ranges } = counter;
  for (let i = 0; i < 5; i++) {
    assert.equal(process.visit(tid, ranges, new Uint8Array(64), LINGERING), 8);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(process.leave(), false);
  }
});

Deno.test("a visit to a thread that is none, or to a process that is gone, reads nothing", async () => {
  await using counter = await Counter.start(false);
  const { target, process, tid, ranges } = counter;
  assert.equal(process.visit(1, ranges, new Uint8Array(64), BRIEFLY), NOT_THERE);
  await target.end();
  const result = process.visit(tid, ranges, new Uint8Array(64), BRIEFLY);
  assert.ok(result === GONE || result === NOT_THERE, `${result}`);
  assert.equal(process.leave(), false);
});

/** Only root may have a CPU for itself. */
if (Deno.uid() === 0) {
  Deno.test("a visit that does not begin in time is taken back, and the next one is as good as any", async () => {
    await using counter = await Counter.start(false);
    const { process, tid, ranges } = counter;
    const into = new Uint8Array(64);
    let late = 0;
    for (let i = 0; i < 20 && late === 0; i++) {
      await using hog = new Target(await anyPython(), ["-c", HOG, `${process.threadCpu(tid)}`]);
      await hog.line();
      const result = process.visit(tid, ranges, into, { linger: false, patienceUs: 1000 });
      assert.ok(result === LATE || result === 8, `${result}`);
      // Unless the target, or we, have been moved meanwhile.
      if (result === LATE) late++;
      assert.equal(process.leave() && result === LATE, false);
      await hog.line();
    }
    assert.equal(late, 1);
    assert.equal(process.visit(tid, ranges, into, BRIEFLY), 8);
  });
}
