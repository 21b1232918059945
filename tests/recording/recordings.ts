/** Recordings made and read in memory. */

import assert from "node:assert/strict";
import { type BinaryOptions, createBinary } from "../../collectors/binary.ts";
import type { Summary } from "../../src/profile/metadata.ts";
import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import type { ByteSource } from "../../src/recording/byte_source.ts";
import { openRecording } from "../../src/recording/open.ts";
import type { Recording } from "../../src/recording/recording.ts";
import { joinPieces } from "../collectors/profiles.ts";
import type { Capture } from "./random_capture.ts";

/** The pieces of a recording as they come, and its head at the end. */
export interface Written {
  readonly pieces: readonly Uint8Array[];
  readonly head: Uint8Array;
  /** The finished file. */
  readonly bytes: Uint8Array;
}

/** Drives the collector as the command line does. */
export function record(capture: Capture, options: BinaryOptions = {}): Written {
  const collector = createBinary(options);
  const pieces = [...collector.begin(capture.profile.metadata)];
  for (const batch of capture.batches) pieces.push(...collector.add(capture.profile, batch));
  pieces.push(...collector.finish(capture.profile, capture.summary));
  const head = collector.head!();
  const bytes = joinPieces(pieces);
  bytes.set(head);
  return { pieces, head, bytes };
}

/** An array as a source. */
export function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    readAt: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** Opens a recording that must be one. */
export function open(bytes: Uint8Array): Recording {
  const recording = openRecording(sourceOfBytes(bytes));
  if (!("read" in recording)) throw new Error(recording.what);
  return recording;
}

/** All samples of a recording in one batch, and what else it has when it has been read. */
export function readAll(
  bytes: Uint8Array,
): { samples: SampleBatch; profile: Profile; summary: Summary; recording: Recording } {
  const recording = open(bytes);
  const samples = join(recording.read());
  return { samples, profile: recording.profile, summary: recording.summary, recording };
}

/** Joins batches into one; of each, what it is when it comes. */
export function join(batches: Iterable<SampleBatch>): SampleBatch {
  const all: SampleBatch[] = [];
  for (const { length, time, thread, stack, flags } of batches) {
    all.push({
      length,
      time: time.slice(),
      thread: thread.slice(),
      stack: stack.slice(),
      flags: flags.slice(),
    });
  }
  const column = (name: "time" | "thread" | "stack" | "flags"): number[] =>
    all.flatMap((batch) => [...batch[name]]);
  return {
    length: all.reduce((sum, { length }) => sum + length, 0),
    time: Float64Array.from(column("time")),
    thread: Int32Array.from(column("thread")),
    stack: Int32Array.from(column("stack")),
    flags: Int32Array.from(column("flags")),
  };
}

/** Everything that a profile holds, in a form that can be compared. */
export function contentsOf(profile: Profile): Record<string, unknown> {
  const { strings, frames, stacks, threads, timeline, control, runs, quality } = profile;
  const frameColumns = Object.fromEntries(
    Object.entries(frames).map(([name, column]) => [name, column.view()]),
  );
  const steps = Array.from({ length: timeline.length }, (_, step) => [
    timeline.missedAt(step),
    threads.map((_, thread) => timeline.at(step, thread)),
  ]);
  return {
    metadata: profile.metadata,
    strings,
    frames: frameColumns,
    prefixes: stacks.prefix.view(),
    stackFrames: stacks.frame.view(),
    threads,
    processes: profile.processes,
    digests: [...profile.digests],
    counts: threads.map((_, thread) => profile.counts[thread]?.view() ?? new Int32Array(0)),
    quality,
    runs: [
      threads.map((_, i) => runs.samples[i] ?? 0),
      threads.map((_, i) => runs.changes[i] ?? 0),
    ],
    control: [control.visit.view(), control.thread.view(), control.stack.view()],
    timeline: [timeline.stepUs, steps],
    losses: [profile.rejectedAt, profile.replacedAt, profile.replacedBy].map((c) => c.view()),
  };
}

/** Fails unless two profiles hold the same. */
export function assertSame(actual: Profile, expected: Profile): void {
  assert.deepEqual(contentsOf(actual), contentsOf(expected));
}
