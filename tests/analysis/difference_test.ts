import assert from "node:assert/strict";
import {
  compareProfiles,
  type Comparison,
  findSlowest,
  growthOf,
} from "../../src/analysis/difference.ts";
import {
  type Compared,
  foldFunctions,
  type FunctionSet,
} from "../../src/analysis/difference_functions.ts";
import { findUnlike, kindOf } from "../../src/analysis/difference_likeness.ts";
import { SliceCounts } from "../../src/analysis/difference_noise.ts";
import { compareCounts, findSignificant } from "../../src/analysis/difference_significance.ts";
import type { Summary } from "../../src/profile/metadata.ts";
import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import { createRandom } from "../../src/sampler/schedule.ts";
import { METADATA, ProfileBuilder, shopProfile, SUMMARY } from "../collectors/profiles.ts";

/** Samples of a program at 1 kHz: what runs next is drawn each time something ends. */
interface Program {
  /** Weights of its functions. */
  readonly weights: readonly number[];
  /** Average number of samples for which a stack stays. */
  readonly stay: number;
  /** Samples of a phase in which only every other function runs; absent: no phases. */
  readonly phase?: number;
}

/** A run of a program: `main` calls a number of functions, each of which has two lines. */
function simulate({ weights, stay, phase }: Program, samples: number, seed: number): Compared {
  const random = createRandom(seed);
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const main = { file: "/x.py", name: "main", first: 1, line: 2 };
  const stacks = weights.map((_, i) =>
    [3, 4].map((line) =>
      builder.stack([main, { file: "/x.py", name: `f${i}`, first: 10 * i, line }])
    )
  );
  const batch = {
    length: samples,
    time: Float64Array.from({ length: samples }, (_, i) => i * 1000),
    thread: new Int32Array(samples).fill(thread),
    stack: new Int32Array(samples),
    flags: new Int32Array(samples),
  };
  let odd = false;
  let at = 0;
  for (let i = 0; i < samples; i++) {
    if (phase !== undefined && random() < 1 / phase) odd = random() < 0.5;
    if (i === 0 || random() < 1 / stay) {
      const open = weights.map((w, f) => phase === undefined || (f % 2 === 1) === odd ? w : 0);
      let left = random() * open.reduce((a, b) => a + b);
      at = open.findIndex((w) => (left -= w) < 0);
    }
    batch.stack[i] = stacks[at]![Number(random() < 0.5)]!;
  }
  return take(builder.profile, batch, { durationUs: samples * 1000, ending: "target-ended" });
}

function take(profile: Profile, batch: SampleBatch, summary: Summary): Compared {
  const slices = new SliceCounts();
  profile.add(batch);
  profile.quality.samples += batch.length;
  profile.quality.ticks += batch.length;
  slices.add(batch);
  return { profile, summary, slices };
}

function fold({ profile }: ProfileBuilder, summary: Summary = SUMMARY): FunctionSet {
  return foldFunctions({ profile, summary, slices: new SliceCounts() });
}

function alarms({ rows }: Comparison): number {
  return rows.filter((row) => row.selfSignificant || row.totalSignificant).length;
}

const EVEN = Array.from({ length: 30 }, (_, i) => 1 + i % 5);
const PROGRAMS: readonly (readonly [string, Program])[] = [
  ["a program that moves on all the time", { weights: EVEN, stay: 1 }],
  ["one whose stacks stay for 20 samples", { weights: EVEN, stay: 20 }],
  ["one with random phases of 50 samples", { weights: EVEN, stay: 1, phase: 50 }],
];

for (const [what, program] of PROGRAMS) {
  for (const by of ["share", "time"] as const) {
    Deno.test(`no more than chance comes out of 20 pairs of equal runs of ${what}, by ${by}`, () => {
      let pairsWithAlarm = 0;
      let found = 0;
      let asked = 0;
      for (let pair = 0; pair < 20; pair++) {
        const base = foldFunctions(simulate(program, 5000, 1000 + 2 * pair));
        const current = foldFunctions(simulate(program, 5000, 1001 + 2 * pair));
        const comparison = compareProfiles(base, current, by);
        found += alarms(comparison);
        asked += comparison.rows.length;
        pairsWithAlarm += Number(alarms(comparison) > 0);
      }
      assert.ok(asked > 20 * 28 && asked <= 20 * 31, `${asked}`);
      assert.ok(found <= asked * 0.05, `${found} of ${asked} functions`);
      assert.ok(pairsWithAlarm <= 3, `${pairsWithAlarm} of 20 pairs`);
    });
  }
}

Deno.test("a tenth more of a function that took half the time is shown, and next to nothing else", () => {
  let others = 0;
  const rest = Array.from({ length: 10 }, () => 5);
  for (let seed = 1; seed <= 10; seed++) {
    const base = foldFunctions(simulate({ weights: [50, ...rest], stay: 2 }, 20_000, seed * 10));
    const slower = simulate({ weights: [55, ...rest], stay: 2 }, 21_000, seed * 10 + 1);
    const comparison = compareProfiles(base, foldFunctions(slower), "time");
    const found = comparison.rows.filter((row) => row.selfSignificant);
    others += found.length - 1;
    assert.equal(found[0]?.name, "f0", `seed ${seed}`);
    const { low, high } = found[0]!.self.interval!;
    assert.ok(low > 0 && low < found[0]!.self.difference && high > found[0]!.self.difference);
    const growth = growthOf(found[0]!.self);
    assert.ok(Math.abs(growth - 0.1) < 0.05, `${growth}`);
    assert.ok(findSlowest(comparison)!.growth >= growth);
  }
  assert.ok(others <= 2, `${others}`);
});

Deno.test("what is less than a hundredth of a profile is not to blame, however much it grew", () => {
  const base = foldFunctions(simulate({ weights: [995, 5], stay: 1 }, 100_000, 1));
  const grown = (weight: number) =>
    compareProfiles(
      base,
      foldFunctions(simulate({ weights: [1000 - weight, weight], stay: 1 }, 100_000, 2)),
      "share",
    );
  assert.equal(grown(8).rows[0]!.name, "f1");
  assert.equal(findSlowest(grown(8)), undefined);
  assert.equal(findSlowest(grown(20))!.row.name, "f1");
});

Deno.test("slices become fewer rather than take memory without end", () => {
  const slices = new SliceCounts();
  const each = 40_000;
  for (let slice = 0; slice < 64; slice++) {
    slices.add({
      length: each,
      time: new Float64Array(each).fill(slice * 10_000),
      thread: new Int32Array(each),
      stack: Int32Array.from({ length: each }, (_, i) => i),
      flags: new Int32Array(each),
    });
  }
  const held = slices.slices.reduce((sum, { size }) => sum + size, 0);
  assert.ok(held <= 1 << 20, `${held}`);
  const samples = slices.slices.flatMap((slice) => [...slice.values()]).reduce((a, b) => a + b);
  assert.equal(samples, 64 * each);
});

Deno.test("95 of 100 intervals hold the true difference", () => {
  let held = 0;
  for (let seed = 0; seed < 200; seed++) {
    const base = foldFunctions(simulate({ weights: [30, 70], stay: 3 }, 4000, seed * 2 + 1));
    const current = foldFunctions(simulate({ weights: [40, 60], stay: 3 }, 4000, seed * 2 + 2));
    const { rows } = compareProfiles(base, current, "share");
    const { low, high } = rows.find(({ name }) => name === "f0")!.self.interval!;
    if (low <= 0.1 && 0.1 <= high) held++;
  }
  assert.ok(held >= 183, `${held} of 200`);
});

Deno.test("functions are the same whatever their lines, and are counted once however often", () => {
  const base = shopProfile();
  const current = new ProfileBuilder();
  const main = current.thread(7);
  const module = { file: "/srv/shop/shop.py", name: "<module>", first: 1, line: 99 };
  const walk = { file: "/srv/shop/tree.py", name: "walk", first: 77, line: 80 };
  current.sample(main, [module, walk, walk], 600)
    .sample(main, [module, { file: "/srv/shop/tree.py", name: "prune", line: 3 }], 400);
  const { rows } = compareProfiles(fold(base), fold(current), "share");
  const of = (name: string) => rows.find((row) => row.name === name)!;
  assert.deepEqual(
    [of("walk").fate, of("walk").total.before, of("walk").total.after, of("walk").firstLine],
    ["kept", 0.2, 0.6, 77],
  );
  assert.deepEqual([of("prune").fate, of("prune").self.after], ["new", 0.4]);
  assert.deepEqual([of("loads").fate, of("loads").total.difference], ["vanished", -0.18]);
  assert.equal(rows.length, 7);
});

Deno.test("times of whole programs are compared as they are, others as if they had lasted as long", () => {
  const [base, current] = [shopProfile(), shopProfile()];
  const twice = { durationUs: 1_998_000, ending: "target-ended" } as const;
  const timeOf = (comparison: Comparison) =>
    comparison.rows.find(({ name }) => name === "price_order")!.self;
  const whole = compareProfiles(fold(base), fold(current, twice), "time");
  assert.equal(whole.stretch, 1);
  assert.ok(Math.abs(timeOf(whole).before - 600_000) < 1);
  assert.ok(Math.abs(timeOf(whole).difference - 600_000) < 1);
  const cut = fold(base, { durationUs: 999_000, ending: "duration" });
  const stretched = compareProfiles(cut, fold(current, twice), "time");
  assert.equal(stretched.stretch, 2);
  assert.ok(Math.abs(timeOf(stretched).difference) < 1);
});

Deno.test("what is too rare to tell is not asked, and one burst proves nothing", () => {
  const rare = compareCounts(
    { count: 2, samples: 1000, worth: 1000, whole: 1 },
    { count: 7, samples: 1000, worth: 1000, whole: 1 },
    "share",
  );
  assert.equal(rare.p, undefined);
  const burst = (samples: number) => {
    const compared = simulate({ weights: [1, 1, 0], stay: 1 }, 10_000, 5);
    const { profile } = compared;
    const gone = profile.stacks.length - 1;
    const stack = new Int32Array(samples).fill(gone);
    const more = {
      length: samples,
      time: Float64Array.from(stack, (_, i) => 5e6 + i * 100),
      thread: new Int32Array(samples),
      stack,
      flags: new Int32Array(samples),
    };
    profile.add(more);
    compared.slices.add(more);
    return foldFunctions(compared);
  };
  const { rows } = compareProfiles(burst(20), burst(80), "share");
  assert.equal(rows.find(({ name }) => name === "f2")!.selfSignificant, false);
});

Deno.test("Holm's method holds the smallest chance against all, the next against all but one", () => {
  assert.deepEqual(findSignificant([0.03, 0.012, undefined, 0.5, 0.01]), [
    false,
    true,
    false,
    false,
    true,
  ]);
  assert.deepEqual(findSignificant([0.04, 0.03]), [false, false]);
  assert.deepEqual(findSignificant([]), []);
});

Deno.test("chances are those of the score test with Yates' correction", () => {
  const side = (count: number, samples: number) => ({ count, samples, worth: samples, whole: 1 });
  const { p, interval } = compareCounts(side(60, 200), side(90, 200), "share");
  // z = (0.15 − 0.005) / √(0.375 · 0.625 · 2/200) = 2.995; Wilson: 0.241–0.367 and 0.383–0.519.
  assert.ok(Math.abs(p! - 0.002743) < 1e-6, `${p}`);
  assert.ok(Math.abs(interval!.low - 0.05514) < 1e-5, `${interval!.low}`);
  assert.ok(Math.abs(interval!.high - 0.24113) < 1e-5, `${interval!.high}`);
  assert.equal(compareCounts(side(50, 200), side(50, 200), "share").p, 1);
});

Deno.test("without the order of samples nothing is said of noise", () => {
  const set = { ...fold(shopProfile()), worth: 0 };
  const functions = new Map(
    [...set.functions].map(([key, one]) => [key, { ...one, selfWorth: 0, totalWorth: 0 }]),
  );
  const comparison = compareProfiles({ ...set, functions }, { ...set, functions }, "share");
  assert.equal(comparison.tests, 0);
  assert.ok(comparison.rows.every(({ self }) => self.interval === undefined));
});

Deno.test("captures that speak of different things are told apart, as far as they are known", () => {
  const ours = kindOf(METADATA);
  assert.equal(findUnlike(ours, ours), undefined);
  assert.equal(findUnlike(ours, kindOf({ ...METADATA, mode: "cpu" }))?.what, "mode");
  assert.equal(findUnlike(ours, kindOf({ ...METADATA, allThreads: true }))?.what, "threads");
  assert.equal(
    findUnlike(ours, kindOf({ ...METADATA, consistency: "blocking" }))?.current,
    "blocking",
  );
  const features = { native: true, gc: false, opcodes: false };
  assert.equal(findUnlike(ours, kindOf({ ...METADATA, features }))?.what, "native frames");
  const foreign = kindOf({ ...METADATA, tool: "collapsed", mode: "cpu", allThreads: true });
  assert.equal(findUnlike(ours, foreign), undefined);
});
