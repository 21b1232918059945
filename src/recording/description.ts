/** Metadata and summary as they come out of a file: nothing is taken for granted. */

import type {
  AsyncMode,
  Collections,
  Consistency,
  Ending,
  Features,
  Filter,
  LeftOut,
  Lowered,
  Metadata,
  Mode,
  Part,
  Pauses,
  StopSummary,
  Summary,
} from "../profile/metadata.ts";
import {
  oneOf,
  type Readers,
  readFields,
  readNumber,
  readOptional,
  readText,
  readTexts,
} from "./fields.ts";

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
  maxSlowdown: (value) => readNumber(value) || undefined,
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
  pauses: (value) => readOptional(PAUSES, value),
  asleepUs: (value) => readNumber(value) || undefined,
  stops: (value) => readOptional(STOPS, value),
  unevenness: (value) => readNumber(value) || undefined,
  lowered: (value) => readOptional(LOWERED, value),
  leftOut: (value) => readOptional(LEFT_OUT, value),
};

const LOWERED: Readers<Lowered> = { visitUs: readNumber, stretch: readNumber };

const LEFT_OUT: Readers<LeftOut> = {
  count: readNumber,
  first: (value) =>
    Array.isArray(value)
      ? value.map((one) => readFields<LeftOut["first"][number]>(LEFT_OUT_ONE, one))
      : [],
};

const LEFT_OUT_ONE = { pid: readNumber, reason: readText, detail: readText };

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

const PAUSES: Readers<Pauses> = {
  count: readNumber,
  totalUs: readNumber,
  longestUs: readNumber,
};

const STOPS: Readers<StopSummary> = { stoppedUs: readNumber, skippedTicks: readNumber };

/** Metadata from JSON; what is missing or makes no sense is as if it were not known. */
export function readMetadata(json: unknown): Metadata {
  return readFields(METADATA, json);
}

/** A summary from JSON. */
export function readSummary(json: unknown): Summary {
  return readFields(SUMMARY, json);
}
