import type { Profile } from "../src/profile/profile.ts";
import type { Summary } from "../src/profile/metadata.ts";
import { NO_STACK } from "../src/profile/tables.ts";
import { countLeaves } from "../src/analysis/functions.ts";
import { countMerged, type MergedStacks, mergeStacks } from "../src/analysis/merged_stacks.ts";
import { addOutermost, sumBelow } from "../src/analysis/outermost.ts";
import { recordsQuality } from "../src/analysis/trust.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { listProcesses } from "./process_list.ts";
import { summarizeProfile } from "./summary.ts";
import { encodeAscii, encodePieces } from "./text_pieces.ts";

/** What the records hold. */
export interface JsonlOptions {
  /** Whether stacks, threads and times are there, too, in records of our own. */
  readonly jsonlStacks: boolean;
}

/** What they hold when nothing is asked for. */
export const DEFAULT_JSONL: JsonlOptions = { jsonlStacks: false };

/** Entries of a record at most. */
const CHUNK = 256;
const VERSION = 0;

/**
 * The `jsonl` format: a JSON object a line, the records of CPython 3.15's sampling profiler (source: the
 * head of its `jsonl_collector.py`). `meta`, tables of strings and frames, samples by frame (`agg`:
 * `self` and `cumulative`, recursion counted once) and `end`. A frame is a path, function, line and
 * range. Only frames that samples show are there.
 *
 * With {@link JsonlOptions.jsonlStacks} there are records of our own before `end`; who reads the format
 * must pass over types that it does not know:
 *
 * - `tachyon_capture`: `capture`, how the profile was taken and how far it can be trusted, as in `json`.
 * - `tachyon_process_table`: `processes`, as in `json`, where there are several.
 * - `tachyon_thread_table`: `threads`: `thread_id`, `tid`, `name`, `interpreter`, `main`, and `process`, a
 *   place in the table of these.
 * - `tachyon_stack_table`: `stacks`: `stack_id`, `parent_id` (its caller's stack, null for a root) and
 *   `frame_id`; a parent comes before its children.
 * - `tachyon_stack_agg`: `entries`: samples by `thread_id` and `stack_id`.
 * - `tachyon_timeline`: `steps` of `step_us`, of each thread that has any: `step`, `thread_id`, `good` and
 *   `rejected` samples.
 */
export function createJsonl({ jsonlStacks }: JsonlOptions): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: (profile, summary): Bytes => encodePieces(renderRecords(profile, summary, jsonlStacks)),
  };
}

/** A record to be, without what all have. */
interface JsonlRecord {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Each frame of the profile in the tables of the output. */
interface JsonlFrames {
  readonly strings: readonly { readonly str_id: number; readonly value: string }[];
  readonly frames: readonly { readonly frame_id: number }[];
  /** Frame id of each frame of the profile; the number of ids for one that no sample shows. */
  readonly idOf: Int32Array;
}

function* renderRecords(
  profile: Profile,
  summary: Summary,
  withStacks: boolean,
): Generator<string> {
  const runId = crypto.randomUUID().replaceAll("-", "");
  for (const { type, ...fields } of listRecords(profile, summary, withStacks)) {
    yield `${encodeAscii({ type, v: VERSION, run_id: runId, ...fields })}\n`;
  }
}

function* listRecords(
  profile: Profile,
  summary: Summary,
  withStacks: boolean,
): Generator<JsonlRecord> {
  const { metadata } = profile;
  const leaves = countLeaves(profile);
  const below = sumBelow(profile.stacks, leaves);
  const { strings, frames, idOf } = numberFrames(profile, below);
  const samples = leaves.reduce((sum, count) => sum + count, 0);
  yield {
    type: "meta",
    sample_interval_usec: metadata.intervalUs,
    ...(recordsQuality(metadata) || metadata.features ? { mode: metadata.mode } : {}),
  };
  for (const chunk of inChunks(strings)) yield { type: "string_table", strings: chunk };
  for (const chunk of inChunks(frames)) yield { type: "frame_table", frames: chunk };
  const agg = { type: "agg", kind: "frame", scope: "final", samples_total: samples };
  for (const entries of inChunks(countFrames(profile, leaves, below, idOf, frames.length))) {
    yield { ...agg, entries };
  }
  if (withStacks) yield* listStacks(profile, summary, idOf);
  yield { type: "end", samples_total: samples };
}

/** Strings and frames in the order of the profile's frames, function before path. */
function numberFrames(profile: Profile, below: Float64Array): JsonlFrames {
  const { frames: table, stacks } = profile;
  const used = new Uint8Array(table.length);
  for (const [stack, frame] of stacks.frame.view().entries()) {
    if (below[stack]! > 0) used[frame] = 1;
  }
  const strings: { str_id: number; value: string }[] = [];
  const knownStrings = new Map<string, number>();
  const numberText = (index: number): number => {
    const value = profile.strings[index] ?? "";
    return intern(knownStrings, value, (str_id) => strings.push({ str_id, value }));
  };
  const frames: { frame_id: number }[] = [];
  const knownFrames = new Map<string, number>();
  const idOf = new Int32Array(table.length).fill(-1);
  for (let frame = 0; frame < table.length; frame++) {
    if (used[frame] === 0) continue;
    const func_str_id = numberText(table.name.at(frame));
    const path_str_id = numberText(table.file.at(frame));
    const [endLine, column, endColumn] = [table.endLine, table.column, table.endColumn]
      .map((values) => values.at(frame)) as [number, number, number];
    const place = {
      path_str_id,
      func_str_id,
      line: table.line.at(frame),
      ...(endLine > 0 ? { end_line: endLine } : {}),
      ...(column >= 0 ? { col: column } : {}),
      ...(endColumn >= 0 ? { end_col: endColumn } : {}),
    };
    idOf[frame] = intern(
      knownFrames,
      JSON.stringify(place),
      (frame_id) => frames.push({ frame_id, ...place }),
    );
  }
  for (const [frame, id] of idOf.entries()) if (id === -1) idOf[frame] = frames.length;
  return { strings, frames, idOf };
}

function intern(known: Map<string, number>, key: string, add: (id: number) => void): number {
  let id = known.get(key);
  if (id === undefined) {
    known.set(key, id = known.size);
    add(id);
  }
  return id;
}

function* countFrames(
  { stacks }: Profile,
  leaves: Float64Array,
  below: Float64Array,
  idOf: Int32Array,
  frames: number,
): Generator<{ frame_id: number; self: number; cumulative: number }> {
  const idOfStack = stacks.frame.view().map((frame) => idOf[frame]!);
  const self = new Float64Array(frames + 1);
  for (let stack = 0; stack < leaves.length; stack++) self[idOfStack[stack]!]! += leaves[stack]!;
  const cumulative = new Float64Array(frames + 1);
  addOutermost(stacks, idOfStack, below, cumulative);
  for (let id = 0; id < frames; id++) {
    yield { frame_id: id, self: self[id]!, cumulative: cumulative[id]! };
  }
}

function* listStacks(
  profile: Profile,
  summary: Summary,
  idOf: Int32Array,
): Generator<JsonlRecord> {
  yield { type: "tachyon_capture", capture: summarizeProfile(profile, summary) };
  for (const processes of inChunks(listProcesses(profile))) {
    yield { type: "tachyon_process_table", processes };
  }
  const threads = profile.threads.map((thread, thread_id) => ({ thread_id, ...thread }));
  for (const chunk of inChunks(threads)) yield { type: "tachyon_thread_table", threads: chunk };
  const merged = mergeStacks(profile.stacks, idOf);
  const below = sumBelow(merged.stacks, sumMerged(profile, merged));
  for (const stacks of inChunks(listMerged(merged, below))) {
    yield { type: "tachyon_stack_table", stacks };
  }
  for (const entries of inChunks(countThreads(profile, merged))) {
    yield { type: "tachyon_stack_agg", entries };
  }
  const { stepUs } = profile.timeline;
  for (const steps of inChunks(listSteps(profile))) {
    yield { type: "tachyon_timeline", step_us: stepUs, steps };
  }
}

function sumMerged(profile: Profile, { stacks, mergedOf }: MergedStacks): Float64Array {
  const sums = new Float64Array(stacks.length);
  for (const [stack, count] of countLeaves(profile).entries()) sums[mergedOf[stack]!]! += count;
  return sums;
}

function* listMerged({ stacks }: MergedStacks, below: Float64Array): Generator<unknown> {
  for (let stack_id = 0; stack_id < stacks.length; stack_id++) {
    if (below[stack_id] === 0) continue;
    const prefix = stacks.prefix.at(stack_id);
    const parent_id = prefix === NO_STACK ? null : prefix;
    yield { stack_id, parent_id, frame_id: stacks.frame.at(stack_id) };
  }
}

function* countThreads(profile: Profile, merged: MergedStacks): Generator<unknown> {
  const scratch = new Float64Array(merged.stacks.length);
  for (const [thread_id, column] of profile.counts.entries()) {
    if (column === undefined) continue;
    for (const [stack_id, samples] of countMerged(column, merged, scratch)) {
      yield { thread_id, stack_id, samples };
    }
  }
}

function* listSteps({ timeline, threads }: Profile): Generator<unknown> {
  for (let step = 0; step < timeline.length; step++) {
    for (const thread_id of threads.keys()) {
      const { good, rejected } = timeline.at(step, thread_id);
      const bad = rejected.reduce((sum, count) => sum + count, 0);
      if (good + bad > 0) yield { step, thread_id, good, rejected: bad };
    }
  }
}

function* inChunks<T>(entries: Iterable<T>): Generator<T[]> {
  let chunk: T[] = [];
  for (const entry of entries) {
    chunk.push(entry);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
