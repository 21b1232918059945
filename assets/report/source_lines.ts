import type { SourceEntry } from "./format.ts";
import type { Model } from "./model.ts";

/** The lines of a file that the report carries, by number. */
const linesOf = new WeakMap<SourceEntry, Map<number, string>>();

/** A file's source, as far as the report carries it. */
export function findSource(model: Model, file: number): SourceEntry | undefined {
  return model.header.sources.find((source) => source.file === file);
}

/** All lines of a source that the report carries. */
export function readLines(source: SourceEntry): ReadonlyMap<number, string> {
  let lines = linesOf.get(source);
  if (lines === undefined) {
    lines = new Map();
    for (const [first, text] of source.pieces) {
      for (const [index, line] of text.split("\n").entries()) lines.set(first + index, line);
    }
    linesOf.set(source, lines);
  }
  return lines;
}

/** One line of a file. */
export function findLine(model: Model, file: number, line: number): string | undefined {
  const source = findSource(model, file);
  return source === undefined ? undefined : readLines(source).get(line);
}
