import assert from "node:assert/strict";
import { statusOf } from "../../src/profile/profile.ts";
import { openRecording } from "../../src/recording/open.ts";
import { FRAME_KINDS } from "../../src/profile/tables.ts";
import { build, type Builder, type Parts } from "./hand_made.ts";
import { readAll, sourceOfBytes } from "./recordings.ts";

/** One sample of thread 7 and what comes on top of it. */
function first(builder: Builder): Builder {
  return builder.record(7, 1).varint(1000).fixed(33, 1).varint(2, 1, 0);
}

/** Stacks of a file's samples by their functions, leaf first. */
function stacksOf(parts: Partial<Parts> & Pick<Parts, "records" | "samples">): string[] {
  const { profile, samples, recording } = readAll(build({ littleEndian: true, ...parts }));
  assert.equal(recording.recovered, undefined);
  return [...samples.stack].map((stack) => {
    if (stack < 0) return "";
    return profile.stacks.frames(stack).map((frame) =>
      profile.strings[profile.frames.name.at(frame)]
    ).join(" ");
  });
}

/** What is said of a file that cannot be read to its end. */
function lossOf(parts: Partial<Parts> & Pick<Parts, "records" | "samples">): string {
  const { recording } = readAll(build({ littleEndian: true, ...parts }));
  assert.equal(recording.recovered?.kind, "damaged");
  return recording.recovered!.what;
}

for (const littleEndian of [true, false]) {
  Deno.test(`a file is read, ${littleEndian ? "little" : "big"}-endian`, () => {
    const records = (builder: Builder): Builder =>
      first(builder)
        .record(7, 3).varint(500).fixed(4, 1).varint(1, 1, 2)
        .record(9, 0, 3).varint(2).varint(1200).fixed(0, 1).varint(10).fixed(16, 1)
        .record(7, 0).varint(1).varint(2n ** 64n - 100n).fixed(2, 1)
        .record(7, 2).varint(200).fixed(1, 1).varint(1, 1, 1);
    const statistics = [2.5, 999.5, 1.25, -3] as const;
    const { profile, samples, summary, recording } = readAll(
      build({ littleEndian, records, samples: 6, statistics, between: 700 }),
    );
    assert.equal(recording.writer, "cpython");
    assert.deepEqual(profile.metadata, {
      tool: "profiling.sampling",
      toolVersion: "3.15.2",
      pid: 0,
      command: [],
      pythonVersion: "3.15.2",
      freeThreaded: false,
      mode: "wall",
      consistency: "verified",
      allThreads: true,
      features: { native: false, gc: false, opcodes: false },
      intervalUs: 1000,
      startedAt: 0,
    });
    // Times count from the first tick; what comes late in the file stands where it belongs.
    assert.deepEqual([...samples.time], [0, 200, 210, 400, 500, 600]);
    assert.deepEqual([...samples.flags].map(statusOf), [33, 0, 16, 2, 4, 1]);
    assert.deepEqual([...samples.thread], [0, 1, 1, 0, 0, 0]);
    assert.deepEqual(profile.threads, [
      { tid: 7, interpreter: 0, main: true, name: "" },
      { tid: 9, interpreter: 3, main: false, name: "" },
    ]);
    const { frames, strings } = profile;
    assert.deepEqual(strings, ["/a/x.py", "root", "lëaf", "~", "<GC>"]);
    assert.deepEqual([...frames.line.view()], [10, 12, 0]);
    assert.deepEqual([...frames.endLine.view()], [10, 13, 0]);
    assert.deepEqual([...frames.column.view()], [4, -1, -1]);
    assert.deepEqual([...frames.endColumn.view()], [7, -1, -1]);
    assert.deepEqual([...frames.opcode.view()], [-1, 100, -1]);
    assert.deepEqual([...frames.kind.view()].map((kind) => FRAME_KINDS[kind]), [
      "python",
      "python",
      "gc",
    ]);
    assert.equal(summary.durationUs, 2_500_000);
    assert.deepEqual([recording.measured?.failed, recording.measured?.missed], [0.0125, 0]);
    assert.deepEqual([profile.quality.samples, profile.quality.empty], [4, 2]);
    assert.equal(profile.quality.ticks, 6);
  });
}

Deno.test("each kind of record changes the stack as it says", () => {
  const at = (builder: Builder, kind: number): Builder =>
    builder.record(7, kind).varint(1000).fixed(0, 1);
  const records = (builder: Builder): Builder => {
    first(builder);
    at(builder, 3).varint(1, 2, 2, 2);
    at(builder, 3).varint(2, 0);
    at(builder, 2).varint(1, 1, 1);
    at(builder, 2).varint(2, 0);
    at(builder, 1).varint(1, 2);
    at(builder, 3).varint(9, 1, 0);
    at(builder, 1).varint(0);
    return at(builder, 2).varint(0, 1, 1);
  };
  assert.deepEqual(stacksOf({ records, samples: 9 }), [
    "lëaf root",
    "<GC> <GC> root",
    "root",
    "lëaf root",
    "lëaf root",
    "<GC>",
    "root",
    "",
    "lëaf",
  ]);
});

Deno.test("stacks of 256 frames are read, deeper ones are damage", () => {
  const records = (depth: number) => (builder: Builder): Builder =>
    first(builder).record(7, 1).varint(1).fixed(0, 1).varint(depth)
      .varint(...Array.from({ length: depth }, () => 0));
  const [, deep] = stacksOf({ records: records(256), samples: 2 });
  assert.equal(deep!.split(" ").length, 256);
  assert.match(lossOf({ records: records(257), samples: 2 }), /too deep.*1 of 2 samples/);
});

Deno.test("what comes before damage is read", () => {
  const after = (more: (builder: Builder) => Builder) => (builder: Builder) => more(first(builder));
  const cases: [(builder: Builder) => Builder, RegExp][] = [
    [(builder) => builder.record(7, 4).varint(0), /unknown kind 4/],
    [(builder) => builder.fixed(0, 3), /middle/],
    [(builder) => builder.record(7, 0).varint(5).varint(1).fixed(0, 1), /middle/],
    [
      (builder) => builder.record(7, 1).varint(1).fixed(0, 1).varint(1, 3),
      /frame 3 in a table of 3/,
    ],
    [(builder) => builder.record(7, 2).varint(1).fixed(0, 1).varint(5, 0), /shares more/],
    [(builder) => builder, /samples are missing/],
  ];
  for (const [more, words] of cases) {
    const records = after(more);
    assert.match(lossOf({ records, samples: 9 }), words);
  }
  const records = after((builder) => builder.record(7, 0).varint(2).varint(1, 0, 1, 0));
  assert.match(lossOf({ records, samples: 2 }), /more samples than the 2.*2 of 2 samples/);
});

Deno.test("a file that cannot be read at all says why and what to do", () => {
  const records = first;
  const faultOf = (bytes: Uint8Array): string => {
    const fault = openRecording(sourceOfBytes(bytes));
    assert.ok("code" in fault);
    assert.match(fault.what, /\.$/);
    assert.match(fault.next, /\S/);
    return fault.code;
  };
  const good = { littleEndian: true, records, samples: 1 };
  assert.equal(faultOf(new Uint8Array(0)), "no-recording");
  assert.equal(faultOf(build(good).subarray(0, 63)), "no-recording");
  assert.equal(faultOf(new TextEncoder().encode("a;b;c 10\n".repeat(20))), "no-recording");
  assert.equal(faultOf(new Uint8Array(5000)), "unfinished");
  assert.equal(faultOf(build({ ...good, version: 2 })), "other-version");
  assert.equal(faultOf(build({ ...good, mode: 6 })), "damaged");
  assert.equal(faultOf(build({ ...good, frames: 4 })), "damaged");
  assert.equal(faultOf(build({ ...good, frames: 1000 })), "damaged");
  assert.equal(faultOf(build(good).slice(0, -40)), "damaged");
  const unfinished = build(good);
  unfinished.fill(0, 40, 56);
  assert.equal(faultOf(unfinished), "unfinished");
});
