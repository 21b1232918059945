import assert from "node:assert/strict";
import { Teacher } from "../../src/sampler/teacher.ts";

/** Ticks every millisecond; gives the number of the visit of each exact reading. */
function teach(teacher: Teacher, from: number, ticks: number, each = () => {}): number[] {
  const visits: number[] = [];
  for (let tick = from; tick < from + ticks; tick++) {
    each();
    if (!teacher.wants(tick * 1000)) continue;
    visits.push(teacher.visitNumber);
    teacher.count(true);
  }
  return visits;
}

Deno.test("readings at the start belong to no steady visit", () => {
  const visits = teach(new Teacher(false), 0, 250);
  assert.deepEqual([...new Set(visits)], [0]);
});

Deno.test("the burst at the start ends when it teaches nothing more", () => {
  const idle = new Teacher(false);
  const few = teach(idle, 0, 250, () => idle.note(0));
  assert.equal(few.filter((visit) => visit === 0).length, 63);
  const diligent = new Teacher(false);
  let readings = 0;
  const news = (): void => diligent.note(readings++ % 60 === 0 ? 1 : 0);
  assert.deepEqual(teach(diligent, 0, 250, news), Array<number>(250).fill(0));
});

Deno.test("readings that are asked for go on though they teach nothing", () => {
  const teacher = new Teacher(false);
  teach(teacher, 0, 250);
  const visits = teach(teacher, 250, 5000, () => {
    teacher.ask();
    teacher.note(0);
  });
  assert.ok(visits.filter((visit) => visit === 0).length > 500);
});

Deno.test("steady visits are numbered, eight readings long and at random distances", () => {
  const teacher = new Teacher(false);
  teach(teacher, 0, 250);
  const visits = teach(teacher, 250, 20_000);
  const count = visits.at(-1)!;
  assert.ok(count >= 40 && count <= 65, `${count}`);
  for (let visit = 1; visit < count; visit++) {
    assert.equal(visits.filter((one) => one === visit).length, 8);
  }
  assert.equal(visits.filter((one) => one === 0).length, 0);
});

Deno.test("there are five times as many steady visits where that is asked for, from then on", () => {
  const teacher = new Teacher(false);
  teach(teacher, 0, 250);
  teacher.watchClosely();
  const count = teach(teacher, 250, 20_000).at(-1)!;
  assert.ok(count >= 200 && count <= 300, `${count}`);
});

Deno.test("readings that were asked for belong to no steady visit", () => {
  const teacher = new Teacher(false);
  teach(teacher, 0, 250);
  const visits = teach(teacher, 250, 5000, () => teacher.ask());
  assert.ok(visits.filter((visit) => visit === 0).length > 500);
  const count = Math.max(...visits);
  for (let visit = 1; visit < count; visit++) {
    assert.equal(visits.filter((one) => one === visit).length, 8);
  }
});

Deno.test("many processes share few exact readings of a tick, but for their steady visits", () => {
  const permits = { left: 0 };
  const teachers = Array.from({ length: 40 }, () => new Teacher(false, permits));
  const readings = teachers.map((): number[] => []);
  for (let tick = 0; tick < 4000; tick++) {
    permits.left = 4;
    let shared = 0;
    for (let i = 0; i < teachers.length; i++) {
      const place = (tick + i) % teachers.length;
      const teacher = teachers[place]!;
      if (!teacher.wants(tick * 1000)) continue;
      readings[place]!.push(teacher.visitNumber);
      if (teacher.visitNumber === 0) shared++;
      teacher.count(true);
    }
    assert.ok(shared <= 4);
  }
  for (const visits of readings) {
    assert.equal(visits.filter((visit) => visit === 0).length, 250);
    const steady = visits.filter((visit) => visit > 0);
    for (let visit = 1; visit < steady.at(-1)!; visit++) {
      assert.equal(steady.filter((one) => one === visit).length, 8);
    }
  }
});

Deno.test("where every exact reading comes too late for long, none is tried for a second", () => {
  const teacher = new Teacher(false);
  const ticks: number[] = [];
  for (let tick = 0; tick < 2000; tick++) {
    if (!teacher.wants(tick * 1000)) continue;
    ticks.push(tick);
    teacher.delay(tick * 1000);
    teacher.count(false);
  }
  assert.deepEqual([ticks[50], ticks[51], ticks[52]], [50, 51, 1051]);
});

Deno.test("a reading that was made ends a delay", () => {
  const teacher = new Teacher(false);
  for (let tick = 0; tick < 250; tick++) {
    assert.ok(teacher.wants(tick * 1000));
    const isLate = tick % 50 !== 0;
    if (isLate) teacher.delay(tick * 1000);
    teacher.count(!isLate);
  }
  assert.ok(teacher.able);
});
