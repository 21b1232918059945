/** What OpenTelemetry's attributes say of a process and of how its profile was taken. */

import type { Profile } from "../src/profile/profile.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";
import { escapeForTerminal } from "../src/analysis/terminal_text.ts";
import type { ProtobufWriter } from "./protobuf.ts";
import { summarizeProfile } from "./summary.ts";

/** Numbers that are whole are integers. */
export type AttributeValue = string | number | boolean | readonly string[];
/** A name and its value. */
export type Attribute = readonly [key: string, value: AttributeValue];

/** Numbers of the fields of `AnyValue` and `ArrayValue`. */
const ANY_VALUE = { string: 1, bool: 2, int: 3, double: 4, array: 5 } as const;
const ARRAY_VALUE = { values: 1 } as const;

/** Writes the fields of an `AnyValue`; what is harmful in text is spelled out. */
export function writeValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (typeof value === "string") {
    writer.text(ANY_VALUE.string, escapeForTerminal(value));
  } else if (typeof value === "boolean") {
    writer.tagged(ANY_VALUE.bool, value ? 1 : 0);
  } else if (typeof value !== "number") {
    writer.message(ANY_VALUE.array, (inner) => {
      for (const item of value) {
        inner.message(ARRAY_VALUE.values, (innermost) => writeValue(innermost, item));
      }
    });
  } else if (Number.isSafeInteger(value) && value >= 0) {
    writer.tagged(ANY_VALUE.int, value);
  } else {
    writer.double(ANY_VALUE.double, value);
  }
}

/** The process, in names of the semantic conventions; only what is known. */
export function listResource({ pid, command, pythonVersion }: Metadata): Attribute[] {
  const attributes: Attribute[] = [
    ...(pid > 0 ? [["process.pid", pid] as const] : []),
    ...(command.length > 0 ? [["process.command_args", command] as const] : []),
    ["process.runtime.name", "cpython"],
    ...(pythonVersion === "" ? [] : [["process.runtime.version", pythonVersion] as const]),
  ];
  return attributes;
}

/** How the profile was taken: the numbers of the summary, by their path in it; only what is known. */
export function listSummary(profile: Profile, summary: Summary): Attribute[] {
  const { capture, quality, samples, independent_samples } = summarizeProfile(profile, summary);
  return [...flatten("tachyon", { ...capture, quality, samples, independent_samples })];
}

function* flatten(prefix: string, values: object): Generator<Attribute> {
  for (const [key, value] of Object.entries(values) as [string, unknown][]) {
    const name = `${prefix}.${key}`;
    if (typeof value === "object" && value !== null) yield* flatten(name, value);
    else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      yield [name, value];
    }
  }
}
