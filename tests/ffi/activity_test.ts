import assert from "node:assert/strict";
import {
  ACTIVITY,
  type ActivityWatch,
  BLOCKED,
  RUNNABLE,
  STATE_UNKNOWN,
} from "../../ffi/process.ts";
import { anyPython, open, Target } from "./targets.ts";

/** Prints the ids of threads that sleep, that wait for a lock, and of two that work on one CPU. */
const PROGRAM = `
import os, sys, threading
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
ids, told, lock, leave = [], threading.Semaphore(0), threading.Lock(), threading.Event()
lock.acquire()
pipe = os.pipe()
def begin(work):
    def run():
        with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as file:
            file.write("a) R (b")
        ids.append(threading.get_native_id())
        told.release()
        work()
    threading.Thread(target=run, daemon=True).start()
    told.acquire()
def spin():
    while not leave.is_set(): pass
begin(lambda: os.read(pipe[0], 1))
begin(lock.acquire)
begin(spin)
begin(spin)
print(*ids, flush=True)
sys.stdin.readline()
leave.set()
os.write(pipe[1], b"x")
print("left", flush=True)
sys.stdin.readline()
`;

const LOOKS = 400;
/** Looks until the threads that are to be blocked are, each so long after the one before, ms. */
const MOST_LOOKS = 100;
const SETTLED_MS = 50;

/** Waits until threads are blocked and get no CPU any more; one that waits for the GIL looks for it again and again. */
async function settle(watches: readonly ActivityWatch[]): Promise<void> {
  for (let look = 0, before = ""; look < MOST_LOOKS; look++) {
    for (const watch of watches) watch.refresh();
    const now = watches.map(({ row }) => `${row[ACTIVITY.state]} ${row[ACTIVITY.runs]}`).join();
    if (now === before && watches.every(({ row }) => row[ACTIVITY.state] === BLOCKED)) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  }
}

Deno.test("activity tells threads that run from blocked ones, and what they wait for, whatever their names", async () => {
  await using target = new Target(await anyPython(), ["-c", PROGRAM]);
  const tids = (await target.line()).split(" ").map(Number);
  using process = open(target.pid);
  const watches = tids.map((tid) => process.watchActivity(tid, true));
  await settle(watches.slice(0, 2));
  const before = watches.map(({ row }) => row.slice());
  const runnable = tids.map(() => 0);
  for (let look = 0; look < LOOKS; look++) {
    for (const [i, watch] of watches.entries()) {
      watch.refresh();
      if (look === 0) before[i] = watch.row.slice();
      assert.notEqual(watch.row[ACTIVITY.state], STATE_UNKNOWN);
      if (watch.row[ACTIVITY.state] === RUNNABLE) runnable[i]!++;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const [reads, waits, spins, spinsToo] = watches.map(({ row }) => row) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  assert.deepEqual(runnable.slice(0, 2), [0, 0]);
  assert.deepEqual([reads[ACTIVITY.state], waits[ACTIVITY.state]], [BLOCKED, BLOCKED]);
  assert.equal(reads[ACTIVITY.futex], 0);
  assert.ok(waits[ACTIVITY.futex]! > 4096, `${waits[ACTIVITY.futex]}`);
  assert.ok(runnable[2]! + runnable[3]! > LOOKS / 4, `${runnable}`);
  // One has the GIL while the other one waits for it: together they have at most one CPU.
  const ran = (row: Float64Array, i: number): number =>
    row[ACTIVITY.ran]! - before[i]![ACTIVITY.ran]!;
  assert.ok(ran(spins, 2) > 0 && ran(spinsToo, 3) > 0);
  assert.equal(ran(reads, 0), 0);
  for (const watch of watches) {
    watch.close();
    watch.refresh();
    assert.equal(watch.row[ACTIVITY.state], STATE_UNKNOWN);
  }
});

Deno.test("activity of a thread that has ended, or never was, is unknown", async () => {
  await using target = new Target(await anyPython(), ["-c", PROGRAM]);
  const tids = (await target.line()).split(" ").map(Number);
  using process = open(target.pid);
  const watch = process.watchActivity(tids[0]!, true);
  watch.refresh();
  assert.equal(watch.row[ACTIVITY.state], BLOCKED);
  const never = process.watchActivity(1, false);
  never.refresh();
  assert.equal(never.row[ACTIVITY.state], STATE_UNKNOWN);
  await target.tell("leave");
  await target.line();
  while (process.threads().includes(tids[0]!)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  watch.refresh();
  assert.equal(watch.row[ACTIVITY.state], STATE_UNKNOWN);
  watch.close();
  never.close();
});
