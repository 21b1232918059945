/** Metadata and summary as they come out of a file: nothing is taken for granted. */

import type {
  AsyncMode,
  Collections,
  Consistency,
  Ending,
  Features,
  Filter,
  Metadata,
  Mode,
  Part,
  StopSummary,
  Summary,
} from "../profile/metadata.ts";

const MODES: readonly Mode[] = ["wall", "cpu", "gil", "exception", "all"];
const CONSISTENCIES: readonly Consistency[] = ["verified", "exact", "blocking"];
const ASYNC_MODES: readonly AsyncMode[] = ["running", "all"];
const ENDINGS: readonly Ending[] = [
  "duration",
  "interrupted",
  "continued",
  "snapshot",
  "max-size",
  "target-ended",
  "target-replaced",
  "lost-access",
  "sampler-failed",
];

/** How each field is read; undefined leaves it out. The compiler sees to it that none is forgotten. */
type Readers<T> = { readonly [K in keyof Required<T>]: (value: unknown) => T[K] };

const METADATA: Readers<Metadata> = {
  tool: readText,
  toolVersion: readText,
  pid: readNumber,
  command: readTexts,
  pythonVersion: readText,
  freeThreaded: (value) => value === true,
  mode: (value) => oneOf(MODES, value) ?? "wall",
  consistency: (value) => oneOf(CONSISTENCIES, value) ?? "verified",
  allThreads: (value) => value === true,
  subprocesses: (value) => value === true || undefined,
  asyncMode: (value) => oneOf(ASYNC_MODES, value),
  features: (value) => readOptional(FEATURES, value),
  filters: (value) =>
    Array.isArray(value) ? value.map((filter) => readFields(FILTER, filter)) : undefined,
  intervalUs: readNumber,
  jitter: (value) => typeof value === "boolean" ? value : undefined,
  part: (value) => readOptional(PART, value),
  maxCpu: (value) => readNumber(value) || undefined,
  startedAt: readNumber,
};

const FEATURES: Readers<Features> = {
  native: (value) => value === true,
  gc: (value) => value === true,
  opcodes: (value) => value === true,
};

const PART: Readers<Part> = { number: readNumber, atUs: readNumber };

const FILTER: Readers<Filter> = { threads: readTexts, include: readTexts, exclude: readTexts };

const SUMMARY: Readers<Summary> = {
  durationUs: readNumber,
  ending: (value) => oneOf(ENDINGS, value) ?? "interrupted",
  collections: (value) => readOptional(COLLECTIONS, value),
  stops: (value) => readOptional(STOPS, value),
};

const COLLECTIONS: Readers<Collections> = {
  count: readNumber,
  durationUs: readNumber,
  collected: readNumber,
  longest: (value) =>
    Array.isArray(value)
      ? value.map((one) => readFields<Collections["longest"][number]>(COLLECTION, one))
      : [],
};

const COLLECTION = { atUs: readNumber, durationUs: readNumber, generation: readNumber };

const STOPS: Readers<StopSummary> = { stoppedUs: readNumber, skippedTicks: readNumber };

/** Metadata from JSON; what is missing or makes no sense is as if it were not known. */
export function readMetadata(json: unknown): Metadata {
  return readFields(METADATA, json);
}

/** A summary from JSON. */
export function readSummary(json: unknown): Summary {
  return readFields(SUMMARY, json);
}

function readFields<T>(readers: Readers<T>, json: unknown): T {
  const from: Readonly<Record<string, unknown>> = isObject(json) ? json : {};
  const fields = Object.entries<(value: unknown) => unknown>(readers)
    .map(([name, read]) => [name, read(Object.hasOwn(from, name) ? from[name] : undefined)])
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as T;
}

function readOptional<T>(readers: Readers<T>, json: unknown): T | undefined {
  return isObject(json) ? readFields(readers, json) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function readText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function readTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(readText) : [];
}

/** A number that is finite and at least 0. */
function readNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}

function oneOf<T>(all: readonly T[], value: unknown): T | undefined {
  return all.find((one) => one === value);
}
