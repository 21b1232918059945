import assert from "node:assert/strict";
import { ControlGroup } from "../../src/profile/control_group.ts";
import {
  EXACT_SAMPLE,
  Profile,
  REPLACED,
  REPLACEMENT,
  type SampleBatch,
  VISIT_SHIFT,
} from "../../src/profile/profile.ts";
import { REJECTIONS } from "../../src/profile/quality.ts";
import { NO_STACK } from "../../src/profile/tables.ts";
import { METADATA } from "../collectors/profiles.ts";

function batch(rows: readonly [thread: number, stack: number, flags: number][]): SampleBatch {
  return {
    length: rows.length,
    time: Float64Array.from(rows, (_, i) => i * 1000),
    thread: Int32Array.from(rows, ([thread]) => thread),
    stack: Int32Array.from(rows, ([, stack]) => stack),
    flags: Int32Array.from(rows, ([, , flags]) => flags),
  };
}

Deno.test("changes of the stack are counted thread by thread, over the ends of batches", () => {
  const profile = new Profile(METADATA);
  profile.add(batch([[0, 5, 0], [1, 9, 0], [0, 5, 0], [1, 9, 0]]));
  profile.add(batch([[0, 5, 0], [0, 6, 0], [1, 9, 0], [0, 5, 0]]));
  assert.deepEqual(profile.runs.samples, [5, 3]);
  assert.deepEqual(profile.runs.changes, [2, 0]);
});

Deno.test("samples of steady visits are kept apart, other exact ones are not", () => {
  const profile = new Profile(METADATA);
  profile.add(batch([[0, 1, 0], [0, 2, EXACT_SAMPLE], [1, 3, EXACT_SAMPLE | 7 << VISIT_SHIFT]]));
  const { control } = profile;
  assert.equal(control.length, 1);
  assert.deepEqual([control.visit.at(0), control.thread.at(0), control.stack.at(0)], [7, 1, 3]);
});

Deno.test("a control group that grows large loses whole visits evenly", () => {
  const group = new ControlGroup();
  for (let visit = 1; visit <= 40_000; visit++) {
    for (let i = 0; i < 4; i++) group.add(visit, 0, visit);
  }
  assert.ok(group.length <= 1 << 16);
  const visits = [...group.visit.view()];
  assert.deepEqual(visits, [...group.stack.view()]);
  for (const [i, visit] of visits.entries()) assert.equal(visit, 4 * (Math.floor(i / 4) + 1));
});

Deno.test("readings that were not kept are counted at what is known of their stacks", () => {
  const profile = new Profile(METADATA);
  profile.lose(1e6, 0, REJECTIONS.indexOf("torn"), 4);
  profile.lose(1e6, 0, REJECTIONS.indexOf("unreadable"), NO_STACK);
  profile.lose(1e6, 0, REPLACED, 3);
  profile.lose(1e6, 0, REPLACEMENT, 5);
  assert.equal(profile.rejectedAt.at(4), 1);
  assert.equal(profile.replacedAt.at(3), 1);
  assert.equal(profile.replacedBy.at(5), 1);
  assert.deepEqual(
    profile.timeline.at(1, 0).rejected,
    REJECTIONS.map((reason) => Number(reason === "torn" || reason === "unreadable")),
  );
});
