import assert from "node:assert/strict";
import { readStacks, refusal } from "./reading.ts";

const FRAMES = [
  { name: "main", file: "/srv/a.py", line: 3 },
  { name: "work", file: "/srv/a.py", line: 9 },
  { name: "[idle]" },
];

function file(profiles: unknown[], more: Record<string, unknown> = {}): string {
  const $schema = "https://www.speedscope.app/file-format-schema.json";
  return JSON.stringify({ $schema, shared: { frames: FRAMES }, profiles, ...more });
}

function sampled(
  samples: number[][],
  weights: number[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const endValue = weights.reduce((a, b) => a + b, 0);
  const base = { type: "sampled", name: "main", unit: "milliseconds", startValue: 0, endValue };
  return { ...base, samples, weights, ...more };
}

Deno.test("samples of equal weight come back one by one, with their times", () => {
  const { input, batches, lines } = readStacks(
    file([sampled([[0], [0, 1], [0, 1], [0, 2]], [10, 10, 10, 10])], { exporter: "py-spy@0.4" }),
  );
  assert.equal(input.profile.metadata.intervalUs, 10_000);
  assert.deepEqual([...batches[0]!.time], [0, 10_000, 20_000, 30_000]);
  assert.deepEqual(lines, ["a.py:main:3;a.py:work:9 2", "a.py:main:3 1", "a.py:main:3;[idle] 1"]);
  assert.equal(input.summary().durationUs, 40_000);
  assert.deepEqual(input.notes(), []);
});

Deno.test("times may begin anywhere, and threads without samples are no harm", () => {
  const { input, batches } = readStacks(
    file([sampled([], []), sampled([[0], [1]], [1, 1], { startValue: -7 })]),
  );
  assert.deepEqual([...batches[0]!.time], [0, 1000]);
  assert.equal(input.summary().durationUs, 2000);
  const nothing = readStacks(file([sampled([], [])])).input;
  assert.equal(nothing.summary().durationUs, 0);
});

Deno.test("weights that are multiples of the least are as many samples", () => {
  const { input, lines } = readStacks(file([sampled([[0], [], [1]], [0.3, 0.1, 0.1])]));
  assert.ok(Math.abs(input.profile.metadata.intervalUs - 100) < 1e-6);
  assert.deepEqual(lines, ["a.py:main:3 3", "a.py:work:9 1"]);
});

Deno.test("other stretches of time are cut finely, with the right shares and no false precision", () => {
  const { input, lines } = readStacks(file([sampled([[0], [1]], [1000 * Math.PI, 1000])]));
  const counts = lines.map((line) => Number(line.split(" ").at(-1)));
  assert.ok(Math.abs(counts[0]! / counts[1]! - Math.PI) < 1e-4);
  assert.ok(counts[0]! + counts[1]! <= 2_000_000);
  assert.match(input.notes()[0]!, /cut into samples of/);
  assert.equal(input.profile.runs.samples.length, 0);
});

Deno.test("threads lie beside each other in time", () => {
  const { input, batches, lines } = readStacks(file([
    sampled([[0], [0]], [1, 1], { name: "MainThread", startValue: 5 }),
    sampled([[1], [1]], [1, 1], { name: "Thread-77", startValue: 5.5 }),
  ]));
  assert.deepEqual([...batches[0]!.thread], [0, 1, 0, 1]);
  assert.deepEqual([...batches[0]!.time], [0, 500, 1000, 1500]);
  assert.deepEqual(input.profile.threads.map(({ tid, name }) => [tid, name]), [
    [1, "MainThread"],
    [77, "Thread-77"],
  ]);
  assert.deepEqual(lines, ["tid:1;a.py:main:3 2", "tid:77;a.py:work:9 2"]);
});

Deno.test("frames that open and close become samples of the time between", () => {
  const events = [["O", 0, 0], ["O", 1, 2], ["C", 1, 6], ["C", 0, 8], ["O", 2, 10], ["C", 2, 12]]
    .map(([type, frame, at]) => ({ type, frame, at }));
  const evented = {
    type: "evented",
    name: "",
    unit: "seconds",
    startValue: 0,
    endValue: 12,
    events,
  };
  const { lines, input } = readStacks(file([evented]));
  assert.equal(input.profile.metadata.intervalUs, 2e6);
  assert.deepEqual(lines, ["a.py:main:3 2", "a.py:main:3;a.py:work:9 2", "[idle] 1"]);
});

Deno.test("without a unit of time weights are counts", () => {
  const { lines, input } = readStacks(
    file([sampled([[0], [1], [0]], [4, 2, 1], { unit: "none" })]),
  );
  assert.deepEqual(lines, ["a.py:main:3 5", "a.py:work:9 2"]);
  assert.equal(input.knows, "counts");
  assert.equal(input.profile.metadata.intervalUs, 0);
});

Deno.test("files that do not hold together are refused in a sentence", () => {
  assert.match(refusal("{ not json"), /^damaged: it is not valid JSON/);
  assert.match(refusal('{"a": 1}'), /^unknown-kind: is JSON, but not of speedscope/);
  assert.match(
    refusal(file([sampled([[0]], [1], { unit: "bytes" })])),
    /^unsuitable: is about bytes/,
  );
  const wrong: [unknown, RegExp][] = [
    [sampled([[9]], [1]), /a frame is out of range/],
    [sampled([[0.5]], [1]), /a frame is out of range/],
    [sampled([[0]], []), /not as many weights/],
    [sampled([[0]], [-1]), /less than nothing/],
    [sampled([[0], [1]], [1, 1e306]), /times are too large/],
    [sampled([[0]], [1], { startValue: 1e30 }), /times are too large/],
    [sampled([["x"] as unknown as number[]], [1]), /a frame is no number/],
    [{ type: "stacked", unit: "seconds" }, /a kind that is not known/],
    [5, /a profile is no object/],
    [
      { type: "evented", unit: "seconds", events: [{ type: "C", frame: 0, at: 1 }] },
      /do not close in the order/,
    ],
    [
      {
        type: "evented",
        unit: "seconds",
        events: [{ type: "O", frame: 0, at: 5 }, { type: "C", frame: 0, at: 1 }],
      },
      /run backwards/,
    ],
  ];
  for (const [profile, message] of wrong) assert.match(refusal(file([profile])), message);
});

Deno.test("JSON that is nested without end is refused like any other", () => {
  assert.match(refusal("[".repeat(2_000_000)), /^damaged/);
  const nested = `${"[".repeat(3000)}${"]".repeat(3000)}`;
  assert.match(
    refusal(`{"shared":{"frames":${nested}},"profiles":[{"unit":"seconds"}]}`),
    /^damaged/,
  );
});

Deno.test("no change of a byte makes the reader fall over", () => {
  const events = [{ type: "O", frame: 0, at: 1 }, { type: "C", frame: 0, at: 4 }];
  const evented = {
    type: "evented",
    name: "x",
    unit: "seconds",
    startValue: 0,
    endValue: 5,
    events,
  };
  const good = new TextEncoder().encode(
    file([sampled([[0], [0, 1]], [1, 2], { unit: "seconds" }), evented]),
  );
  let state = 99;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const signs = new TextEncoder().encode('0123456789-.e"[]{},:OC ');
  const rounds = Number(Deno.env.get("TACHYON_FUZZ_INPUTS") ?? 3000);
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const wrong = good.slice();
    for (let i = random(3); i >= 0; i--) wrong[random(wrong.length)] = signs[random(signs.length)]!;
    try {
      readStacks(wrong);
    } catch (error) {
      assert.ok(error instanceof assert.AssertionError, `${error}`);
      refused++;
    }
  }
  assert.ok(refused > rounds / 4 && refused < rounds);
});
