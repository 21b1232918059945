import assert from "node:assert/strict";
import { DISMISSED, EdgeTable, FRESH } from "../../src/cpython/edge_table.ts";
import { type Fallback, NO_FALLBACK, SettlingQueue } from "../../src/sampler/settling.ts";
import { STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { Stay } from "../../src/sampler/thread_activity.ts";
import { Random } from "../cpython/random.ts";

/** Far more than any sample has to wait, µs; and far more readings than any call is looked for. */
const LONG = 60_000_000;
const MANY = 1000;
/** Samples that a queue surely cannot hold. */
const TOO_MANY = 200_000;

/** A queue with what has come out of it. */
class Settling {
  readonly edges = new EdgeTable();
  readonly accepted: { time: number; thread: number; stack: number; fallback?: Fallback }[] = [];
  readonly flags: number[] = [];
  rejected = 0;
  readonly queue = new SettlingQueue(this.edges, {
    accept: (time, thread, stack, flags) => {
      this.accepted.push({ time, thread, stack });
      this.flags.push(flags);
    },
    replace: (time, thread, _, fallback, flags) => {
      this.accepted.push({ time, thread, stack: fallback.stack, fallback });
      this.flags.push(flags);
    },
    reject: () => this.rejected++,
  });

  /** A sample that waits for these calls, each a place and a callee. */
  wait(time: number, stack: number, fallback: number, calls: [number, number][]): number[] {
    const edges = calls.map(([place, callee]) => this.edges.intern(place, callee));
    this.queue.pushPending(time, 1, stack, { stack: fallback, reread: true }, edges, 0);
    return edges;
  }

  get stacks(): number[] {
    return this.accepted.map(({ stack }) => stack);
  }
}

Deno.test("a proven sample goes through at once when nothing waits", () => {
  const settling = new Settling();
  settling.queue.push(5, 3, 7);
  assert.deepEqual(settling.accepted, [{ time: 5, thread: 3, stack: 7 }]);
});

Deno.test("flags stay with their sample, at once or later, and pending samples have none", () => {
  const settling = new Settling();
  settling.queue.push(1, 1, 10, 3);
  settling.wait(2, 11, 20, [[1, 1]]);
  for (let n = 0; n < 5; n++) settling.queue.push(3 + n, 1, 12, n);
  settling.edges.learn(1, 0, 1);
  settling.queue.settle(9, 0);
  assert.deepEqual(settling.flags, [3, 0, 0, 1, 2, 3, 4]);
});

Deno.test("a sample waits for all of its calls, and others wait behind it", () => {
  const settling = new Settling();
  settling.wait(1, 10, 20, [[1, 1], [2, 2]]);
  settling.queue.push(2, 1, 30);
  settling.edges.learn(1, 0, 1);
  settling.queue.settle(3, MANY);
  assert.deepEqual(settling.stacks, []);
  settling.edges.learn(2, 0, 2);
  settling.queue.settle(4, 0);
  assert.deepEqual(settling.accepted, [
    { time: 1, thread: 1, stack: 10 },
    { time: 2, thread: 1, stack: 30 },
  ]);
  settling.queue.push(5, 1, 40);
  assert.deepEqual(settling.stacks, [10, 30, 40]);
});

Deno.test("a sample whose call is never shown gives way to what was read after it", () => {
  const settling = new Settling();
  const [edge] = settling.wait(1, 10, 20, [[1, 1]]);
  settling.queue.settle(LONG, MANY);
  const fallback = { stack: 20, reread: true };
  assert.deepEqual(settling.accepted, [{ time: 1, thread: 1, stack: 20, fallback }]);
  assert.equal(settling.edges.state(edge!), DISMISSED);
});

Deno.test("a sample whose call is never shown is rejected when nothing was read after it", () => {
  const settling = new Settling();
  settling.wait(1, 10, NO_FALLBACK, [[1, 1]]);
  settling.queue.settle(LONG, MANY);
  assert.deepEqual(settling.accepted, []);
  assert.equal(settling.rejected, 1);
});

Deno.test("a call is not given up before exact readings have failed to show it", () => {
  const settling = new Settling();
  const [edge] = settling.wait(1, 10, 20, [[1, 1]]);
  settling.queue.settle(LONG, 0);
  assert.deepEqual(settling.stacks, [20]);
  assert.equal(settling.edges.state(edge!), FRESH);
});

Deno.test("a sample with a call that was given up waits no longer", () => {
  const settling = new Settling();
  const [, edge] = settling.wait(1, 10, 20, [[1, 1], [2, 2]]);
  settling.queue.settle(2, 0);
  assert.deepEqual(settling.stacks, []);
  settling.edges.dismiss(edge!);
  settling.queue.settle(3, 0);
  assert.deepEqual(settling.stacks, [20]);
});

Deno.test("a flush lets go of everything, each sample as well as it is known", () => {
  const settling = new Settling();
  settling.wait(1, 10, 20, [[1, 1]]);
  settling.queue.push(2, 1, 30);
  settling.wait(3, 11, 21, [[2, 2]]);
  settling.wait(4, 12, NO_FALLBACK, [[3, 3]]);
  settling.edges.learn(2, 0, 2);
  settling.queue.flush(0);
  assert.deepEqual(settling.stacks, [20, 30, 11]);
  assert.equal(settling.rejected, 1);
  settling.queue.flush(0);
  assert.equal(settling.accepted.length, 3);
});

Deno.test("a queue that is full lets the oldest go, loses none, and gives up no call for it", () => {
  const settling = new Settling();
  const [edge] = settling.wait(0, -10, -20, [[1, 1]]);
  for (let time = 1; time <= TOO_MANY; time++) settling.queue.push(time, 1, time);
  assert.ok(settling.accepted.length > 0, "it was never full");
  assert.equal(settling.edges.state(edge!), FRESH, "no reading has failed to show this call");
  settling.queue.flush(0);
  assert.equal(settling.accepted.length, TOO_MANY + 1);
  assert.deepEqual(settling.stacks.slice(0, 3), [-20, 1, 2]);
  assert.ok(settling.accepted.every(({ time }, i) => time === i));
});

Deno.test("a queue full of samples that wait keeps each with its own calls", () => {
  const settling = new Settling();
  for (let time = 0; time < TOO_MANY; time++) {
    settling.wait(time, time, -10 - time, [[time % 50, 1]]);
  }
  const early = settling.accepted.length;
  assert.ok(early > 0, "it was never full");
  for (let place = 0; place < 50; place += 2) settling.edges.learn(place, 0, 1);
  settling.queue.flush(0);
  assert.equal(settling.accepted.length, TOO_MANY);
  for (const { time, stack } of settling.accepted.slice(early)) {
    assert.equal(stack, time % 2 === 0 ? time : -10 - time);
  }
});

Deno.test("samples keep their order in time, whatever is learned and given up, and none is lost", () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const settling = new Settling();
    let time = 0;
    for (let step = 0; step < 3000; step++) {
      time += random.below(1000);
      const call: [number, number] = [random.below(200), 1];
      const action = random.below(8);
      if (action < 3) settling.queue.push(time, 0, 1);
      else if (action < 5) settling.wait(time, 2, random.pick([3, NO_FALLBACK]), [call]);
      else if (action === 5) settling.edges.learn(call[0], 0, 1);
      else if (action === 6) settling.edges.dismiss(settling.edges.intern(...call));
      else settling.queue.settle(time, step);
      if (action < 5) continue;
      const times = settling.accepted.map((sample) => sample.time);
      assert.ok(times.every((at, i) => i === 0 || at >= times[i - 1]!));
    }
    settling.queue.flush(0);
    const times = settling.accepted.map((sample) => sample.time);
    assert.ok(times.every((at, i) => i === 0 || at >= times[i - 1]!));
    assert.ok(settling.rejected > 0 && settling.stacks.includes(2) && settling.stacks.includes(3));
  }
});

const ON_CPU = STATUS.onCpu << STATUS_SHIFT;

Deno.test("a sample waits until it is known whether its thread had a CPU, and others wait behind it", () => {
  const settling = new Settling();
  const [first, second] = [new Stay(1), new Stay(2)];
  settling.queue.push(1, 1, 10, 0, first);
  settling.queue.push(2, 1, 11, 1, second);
  settling.queue.push(3, 1, 12);
  settling.queue.settle(LONG, MANY);
  assert.deepEqual(settling.stacks, []);
  second.verdict = "on";
  settling.queue.settle(LONG, MANY);
  assert.deepEqual(settling.stacks, []);
  first.verdict = "off";
  settling.queue.settle(LONG, MANY);
  assert.deepEqual(settling.stacks, [10, 11, 12]);
  assert.deepEqual(settling.flags, [0, 1 | ON_CPU, 0]);
});

Deno.test("a stack that takes the place of another has the flags of that one's reading", () => {
  const settling = new Settling();
  const edges = [settling.edges.intern(1, 1)];
  const stay = new Stay(1);
  settling.queue.pushPending(1, 1, 10, { stack: 20, reread: true }, edges, 0, 64, stay);
  stay.verdict = "on";
  settling.queue.settle(LONG, MANY);
  assert.deepEqual(settling.stacks, [20]);
  assert.deepEqual(settling.flags, [64 | ON_CPU]);
});

Deno.test("in the end a thread whose counts should long have changed had no CPU, any other had one", () => {
  const settling = new Settling();
  const [long, short] = [new Stay(1), new Stay(1)];
  [long.last, short.last] = [1 + 100_000, 1 + 1000];
  settling.queue.push(1, 1, 10, 0, long);
  settling.queue.push(1, 2, 11, 0, short);
  settling.queue.flush(0);
  assert.deepEqual(settling.flags, [0, ON_CPU]);
});
