import assert from "node:assert/strict";
import { createSpeedscope } from "../../collectors/speedscope.ts";
import type { Mode } from "../../src/profile/metadata.ts";
import { MEMORY, renderTimeLine, shopTimeLine, TimeLine } from "./time_lines.ts";

/** The format as far as the tests look. */
interface File {
  readonly name: string;
  readonly exporter: string;
  readonly profiles: readonly {
    readonly name: string;
    readonly unit: string;
    readonly startValue: number;
    readonly endValue: number;
    readonly samples: readonly (readonly number[])[];
    readonly weights: readonly number[];
  }[];
  readonly shared: { readonly frames: readonly { name: string; file?: string; line?: number }[] };
  readonly capture: Readonly<Record<string, string>>;
}

function render(line: TimeLine): File {
  return JSON.parse(renderTimeLine(line, createSpeedscope({}, MEMORY)));
}

/** Stacks by name with their weights. */
function readable({ profiles, shared }: File, thread: number): [string, number][] {
  const { samples, weights } = profiles[thread]!;
  return samples.map((stack, index) => [
    stack.map((frame) => shared.frames[frame]!.name).join(";"),
    weights[index]!,
  ]);
}

Deno.test("speedscope weighs samples with the time to the next other one, and leaves holes empty", () => {
  const file = render(shopTimeLine());
  assert.deepEqual(file.profiles.map(({ name }) => name), ["MainThread", "Thread-4300"]);
  assert.deepEqual(readable(file, 0), [
    ["<module>;Shop.serve", 1000],
    ["<module>;Shop.serve;price_order", 2000],
    ["<module>;Shop.serve;price_order;<GC>", 1000],
    ["<module>", 2001],
    ["", 13_999],
    ["<module>;Shop.serve", 2000],
  ]);
  assert.deepEqual(readable(file, 1), [
    ["Thread.run", 4000],
    ["Thread.run;price_order", 2001],
    ["", 13_999],
    ["Thread.run", 1000],
  ]);
});

Deno.test("speedscope's weights of a thread add up to its time", () => {
  for (const { startValue, endValue, weights, unit } of render(shopTimeLine()).profiles) {
    assert.equal(unit, "microseconds");
    assert.equal(weights.reduce((sum, weight) => sum + weight, 0), endValue - startValue);
  }
});

Deno.test("speedscope's frames are functions with the line of their definition", () => {
  const { shared } = render(shopTimeLine());
  assert.deepEqual(shared.frames.filter(({ name }) => name === "price_order"), [
    { name: "price_order", file: "/srv/shop/pricing.py", line: 10 },
  ]);
  assert.deepEqual(shared.frames.filter(({ name }) => name === "<GC>"), [{ name: "<GC>" }]);
});

Deno.test("speedscope says whose profile it is and how it was taken", () => {
  const file = render(shopTimeLine());
  assert.equal(file.name, "python3 shop.py 3");
  assert.equal(file.exporter, "tachyon 0.1.0");
  assert.match(file.capture["process"]!, /pid 4242, Python 3\.14\.10/);
  assert.match(file.capture["lost"]!, /missed.*rejected/);
});

Deno.test("speedscope bridges two readings that are missing and not three", () => {
  const line = new TimeLine();
  const thread = line.thread(1);
  const f = [{ file: "x.py", name: "f" }];
  line.at(0, thread, f).at(3000, thread, f).at(7000, thread, f);
  assert.deepEqual(readable(render(line), 0), [["f", 4000], ["", 3000], ["f", 1000]]);
});

Deno.test("speedscope is not full of holes when a capture is slower than was asked for", () => {
  const slow = (mode: Mode, intervalUs: number): string[] => {
    const line = new TimeLine({ mode, intervalUs });
    const thread = line.thread(1);
    for (let tick = 0; tick < 40; tick++) line.at(tick * 5000, thread, [{ name: `f${tick % 2}` }]);
    return readable(render(line), 0).map(([stack]) => stack);
  };
  assert.deepEqual(slow("wall", 1000).slice(-20), new Array(10).fill(["f0", "f1"]).flat());
  assert.ok(slow("wall", 0).every((stack) => stack !== ""));
  // Here the thread may not have been in the state that was asked for.
  assert.equal(slow("cpu", 1000).filter((stack) => stack === "").length, 39);
});

Deno.test("speedscope has a thread without any stack as empty time", () => {
  const line = new TimeLine();
  const thread = line.thread(1);
  line.at(0, thread, []).at(1000, thread, [{ name: "f" }]).at(2000, thread, []);
  assert.deepEqual(readable(render(line), 0), [["", 1000], ["f", 1000], ["", 1000]]);
});
