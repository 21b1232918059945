import assert from "node:assert/strict";
import { LATE, NOT_THERE, Ranges } from "../../ffi/process.ts";
import { Visits } from "../../src/cpython/visits.ts";
import { Image } from "./image.ts";

/** A reading of a visit to a thread of a process. */
function visit(process: Image): Visits {
  process.map(0x1000, 8);
  const ranges = new Ranges(1);
  ranges.push(0x1000, 8);
  const visits = new Visits(process, 5);
  visits.begin();
  assert.equal(visits.read(ranges, new Uint8Array(8)), 8);
  return visits;
}

Deno.test("a visit is refused where a thread has a CPU that we do not get to, or nobody may get to any", () => {
  const there = new Image(1, []);
  assert.equal(visit(there).wasRefused, false);
  assert.equal(visit(there).end(0), true);

  const gone = new Image(1, []);
  gone.visit = () => NOT_THERE;
  assert.equal(visit(gone).wasRefused, false);
  assert.equal(visit(gone).end(0), false);

  const elsewhere = new Image(1, []);
  elsewhere.visit = () => NOT_THERE;
  elsewhere.threadCpu = () => 3;
  assert.equal(visit(elsewhere).wasRefused, true);

  const nowhere = Object.assign(new Image(1, []), { cannotVisit: true as const });
  nowhere.visit = () => NOT_THERE;
  assert.equal(visit(nowhere).wasRefused, true);
  assert.equal(visit(nowhere).end(0), false);
});

Deno.test("a visit that comes too late is read from afar, and refused by nobody", () => {
  const busy = new Image(1, []);
  busy.visit = () => LATE;
  busy.threadCpu = () => 3;
  const visits = visit(busy);
  assert.deepEqual([visits.wasLate, visits.wasRefused], [true, false]);
  assert.equal(visits.end(0), false);
  visits.begin();
  assert.equal(visits.wasLate, false);
});

/** A process that notes what is asked of it. */
function planning(): { process: Image; asked: string[] } {
  const process = new Image(1, []);
  const asked: string[] = [];
  process.map(0x1000, 8);
  const { read } = process;
  process.read = (...words) => {
    asked.push("read");
    return read.apply(process, words);
  };
  process.visit = (_tid, ranges, into) => {
    asked.push("visit");
    return read.call(process, ranges, into);
  };
  return {
    process: Object.assign(process, {
      plan: () => asked.push("plan") > 0,
      drop: () => void asked.push("drop"),
    }),
    asked,
  };
}

Deno.test("a planned visit is taken back where what it reads into is read into otherwise", () => {
  const { process, asked } = planning();
  const ranges = new Ranges(1);
  ranges.push(0x1000, 8);
  const into = new Uint8Array(8);
  const visits = new Visits(process, 5);
  assert.ok(visits.plan(ranges, into, 100) && visits.isPlanned);
  visits.read(ranges, into);
  assert.deepEqual(asked.splice(0), ["plan", "drop", "read"]);
  visits.read(ranges, into);
  assert.deepEqual(asked.splice(0), ["read"]);

  assert.ok(visits.plan(ranges, into, 200));
  visits.begin();
  visits.read(ranges, into);
  assert.equal(visits.isPlanned, false);
  assert.ok(visits.end(0));
  assert.deepEqual(asked.splice(0), ["plan", "visit"]);
});

Deno.test("no visit is planned that has to stay, nor where nobody can plan one", () => {
  const { process, asked } = planning();
  const ranges = new Ranges(1);
  ranges.push(0x1000, 8);
  const visits = new Visits(process, 5);
  visits.begin();
  visits.read(ranges, new Uint8Array(8));
  // Something had to be fetched late: the next visits wait for such.
  visits.end(1);
  assert.equal(visits.plan(ranges, new Uint8Array(8), 100), false);
  assert.equal(asked.includes("plan"), false);

  const simple = new Visits(new Image(1, []), 5);
  assert.equal(simple.plan(ranges, new Uint8Array(8), 100), false);
});
