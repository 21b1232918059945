import type { Profile } from "../src/profile/profile.ts";
import { groupFrames } from "../src/analysis/functions.ts";
import { FRAME_KINDS, type FrameKind, NO_STACK } from "../src/profile/tables.ts";
import type { Bytes } from "./collector.ts";
import { type CategoryName, categoryOf, MARKERS } from "./gecko_meta.ts";
import { encodeSource, encodeString, JsonText, writeElements } from "./json_text.ts";

/** Place in the profile's strings of one of ours. */
export function placeString(string: number): number {
  return MARKERS.length + string;
}

const CATEGORY_OF_KIND: Readonly<Record<FrameKind, CategoryName>> = {
  python: "Python",
  native: "Native",
  gc: "GC",
  task: "Other",
  synthetic: "Other",
};
const PYTHON = FRAME_KINDS.indexOf("python");
const NULL = encodeSource("null");
const NO_ROWS = `"length":0}`;

type WriteCell = (text: JsonText, row: number) => void;
/** What all rows of a column have. */
const always = (source: string): WriteCell => {
  const bytes = encodeSource(source);
  return (text) => text.bytes(bytes);
};

/** The tables that all threads share: strings, sources, functions, frames and stacks. */
export function* writeShared(profile: Profile): Bytes {
  const { strings, frames, stacks } = profile;
  const { functionOf, firstFrame } = groupFrames(profile);
  const sources = new Map<number, number>();
  for (const frame of firstFrame) {
    if (frames.kind.at(frame) !== PYTHON) continue;
    const file = frames.file.at(frame);
    if (!sources.has(file)) sources.set(file, sources.size);
  }
  const files = [...sources.keys()];
  const categories = FRAME_KINDS.map((kind) => categoryOf(CATEGORY_OF_KIND[kind]));

  yield encodeSource(`"shared":{"stringArray":[`);
  yield* writeElements(MARKERS.length + strings.length, (text, index) => {
    const string = index < MARKERS.length ? MARKERS[index]!.name : strings[index - MARKERS.length]!;
    text.bytes(encodeString(string));
  });
  yield encodeSource(`],"sources":{`);
  yield* writeTable(files.length, {
    id: always("null"),
    filename: (text, row) => text.integer(placeString(files[row]!)),
    startLine: always("1"),
    startColumn: always("1"),
    sourceMapURL: always("null"),
  });
  yield encodeSource(`,"funcTable":{`);
  yield* writeTable(firstFrame.length, {
    name: (text, row) => text.integer(placeString(frames.name.at(firstFrame[row]!))),
    isJS: always("false"),
    relevantForJS: always("false"),
    resource: always("-1"),
    source: (text, row) => writeKnown(text, sources.get(frames.file.at(firstFrame[row]!)) ?? -1, 0),
    lineNumber: (text, row) => writeKnown(text, frames.firstLine.at(firstFrame[row]!), 1),
    columnNumber: always("null"),
  });
  yield encodeSource(`,"frameTable":{`);
  yield* writeTable(frames.length, {
    address: always("-1"),
    inlineDepth: always("0"),
    category: (text, row) => text.integer(categories[frames.kind.at(row)]!),
    subcategory: always("0"),
    func: (text, row) => text.integer(functionOf[row]!),
    nativeSymbol: always("null"),
    innerWindowID: always("0"),
    line: (text, row) => writeKnown(text, frames.line.at(row), 1),
    column: (text, row) => writeKnown(text, frames.column.at(row) + 1, 1),
  });
  yield encodeSource(`,"stackTable":{`);
  yield* writeTable(stacks.length, {
    frame: (text, row) => text.integer(stacks.frame.at(row)),
    prefix: (text, row) => writeKnown(text, stacks.prefix.at(row), NO_STACK + 1),
  });
  yield encodeSource(
    `,"resourceTable":{"type":[],"lib":[],"name":[],"host":[],${NO_ROWS},` +
      `"nativeSymbols":{"libIndex":[],"address":[],"name":[],"functionSize":[],${NO_ROWS}}`,
  );
}

/** A table as columns, without its opening brace. */
function* writeTable(length: number, columns: Readonly<Record<string, WriteCell>>): Bytes {
  for (const [name, write] of Object.entries(columns)) {
    yield encodeSource(`"${name}":[`);
    yield* writeElements(length, write);
    yield encodeSource("],");
  }
  yield encodeSource(`"length":${length}}`);
}

/** A number from the least that means something on, or null. */
function writeKnown(text: JsonText, value: number, least: number): void {
  if (value < least) text.bytes(NULL);
  else text.integer(value);
}
