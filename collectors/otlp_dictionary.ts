/** The tables that OpenTelemetry's profiles point into. */

import { NO_STACK } from "../src/profile/tables.ts";
import type { Bytes } from "./collector.ts";
import type { Places } from "./pprof_places.ts";
import { ProtobufWriter, varintLength } from "./protobuf.ts";

/** What the tables hold. */
export interface Dictionary {
  readonly places: Places;
  /** The merged stacks of the samples; the first has number 1. */
  readonly used: readonly number[];
  /** Bytes of the locations of each merged stack. */
  readonly lengths: Int32Array;
  /** Number of the attribute that says what kind of frame it is, by function; 0 for none. */
  readonly frameTypes: readonly number[];
  /** Attributes as messages; the first is the empty one. */
  readonly attributes: readonly Uint8Array[];
}

/** Numbers of the fields. */
const DICTIONARY = {
  mappings: 1,
  locations: 2,
  functions: 3,
  links: 4,
  strings: 5,
  attributes: 6,
  stacks: 7,
} as const;
const LOCATION = { lines: 3, attributeIndices: 4 } as const;
const LINE = { function: 1, line: 2, column: 3 } as const;
const FUNCTION = { name: 1, file: 3, startLine: 4 } as const;
const LINK = { traceId: 1, spanId: 2 } as const;
const STACK = { locationIndices: 1 } as const;

/** Writes the tables in pieces; each begins with an empty entry, which stands for none. */
export function* writeDictionary({
  places: { functions, locations, strings, merged: { stacks } },
  used,
  lengths,
  frameTypes,
  attributes,
}: Dictionary): Bytes {
  const writer = new ProtobufWriter();
  const empty = new Uint8Array(0);
  writer.bytes(DICTIONARY.mappings, empty);
  writer.message(DICTIONARY.links, (inner) => {
    inner.bytes(LINK.traceId, new Uint8Array(16));
    inner.bytes(LINK.spanId, new Uint8Array(8));
  });
  writer.bytes(DICTIONARY.locations, empty);
  for (const { function: owner, line, column } of locations) {
    writer.message(DICTIONARY.locations, (inner) => {
      inner.message(LOCATION.lines, (innermost) => {
        innermost.int(LINE.function, owner + 1);
        innermost.int(LINE.line, line);
        innermost.int(LINE.column, column);
      });
      const type = frameTypes[owner]!;
      inner.packed(LOCATION.attributeIndices, type === 0 ? [] : [type]);
    });
    if (writer.full) yield writer.take();
  }
  writer.bytes(DICTIONARY.functions, empty);
  for (const { name, file, firstLine } of functions) {
    writer.message(DICTIONARY.functions, (inner) => {
      inner.int(FUNCTION.name, name);
      inner.int(FUNCTION.file, file);
      inner.int(FUNCTION.startLine, firstLine);
    });
    if (writer.full) yield writer.take();
  }
  for (const text of strings.texts) {
    writer.text(DICTIONARY.strings, text);
    if (writer.full) yield writer.take();
  }
  for (const attribute of attributes) writer.bytes(DICTIONARY.attributes, attribute);
  writer.bytes(DICTIONARY.stacks, empty);
  const [prefix, location] = [stacks.prefix.view(), stacks.frame.view()];
  for (const stack of used) {
    const length = lengths[stack]!;
    writer.begin(DICTIONARY.stacks, 1 + varintLength(length) + length);
    writer.begin(STACK.locationIndices, length);
    for (let at = stack; at !== NO_STACK; at = prefix[at]!) writer.varint(location[at]! + 1);
    if (writer.full) yield writer.take();
  }
  yield writer.take();
}
