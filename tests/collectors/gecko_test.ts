import assert from "node:assert/strict";
import { createGecko } from "../../collectors/gecko.ts";
import { STATUS } from "../../src/profile/profile.ts";
import { type GeckoFile, readGecko } from "./gecko_file.ts";
import type { FrameSpec } from "./profiles.ts";
import { MEMORY, renderTimeLine, shopTimeLine, TimeLine } from "./time_lines.ts";

function render(line: TimeLine): GeckoFile {
  return readGecko(renderTimeLine(line, createGecko({}, MEMORY)));
}

Deno.test("gecko has every sample with its time, stack, lines and columns", () => {
  const { threads } = render(shopTimeLine());
  const [main, worker] = threads;
  const serve = "<module> /srv/shop/shop.py:90;Shop.serve /srv/shop/shop.py:44";
  assert.deepEqual(main!.samples, [
    [0, serve],
    [1, `${serve};price_order /srv/shop/pricing.py:12:5`],
    [2, `${serve};price_order /srv/shop/pricing.py:13:9`],
    [3, `${serve};price_order /srv/shop/pricing.py:13:9;<GC>`],
    [4, "<module> /srv/shop/shop.py:90"],
    [5.001, "<module> /srv/shop/shop.py:90"],
    [6.001, ""],
    [19, ""],
    [20, serve],
    [21, serve],
  ]);
  assert.equal(worker!.samples.length, 9);
});

Deno.test("gecko colours frames by what they are, not by how they are called", () => {
  const line = new TimeLine();
  line.at(0, line.thread(1), [
    { file: "<frozen importlib._bootstrap>", name: "_load", line: 3 },
    { name: "<native>", kind: "native" },
    { name: "Task-1", kind: "task" },
    { name: "<GC>", kind: "gc" },
  ]);
  const { categories } = render(line);
  assert.deepEqual(categories, [
    ["_load", "Python"],
    ["<native>", "Native"],
    ["Task-1", "Other"],
    ["<GC>", "GC"],
  ]);
});

Deno.test("gecko marks the intervals in which a thread's state stays the same", () => {
  const [main, worker] = render(shopTimeLine()).threads;
  assert.deepEqual(main!.markers, [
    "GIL: Has GIL 0–4",
    "Code Type: Python Code 0–4",
    "GC: GC Collecting 3–4",
    "CPU: On CPU 0–5.001",
    "Code Type: Native Code 4–5.001",
    "GIL: No GIL 4–6.001",
    "CPU: Off CPU 5.001–6.001",
    "Exception: No Exception 0–6.001",
    "GIL: Has GIL 20–22",
    "CPU: On CPU 20–22",
    "Code Type: Python Code 20–22",
    "Exception: No Exception 20–22",
  ]);
  assert.deepEqual(worker!.markers, [
    "GIL: No GIL 0–4",
    "GIL: Waiting for GIL 0–4",
    "CPU: Off CPU 0–4",
    "Exception: No Exception 0–4",
    "GIL: Has GIL 4–6.001",
    "CPU: On CPU 4–6.001",
    "Code Type: Python Code 4–6.001",
    "Exception: Has Exception 4–6.001",
    "GIL: No GIL 20–21",
    "CPU: Off CPU 20–21",
    "Exception: No Exception 20–21",
  ]);
});

Deno.test("gecko has no CPU markers where the CPU is not known, and none where nothing is", () => {
  const line = new TimeLine();
  const thread = line.thread(1);
  const gil = STATUS.cpuUnknown | STATUS.hasGil;
  line.at(0, thread, [{ name: "f" }], gil).at(1000, thread, [{ name: "f" }], STATUS.cpuUnknown);
  assert.deepEqual(render(line).threads[0]!.markers, [
    "GIL: Has GIL 0–1",
    "Code Type: Python Code 0–1",
    "GIL: No GIL 1–2",
    "Exception: No Exception 0–2",
  ]);
  const unknown = new TimeLine();
  unknown.at(0, unknown.thread(1), [{ name: "f" }]);
  assert.deepEqual(render(unknown).threads[0]!.markers, []);
});

Deno.test("gecko marks how long the leaf is at one opcode, by name where the version is known", () => {
  const marksOf = (pythonVersion: string): readonly string[] => {
    const line = new TimeLine({ pythonVersion });
    const thread = line.thread(1);
    const at = (row: number, opcode: number): FrameSpec => ({
      file: "x.py",
      name: "f",
      line: row,
      column: 4,
      opcode,
    });
    line.at(0, thread, [at(1, 1)]).at(1000, thread, [at(1, 1)]).at(2000, thread, [at(2, 3)])
      .at(3000, thread, [{ name: "<GC>", kind: "gc" }]).at(4000, thread, [at(1, 1)]);
    return render(line).threads[0]!.markers;
  };
  assert.deepEqual(marksOf("3.11.9"), [
    'Opcodes: Opcode 0–2 {"opcode":1,"opname":"POP_TOP","base":"POP_TOP",' +
    '"function":"f","line":1,"column":5}',
    'Opcodes: Opcode 2–3 {"opcode":3,"opname":"BINARY_OP_ADAPTIVE","base":"BINARY_OP",' +
    '"function":"f","line":2,"column":5}',
    "GC: GC Collecting 3–4",
    'Opcodes: Opcode 4–5 {"opcode":1,"opname":"POP_TOP","base":"POP_TOP",' +
    '"function":"f","line":1,"column":5}',
  ]);
  assert.match(marksOf("")[0]!, /"opname":"opcode 1","function"/);
});

Deno.test("gecko names the target's threads, process, start and quality", () => {
  const { meta, threads } = render(shopTimeLine());
  assert.deepEqual(
    threads.map(({ name, tid, pid, isMainThread }) => [name, tid, pid, isMainThread]),
    [["MainThread", 4242, "4242", true], ["Thread-4300", 4300, "4242", false]],
  );
  assert.equal(meta["startTime"], 1_760_000_000_000);
  assert.equal(meta["importedFrom"], "tachyon 0.1.0");
  const extra = meta["extra"] as [{ entries: { label: string; value: string }[] }];
  const facts = new Map(extra[0].entries.map(({ label, value }) => [label, value]));
  assert.match(facts.get("mode")!, /wall time/);
  assert.match(facts.get("lost")!, /missed.*rejected/);
});

Deno.test("gecko names every marker in a schema", () => {
  const { meta, markerTypes } = render(shopTimeLine());
  const schemas = new Set((meta["markerSchema"] as { name: string }[]).map(({ name }) => name));
  assert.ok(markerTypes.size > 0);
  for (const type of markerTypes) assert.ok(schemas.has(type), type);
});
