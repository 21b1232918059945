import type { Profile } from "../src/profile/profile.ts";
import type { Summary } from "../src/profile/metadata.ts";
import type { FrameKind } from "../src/profile/tables.ts";
import { judgeQuality } from "../src/analysis/trust.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { type AttributeValue, listResource, listSummary, writeValue } from "./otlp_attributes.ts";
import { type Dictionary, writeDictionary } from "./otlp_dictionary.ts";
import { startNanos, TIME_TYPES } from "./pprof.ts";
import { countStacks, measureStacks, numberPlaces, type Places } from "./pprof_places.ts";
import { ProtobufWriter, varintLength } from "./protobuf.ts";

/** Numbers of the fields. */
const PROFILES_DATA = { resourceProfiles: 1, dictionary: 2 } as const;
const RESOURCE_PROFILES = { resource: 1, scopeProfiles: 2 } as const;
const RESOURCE = { attributes: 1 } as const;
const KEY_VALUE = { key: 1, value: 2 } as const;
const SCOPE_PROFILES = { scope: 1, profiles: 2 } as const;
const SCOPE = { name: 1, version: 2 } as const;
const PROFILE = {
  sampleType: 1,
  samples: 2,
  timeUnixNano: 3,
  durationNano: 4,
  periodType: 5,
  period: 6,
  attributeIndices: 11,
} as const;
const VALUE_TYPE = { type: 1, unit: 2 } as const;
const SAMPLE = { stackIndex: 1, attributeIndices: 2, values: 4 } as const;

/** What the conventions call the frames. */
const FRAME_TYPES: Partial<Record<FrameKind, string>> = { python: "cpython", native: "native" };

/**
 * The `otlp` format: profiles of OpenTelemetry, one `ProfilesData` message of
 * `opentelemetry.proto.profiles.v1development` as of version 1.11.0 (source:
 * https://github.com/open-telemetry/opentelemetry-proto, `profiles.proto`; its samples have had their
 * fields since 1.10.0, and readers of older versions misread them). Samples are counts by thread and
 * stack, with `thread.id` and `thread.name`, `process.pid` where there are several, `tachyon.task` (the innermost) and `tachyon.interpreter`
 * where there is more than the main one; the period is the time one sample stands for. The resource is
 * the process; how the profile was taken is in the profile's attributes, `tachyon.…`, as in the `json`
 * format. Characters that could harm a terminal are spelled out, as `\x1b`.
 */
export function createOtlp(): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: writeData,
  };
}

/** Attributes by number, each once; number 0 is none. */
class AttributeIndex {
  readonly entries: Uint8Array[] = [new Uint8Array(0)];
  readonly #known = new Map<string, number>();
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  number(key: string, value: AttributeValue): number {
    const name = JSON.stringify([key, value]);
    let number = this.#known.get(name);
    if (number === undefined) {
      const writer = new ProtobufWriter(64);
      writer.int(1, this.#places.strings.number(key));
      writer.message(2, (inner) => writeValue(inner, value));
      this.#known.set(name, number = this.entries.push(writer.take()) - 1);
    }
    return number;
  }
}

function* writeData(profile: Profile, summary: Summary): Bytes {
  const places = numberPlaces(profile);
  const attributes = new AttributeIndex(places);
  const used: number[] = [];
  const samples = [...writeSamples(profile, places, attributes, used)];
  const tail = writeProfileTail(profile, summary, places, attributes);
  const frameTypes = places.functions.map(({ kind }) => {
    const type = FRAME_TYPES[kind];
    return type === undefined ? 0 : attributes.number("profile.frame.type", type);
  });
  const dictionary: Dictionary = {
    places,
    used,
    lengths: measureStacks(places),
    frameTypes,
    attributes: attributes.entries,
  };

  const sampleBytes = samples.reduce((sum, piece) => sum + piece.length, 0);
  const profileLength = sampleBytes + tail.length;
  const scope = writeScope(profile);
  const scopeLength = scope.length + 1 + varintLength(profileLength) + profileLength;
  const resource = writeResource(profile);
  const writer = new ProtobufWriter();
  writer.begin(
    PROFILES_DATA.resourceProfiles,
    resource.length + 1 + varintLength(scopeLength) + scopeLength,
  );
  writer.raw(resource);
  writer.begin(RESOURCE_PROFILES.scopeProfiles, scopeLength);
  writer.raw(scope);
  writer.begin(SCOPE_PROFILES.profiles, profileLength);
  writer.raw(tail);
  yield writer.take();
  yield* samples;

  // Its length stands before it: it is made twice rather than held.
  let length = 0;
  for (const piece of writeDictionary(dictionary)) length += piece.length;
  writer.begin(PROFILES_DATA.dictionary, length);
  yield writer.take();
  yield* writeDictionary(dictionary);
}

/** @param used is given the stacks of the samples; their place in it, from 1, is their number. */
function* writeSamples(
  profile: Profile,
  places: Places,
  attributes: AttributeIndex,
  used: number[],
): Bytes {
  const writer = new ProtobufWriter();
  const numbers = new Int32Array(places.merged.stacks.length);
  const threads = profile.threads.map(({ tid, name, interpreter, process }) => [
    ...(process === undefined
      ? []
      : [attributes.number("process.pid", profile.processes[process]!.pid)]),
    ...(tid > 0 ? [attributes.number("thread.id", tid)] : []),
    ...(name === "" ? [] : [attributes.number("thread.name", name)]),
    ...(interpreter === 0 ? [] : [attributes.number("tachyon.interpreter", interpreter)]),
  ]);
  for (const { thread, stack, count } of countStacks(profile, places)) {
    if (numbers[stack] === 0) numbers[stack] = used.push(stack);
    const task = places.taskOf[stack]!;
    const own = task === 0
      ? threads[thread]!
      : [...threads[thread]!, attributes.number("tachyon.task", places.strings.texts[task]!)];
    writer.message(PROFILE.samples, (inner) => {
      inner.int(SAMPLE.stackIndex, numbers[stack]!);
      inner.packed(SAMPLE.attributeIndices, own);
      inner.packed(SAMPLE.values, [count]);
    });
    if (writer.full) yield writer.take();
  }
  yield writer.take();
}

/** All of the profile but its samples. */
function writeProfileTail(
  profile: Profile,
  summary: Summary,
  { strings }: Places,
  attributes: AttributeIndex,
): Uint8Array {
  const { metadata } = profile;
  const writer = new ProtobufWriter();
  const writeType = (field: number, type: string, unit: string): void =>
    writer.message(field, (inner) => {
      inner.int(VALUE_TYPE.type, strings.number(type));
      inner.int(VALUE_TYPE.unit, strings.number(unit));
    });
  writeType(PROFILE.sampleType, "samples", "count");
  if (metadata.startedAt > 0) writer.fixed64(PROFILE.timeUnixNano, startNanos(metadata));
  writer.int(PROFILE.durationNano, Math.round(summary.durationUs * 1000));
  const sampleNs = judgeQuality(metadata, profile.quality, summary).sampleUs * 1000;
  if (sampleNs > 0) {
    writeType(PROFILE.periodType, TIME_TYPES[metadata.mode], "nanoseconds");
    writer.int(PROFILE.period, Math.round(sampleNs));
  }
  writer.packed(
    PROFILE.attributeIndices,
    listSummary(profile, summary).map(([key, value]) => attributes.number(key, value)),
  );
  return writer.take();
}

function writeScope({ metadata }: Profile): Uint8Array {
  const writer = new ProtobufWriter();
  writer.message(SCOPE_PROFILES.scope, (inner) => {
    inner.text(SCOPE.name, metadata.tool);
    inner.text(SCOPE.version, metadata.toolVersion);
  });
  return writer.take();
}

function writeResource({ metadata }: Profile): Uint8Array {
  const writer = new ProtobufWriter();
  writer.message(RESOURCE_PROFILES.resource, (inner) => {
    for (const [key, value] of listResource(metadata)) {
      inner.message(RESOURCE.attributes, (attribute) => {
        attribute.text(KEY_VALUE.key, key);
        attribute.message(KEY_VALUE.value, (innermost) => writeValue(innermost, value));
      });
    }
  });
  return writer.take();
}
