import assert from "node:assert/strict";
import type { ReaderThread } from "../../ffi/process.ts";
import type { ThreadCopy } from "../../src/cpython/thread_copy.ts";
import { Approach, type ApproachPlan } from "../../src/sampler/approach.ts";
import { Teacher } from "../../src/sampler/teacher.ts";

const clock: ReaderThread = { now: () => 0, sleepUntil: (time) => time, prefer: () => true };
const plan: ApproachPlan = {
  intervalUs: 1000,
  parallel: false,
  seeksQuick: false,
  allowed: 0.05,
  isSureOnly: false,
};

/** A thread, and whether it held the GIL. */
function thread(active: boolean): {
  readonly snapshot: { readonly copy: ThreadCopy };
  isActive(): boolean;
} {
  return { snapshot: { copy: {} as ThreadCopy }, isActive: () => active };
}

/** A teacher that has seen enough for now. */
function satisfied(always: boolean): Teacher {
  const teacher = new Teacher(always);
  for (let time = 0; teacher.wants(time); time++) {
    teacher.note(0);
    teacher.count(true);
  }
  return teacher;
}

Deno.test("at first all is read to learn from, the thread that runs where it runs", () => {
  const approach = new Approach(new Teacher(false), clock, plan);
  const [idle, runs, other] = [thread(false), thread(true), thread(true)];
  approach.begin(0, [idle, runs, other]);
  assert.equal(approach.isFar, false);
  assert.deepEqual([idle, runs, other].map((one) => approach.of(one)), [
    "to-learn",
    "to-learn",
    "far",
  ]);
});

Deno.test("later threads are read from afar, all together", () => {
  const approach = new Approach(satisfied(false), clock, plan);
  const threads = [thread(true), thread(false)];
  approach.begin(500, threads);
  assert.equal(approach.isFar, true);
  assert.deepEqual(threads.map((one) => approach.of(one)), ["far", "far"]);
});

Deno.test("where all readings are to be exact they are, and few of them to learn from", () => {
  const approach = new Approach(satisfied(true), clock, plan);
  const one = thread(true);
  approach.begin(500, [one]);
  assert.equal(approach.isFar, false);
  assert.equal(approach.of(one), "near");
  const sure = new Approach(satisfied(true), clock, { ...plan, isSureOnly: true });
  sure.begin(500, [one]);
  assert.equal(sure.of(one), "to-learn");
});

Deno.test("without a GIL eight threads are near at a time, each in its turn", () => {
  const approach = new Approach(new Teacher(false), clock, { ...plan, parallel: true });
  const threads = Array.from({ length: 20 }, () => thread(true));
  const near = new Set<number>();
  for (let time = 0; time < 3; time++) {
    approach.begin(time, threads);
    const now = threads.flatMap((one, i) => approach.of(one) === "far" ? [] : [i]);
    // The first stands for the one that runs.
    assert.ok(now.length === 8 || now.length === 9, `${now}`);
    for (const i of now) near.add(i);
  }
  assert.equal(near.size, 20);
});
