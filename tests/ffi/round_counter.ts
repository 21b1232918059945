import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import { type Process, Ranges } from "../../ffi/process.ts";
import { ROUND } from "../../ffi/round.ts";
import { anyPython, open, Target } from "./targets.ts";

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
export const SLOT = 500;
export const VISITS = 8;
const PATIENT = 60_000_000;
const BRIEFLY = { linger: false, patienceUs: PATIENT };
/** Rounds at most: on a busy machine many come to nothing. */
export const MOST_ROUNDS = 2000;
export const ENOUGH = 20;

/** A counting target, and rounds of visits to it. */
export class Counter implements AsyncDisposable {
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
        // Two that change when a thread comes.
        96,
        0,
        0,
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
