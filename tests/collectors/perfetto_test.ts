import assert from "node:assert/strict";
import { createPerfetto } from "../../collectors/perfetto.ts";
import { STATUS } from "../../src/profile/profile.ts";
import { type FrameSpec } from "./profiles.ts";
import { renderTimeLine, shopTimeLine, TimeLine } from "./time_lines.ts";

/** An event as far as the tests look. */
interface Event {
  readonly ph: "B" | "E" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly name?: string;
  readonly cat?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

interface File {
  readonly traceEvents: readonly Event[];
  readonly otherData: Readonly<Record<string, string>>;
}

function render(line: TimeLine): File {
  return JSON.parse(renderTimeLine(line, createPerfetto()));
}

/** The slices of each row by its name, as `depth name from–to`; every end must have its beginning. */
function rows({ traceEvents }: File): Map<string, string[]> {
  const open = new Map<number, { name: string; from: number; place: number }[]>();
  const slices = new Map<number, string[]>();
  for (const { ph, tid, ts, name = "" } of traceEvents) {
    const stack = open.get(tid) ?? [];
    const done = slices.get(tid) ?? [];
    open.set(tid, stack);
    slices.set(tid, done);
    if (ph === "B") stack.push({ name, from: ts, place: done.push("") - 1 });
    if (ph !== "E") continue;
    const depth = stack.length - 1;
    const { name: begun, from, place } = stack.pop()!;
    assert.equal(name, begun, "slices are nested");
    done[place] = `${depth} ${begun} ${from}–${ts}`;
  }
  for (const [tid, stack] of open) assert.deepEqual(stack, [], `open in ${tid}`);
  const names = traceEvents.filter(({ name }) => name === "thread_name");
  return new Map(names.map(({ tid, args }) => [String(args!["name"]), slices.get(tid)!]));
}

Deno.test("perfetto has a call as a slice over the samples that follow each other", () => {
  const found = rows(render(shopTimeLine()));
  assert.deepEqual(found.get("MainThread"), [
    "0 <module> 0–6001",
    "1 Shop.serve 0–4000",
    "2 price_order 1000–4000",
    "3 <GC> 3000–4000",
    "0 <module> 20000–22000",
    "1 Shop.serve 20000–22000",
  ]);
  assert.deepEqual(found.get("Thread-4300"), [
    "0 Thread.run 0–6001",
    "1 price_order 4000–6001",
    "0 Thread.run 20000–21000",
  ]);
});

Deno.test("perfetto has a row for the state of each thread", () => {
  const found = rows(render(shopTimeLine()));
  assert.deepEqual(found.get("MainThread: state"), [
    "0 has GIL, on CPU 0–4000",
    "0 no GIL, on CPU 4000–5001",
    "0 no GIL, off CPU 5001–6001",
    "0 has GIL, on CPU 20000–22000",
  ]);
  assert.deepEqual(found.get("Thread-4300: state"), [
    "0 waits for GIL, off CPU 0–4000",
    "0 has GIL, on CPU 4000–6001",
    "1 has exception 4000–6001",
    "0 no GIL, off CPU 20000–21000",
  ]);
});

Deno.test("perfetto says nothing of states that nobody looked at", () => {
  const frames: FrameSpec[] = [{ file: "x.py", name: "f", first: 3 }];
  const line = new TimeLine();
  const thread = line.thread(7, "worker");
  line.at(0, thread, frames).at(1000, thread, frames);
  assert.deepEqual([...rows(render(line)).keys()], ["worker"]);

  const cpu = new TimeLine();
  cpu.at(0, cpu.thread(7, "worker"), frames, STATUS.onCpu);
  assert.deepEqual(rows(render(cpu)).get("worker: state"), ["0 on CPU 0–1000"]);

  const gil = new TimeLine();
  const unknown = STATUS.cpuUnknown;
  gil.thread(7, "worker");
  gil.at(0, 0, frames, unknown | STATUS.hasGil).at(1000, 0, frames, unknown);
  assert.deepEqual(rows(render(gil)).get("worker: state"), [
    "0 has GIL 0–1000",
    "0 no GIL 1000–2000",
  ]);
});

Deno.test("perfetto keeps a call through its lines, and ends it when its caller changes", () => {
  const line = new TimeLine();
  const thread = line.thread(1, "t");
  const at = (name: string, row: number): FrameSpec => ({
    file: "x.py",
    name,
    first: 1,
    line: row,
  });
  line.at(0, thread, [at("f", 1), at("h", 5)])
    .at(1000, thread, [at("f", 2), at("h", 6)])
    .at(2000, thread, [at("g", 3), at("h", 6)])
    .at(3000, thread, [at("g", 3), at("h", 6), at("h", 6)]);
  assert.deepEqual(rows(render(line)).get("t"), [
    "0 f 0–2000",
    "1 h 0–2000",
    "0 g 2000–4000",
    "1 h 2000–4000",
    "2 h 3000–4000",
  ]);
});

Deno.test("perfetto tells threads apart that the system gave the same number", () => {
  const line = new TimeLine();
  const first = line.thread(7, "first");
  const second = line.thread(7, "second");
  const frames = [{ name: "f" }];
  line.at(0, first, frames).at(1000, second, frames).at(2000, first, frames);
  const found = rows(render(line));
  assert.deepEqual(found.get("first"), ["0 f 0–3000"]);
  assert.deepEqual(found.get("second"), ["0 f 1000–2000"]);
});

Deno.test("perfetto gives calls their file and line, and the process its name and how it was taken", () => {
  const { traceEvents, otherData } = render(shopTimeLine());
  const price = traceEvents.find(({ name }) => name === "price_order")!;
  assert.deepEqual(price.args, { file: "/srv/shop/pricing.py", line: 10 });
  assert.equal(price.cat, "python");
  assert.ok(traceEvents.every(({ pid }) => pid === 4242));
  const named = (what: string) => traceEvents.find(({ name }) => name === what)?.args;
  assert.deepEqual(named("process_name"), { name: "python3 shop.py 3" });
  assert.match(String(named("process_labels")?.["labels"]), /wall time.*missed/);
  assert.match(otherData["mode"]!, /wall time/);
});
