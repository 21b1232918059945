import type { Profile, Thread } from "../src/profile/profile.ts";
import type { Metadata, Mode, Summary } from "../src/profile/metadata.ts";
import { NO_STACK } from "../src/profile/tables.ts";
import { judgeQuality } from "../src/analysis/trust.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { describeCapture } from "./header.ts";
import { packGzip } from "./pprof_gzip.ts";
import {
  countStacks,
  measureStacks,
  numberPlaces,
  type Places,
  type StringIndex,
} from "./pprof_places.ts";
import { ProtobufWriter, varintLength } from "./protobuf.ts";
import { processOf } from "./time_line.ts";

/** Numbers of the fields of `perftools.profiles`. */
const PROFILE = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
  comment: 13,
  defaultSampleType: 14,
} as const;
const SAMPLE = { locationId: 1, value: 2, label: 3 } as const;
const LABEL = { key: 1, text: 2, number: 3 } as const;
const VALUE_TYPE = { type: 1, unit: 2 } as const;
const MAPPING = {
  id: 1,
  filename: 5,
  hasFunctions: 7,
  hasFilenames: 8,
  hasLineNumbers: 9,
} as const;
const LOCATION = { id: 1, mappingId: 2, line: 4 } as const;
const LINE = { functionId: 1, line: 2, column: 3 } as const;
const FUNCTION = { id: 1, name: 2, filename: 4, startLine: 5 } as const;

/** What the time of a sample is time of. */
export const TIME_TYPES: Readonly<Record<Mode, string>> = {
  wall: "wall",
  all: "wall",
  cpu: "cpu",
  gil: "gil",
  exception: "exception",
};

/**
 * The `pprof` format, which `go tool pprof` and many services read: a gzipped `profile.proto` (source:
 * https://github.com/google/pprof/blob/main/proto/profile.proto). One sample for each thread and stack
 * with its count and its time in nanoseconds; labels `process id` where there are several, `thread id`, `thread name`, `interpreter` where it
 * is not the main one, and `task`, the innermost, where stacks have tasks. The period is the time one
 * sample stands for. Where that is not known there are counts alone. How the profile was taken is in the
 * comments. Functions have no system name: `go tool pprof` takes one that equals the name for C++ and
 * makes nothing of `<module>`. Characters that could harm a terminal are spelled out, as `\x1b`.
 */
export function createPprof(): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: (profile, summary) => packGzip(writeProfile(profile, summary)),
  };
}

function* writeProfile(profile: Profile, summary: Summary): Bytes {
  const places = numberPlaces(profile);
  const sampleNs = judgeQuality(profile.metadata, profile.quality, summary).sampleUs * 1000;
  const writer = new ProtobufWriter();
  writeHead(writer, profile, summary, places.strings, sampleNs);
  yield* writeSamples(writer, profile, places, sampleNs);
  yield* writePlaces(writer, places);
  for (const text of places.strings.texts) {
    writer.text(PROFILE.stringTable, text);
    if (writer.full) yield writer.take();
  }
  yield writer.take();
}

function writeHead(
  writer: ProtobufWriter,
  profile: Profile,
  summary: Summary,
  strings: StringIndex,
  sampleNs: number,
): void {
  const { metadata } = profile;
  const timeType = strings.number(TIME_TYPES[metadata.mode]);
  const writeType = (field: number, type: number, unit: string): void =>
    writer.message(field, (inner) => {
      inner.int(VALUE_TYPE.type, type);
      inner.int(VALUE_TYPE.unit, strings.number(unit));
    });
  writeType(PROFILE.sampleType, strings.number("samples"), "count");
  if (sampleNs > 0) {
    writeType(PROFILE.sampleType, timeType, "nanoseconds");
    writeType(PROFILE.periodType, timeType, "nanoseconds");
    writer.int(PROFILE.period, Math.round(sampleNs));
    writer.int(PROFILE.defaultSampleType, timeType);
  }
  if (metadata.startedAt > 0) writer.bigInt(PROFILE.timeNanos, startNanos(metadata));
  writer.int(PROFILE.durationNanos, Math.round(summary.durationUs * 1000));
  writer.message(PROFILE.mapping, (inner) => {
    inner.int(MAPPING.id, 1);
    inner.int(MAPPING.filename, strings.number(metadata.command[0] ?? "python"));
    // Viewers would look for symbols themselves.
    inner.bool(MAPPING.hasFunctions, true);
    inner.bool(MAPPING.hasFilenames, true);
    inner.bool(MAPPING.hasLineNumbers, true);
  });
  const comments = describeCapture(profile, summary).map(([label, text]) =>
    strings.number(`${label}: ${text}`)
  );
  writer.packed(PROFILE.comment, comments);
}

/** Wall clock of the first tick, nanoseconds since 1970. */
export function startNanos({ startedAt }: Metadata): bigint {
  return BigInt(Math.round(startedAt * 1000)) * 1000n;
}

function* writeSamples(
  writer: ProtobufWriter,
  profile: Profile,
  places: Places,
  sampleNs: number,
): Bytes {
  const { merged: { stacks }, taskOf, strings } = places;
  const location = stacks.frame.view();
  const prefix = stacks.prefix.view();
  const lengths = measureStacks(places);
  const threadLabels = profile.threads.map((thread) =>
    writeThreadLabels(thread, processOf(profile, thread)?.pid ?? 0, strings)
  );
  const taskKey = strings.number("task");
  for (const { thread, stack, count } of countStacks(profile, places)) {
    const values = sampleNs > 0 ? [count, Math.round(count * sampleNs)] : [count];
    const valuesLength = values.reduce((sum, value) => sum + varintLength(value), 0);
    const locationsLength = lengths[stack]!;
    const labels = threadLabels[thread]!;
    const task = taskOf[stack]!;
    const taskLabel = task === 0 ? labels.subarray(0, 0) : writeLabel(taskKey, task, 0);
    writer.begin(
      PROFILE.sample,
      1 + varintLength(locationsLength) + locationsLength + 1 + varintLength(valuesLength) +
        valuesLength + labels.length + taskLabel.length,
    );
    writer.begin(SAMPLE.locationId, locationsLength);
    for (let at = stack; at !== NO_STACK; at = prefix[at]!) writer.varint(location[at]! + 1);
    writer.begin(SAMPLE.value, valuesLength);
    for (const value of values) writer.varint(value);
    writer.raw(labels);
    writer.raw(taskLabel);
    if (writer.full) yield writer.take();
  }
}

function writeThreadLabels(
  { tid, name, interpreter }: Thread,
  pid: number,
  strings: StringIndex,
): Uint8Array {
  const writer = new ProtobufWriter(64);
  if (pid > 0) writer.raw(writeLabel(strings.number("process id"), 0, pid));
  if (tid > 0) writer.raw(writeLabel(strings.number("thread id"), 0, tid));
  if (name !== "") {
    writer.raw(writeLabel(strings.number("thread name"), strings.number(name), 0));
  }
  if (interpreter > 0) writer.raw(writeLabel(strings.number("interpreter"), 0, interpreter));
  return writer.take();
}

function writeLabel(key: number, text: number, number: number): Uint8Array {
  const writer = new ProtobufWriter(32);
  writer.message(SAMPLE.label, (inner) => {
    inner.int(LABEL.key, key);
    inner.int(LABEL.text, text);
    inner.int(LABEL.number, number);
  });
  return writer.take();
}

function* writePlaces(writer: ProtobufWriter, { functions, locations }: Places): Bytes {
  for (const [id, { function: owner, line, column }] of locations.entries()) {
    writer.message(PROFILE.location, (inner) => {
      inner.int(LOCATION.id, id + 1);
      inner.int(LOCATION.mappingId, 1);
      inner.message(LOCATION.line, (innermost) => {
        innermost.int(LINE.functionId, owner + 1);
        innermost.int(LINE.line, line);
        innermost.int(LINE.column, column);
      });
    });
    if (writer.full) yield writer.take();
  }
  for (const [id, { name, file, firstLine }] of functions.entries()) {
    writer.message(PROFILE.function, (inner) => {
      inner.int(FUNCTION.id, id + 1);
      inner.int(FUNCTION.name, name);
      inner.int(FUNCTION.filename, file);
      inner.int(FUNCTION.startLine, firstLine);
    });
    if (writer.full) yield writer.take();
  }
}
