import assert from "node:assert/strict";
import { ROUND } from "../../ffi/round.ts";
import { Counter, ENOUGH, MOST_ROUNDS, SLOT, VISITS } from "./round_counter.ts";
import { anyPython, HOG, MOVER, Target } from "./targets.ts";

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

for (
  const [what, change] of [
    ["code has been freed", "4 8"],
    ["a thread has come", "13 1"],
  ] as const
) {
  Deno.test(`a round is over early where ${what}, with the visit that has shown it`, async () => {
    await using counter = await Counter.start(change);
    let early = 0;
    for (let i = 0; i < MOST_ROUNDS && early < ENOUGH; i++) {
      counter.plan(300);
      const made = counter.join();
      assert.ok(made <= 1);
      assert.deepEqual([counter.sheet[ROUND.wanting], counter.sheet[ROUND.over]], [0, made]);
      if (made === 1 && counter.clock.now() < counter.due(VISITS - 1)) early++;
    }
    assert.ok(early >= ENOUGH, `only ${early} were over early`);
  });
}

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
