import assert from "node:assert/strict";
import { createJsonl } from "../../collectors/jsonl.ts";
import { run } from "../../scripts/shell.ts";
import { open } from "../recording/recordings.ts";
import { python315 } from "../recording/their_reader.ts";
import { hostileProfile, renderCounted, tasksProfile } from "./counted.ts";
import { ProfileBuilder, shopProfile } from "./profiles.ts";
import { HOSTILE_NAMES } from "./time_lines.ts";

const subject = new URL("../recording/subject.py", import.meta.url).pathname;

/** The fields that the tests look at; each type of record has some of them. */
interface Record {
  readonly type: string;
  readonly v: number;
  readonly run_id: string;
  readonly strings: readonly { readonly str_id: number; readonly value: string }[];
  readonly frames: readonly Frame[];
  readonly entries: readonly { frame_id: number; self: number; cumulative: number }[];
  readonly samples_total: number;
  readonly [field: string]: unknown;
}

interface Frame {
  readonly frame_id: number;
  readonly path_str_id: number;
  readonly func_str_id: number;
  readonly line: number;
}

function readRecords(text: string): Record[] {
  assert.ok(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

function render(builder: ProfileBuilder, jsonlStacks = false): Record[] {
  const bytes = renderCounted(builder, createJsonl({ jsonlStacks }));
  return readRecords(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

const ofType = (records: readonly Record[], type: string): Record[] =>
  records.filter((record) => record.type === type);

/** What records say, in words: ids and the order of equal things mean nothing. */
function inWords(records: readonly Record[]): { heads: unknown; counts: string[] } {
  const strings = ofType(records, "string_table").flatMap((record) => record.strings);
  const frames = ofType(records, "frame_table").flatMap((record) => record.frames);
  const text = (id: number): string => {
    assert.equal(strings[id]!.str_id, id);
    return strings[id]!.value;
  };
  const counts = ofType(records, "agg").flatMap((record) => record.entries).map((entry) => {
    const { frame_id, path_str_id, func_str_id, ...range } = frames[entry.frame_id]!;
    assert.equal(frame_id, entry.frame_id);
    const place = JSON.stringify([text(path_str_id), text(func_str_id), range]);
    return `${place} ${entry.self}/${entry.cumulative}`;
  });
  const heads = records.map((record) => {
    const { run_id: _, strings, frames, entries, ...head } = record;
    return { ...head, entries: [strings, frames, entries].map((list) => list?.length) };
  });
  return { heads, counts: counts.sort() };
}

Deno.test("jsonl has the samples of each frame, where recursion counts once", () => {
  const records = render(shopProfile());
  assert.deepEqual(records.map(({ type }) => type), [
    "meta",
    "string_table",
    "frame_table",
    "agg",
    "end",
  ]);
  assert.match(records[0]!.run_id, /^[0-9a-f]{32}$/);
  assert.ok(records.every(({ run_id, v }) => run_id === records[0]!.run_id && v === 0));
  assert.deepEqual([records[0]!["sample_interval_usec"], records[0]!["mode"]], [1000, "wall"]);
  assert.equal(records.at(-1)!.samples_total, 1000);
  const { counts } = inWords(records);
  assert.ok(
    counts.includes('["/srv/shop/tree.py","walk",{"line":8,"end_line":8}] 200/200'),
    counts.join("\n"),
  );
  assert.ok(counts.includes('["~","<GC>",{"line":0}] 30/30'));
});

Deno.test("jsonl has no more than 256 entries in a record, and no frame without samples", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  for (let i = 0; i < 600; i++) builder.sample(thread, [{ file: "x.py", name: `f${i}`, line: 1 }]);
  builder.sample(thread, [{ file: "x.py", name: "never", line: 1 }], 0);
  const records = render(builder);
  const sizes = ofType(records, "agg").map(({ entries }) => entries.length);
  assert.deepEqual(sizes, [256, 256, 88]);
  assert.deepEqual(ofType(records, "string_table").map(({ strings }) => strings.length), [
    256,
    256,
    89,
  ]);
});

Deno.test("frames that differ in their opcodes alone are one in jsonl", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  builder.sample(thread, [{ file: "x.py", name: "f", line: 1 }], 2);
  const { frames, stacks } = builder.profile;
  const other = frames.push({
    ...{ file: frames.file.at(0), name: frames.name.at(0), firstLine: 0, line: 1, endLine: 1 },
    ...{ column: -1, endColumn: -1, opcode: 7, kind: 0 },
  });
  builder.profile.counts[0]!.set(stacks.push(0, other), 3);
  assert.deepEqual(inWords(render(builder)).counts, [
    '["x.py","f",{"line":1,"end_line":1}] 5/5',
  ]);
});

Deno.test("hostile names survive jsonl", () => {
  const bytes = renderCounted(hostileProfile(), createJsonl({ jsonlStacks: true }));
  const text = new TextDecoder().decode(bytes);
  assert.match(text, /^[\x20-\x7e\n]*$/);
  const values = ofType(readRecords(text), "string_table").flatMap(({ strings }) =>
    strings.map(({ value }) => value)
  );
  assert.deepEqual(values, HOSTILE_NAMES.flatMap((name) => [name, `/srv/${name}`]));
});

Deno.test("stacks, threads and times are records of our own, before the end", () => {
  const records = render(tasksProfile(), true);
  const types = records.map(({ type }) => type);
  assert.deepEqual(types.slice(4), [
    "tachyon_capture",
    "tachyon_thread_table",
    "tachyon_stack_table",
    "tachyon_stack_agg",
    "tachyon_timeline",
    "end",
  ]);
  const field = (type: string, name: string): unknown => ofType(records, type)[0]![name];
  assert.deepEqual(field("tachyon_thread_table", "threads"), [
    { thread_id: 0, tid: 17, name: "MainThread", interpreter: 0, main: true },
    { thread_id: 1, tid: 18, name: "", interpreter: 3, main: false },
  ]);
  const stacks = field("tachyon_stack_table", "stacks") as { parent_id: number | null }[];
  assert.deepEqual(stacks.map(({ parent_id }) => parent_id), [null, 0, 1, 2, 3]);
  assert.deepEqual(field("tachyon_stack_agg", "entries"), [
    { thread_id: 0, stack_id: 4, samples: 4 },
    { thread_id: 1, stack_id: 0, samples: 3 },
  ]);
  assert.deepEqual(field("tachyon_timeline", "steps"), [
    { step: 0, thread_id: 0, good: 4, rejected: 0 },
    { step: 0, thread_id: 1, good: 3, rejected: 0 },
  ]);
});

for (const args of [[], ["-a", "--native", "--opcodes", "--mode", "cpu", "-r", "5khz"]]) {
  const how = args.length === 0 ? "by default" : `with ${args.join(" ")}`;
  Deno.test(`what CPython records ${how} gives the records that CPython makes of it`, async () => {
    const python = await python315();
    if (python === undefined) return;
    const folder = await Deno.makeTempDir();
    const [file, text] = [`${folder}/a.bin`, `${folder}/a.jsonl`];
    try {
      const sampling = ["-m", "profiling.sampling"];
      await run(python, [...sampling, "run", "--binary", ...args, "-o", file, subject]);
      await run(python, [...sampling, "replay", "--jsonl", "-o", text, file]);
      const theirs = inWords(readRecords(await Deno.readTextFile(text)));
      const recording = open(await Deno.readFile(file));
      assert.ok([...recording.read()].length > 0);
      const pieces = createJsonl({ jsonlStacks: false })
        .finish(recording.profile, recording.summary);
      const decoder = new TextDecoder();
      const ours = inWords(readRecords([...pieces].map((piece) => decoder.decode(piece)).join("")));
      assert.ok(theirs.counts.length > 10);
      assert.deepEqual(ours, theirs);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
