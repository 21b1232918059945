import { type SourceEntry, TOKEN_KINDS } from "./format.ts";
import type { Model } from "./model.ts";

/** A line of a source. */
export interface SourceLine {
  readonly text: string;
  /** What to colour in it, in order. */
  readonly tokens: readonly LineToken[];
}

/** A coloured part of a line: offsets, and a class of the style. */
export interface LineToken {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

/** The lines of a file that the report carries, by number. */
const linesOf = new WeakMap<SourceEntry, Map<number, SourceLine>>();

/** A file's source, as far as the report carries it. */
export function findSource(model: Model, file: number): SourceEntry | undefined {
  return model.header.sources.find((source) => source.file === file);
}

/** All lines of a source that the report carries. */
export function readLines(source: SourceEntry): ReadonlyMap<number, SourceLine> {
  let lines = linesOf.get(source);
  if (lines === undefined) {
    lines = new Map();
    for (const [index, [first, text]] of source.pieces.entries()) {
      let line = first;
      for (const one of splitPiece(text, source.tokens?.[index] ?? [])) lines.set(line++, one);
    }
    linesOf.set(source, lines);
  }
  return lines;
}

/** Cuts a piece into lines, and what is coloured over the ends of lines with it. */
function splitPiece(text: string, packed: readonly number[]): SourceLine[] {
  const lines: SourceLine[] = [];
  let next = 0;
  let [from, to, kind] = [Infinity, Infinity, ""];
  let end = 0;
  const advance = (): void => {
    from = next < packed.length ? end + packed[next]! : Infinity;
    end = to = from + (packed[next + 1] ?? 0);
    kind = TOKEN_KINDS[packed[next + 2] ?? 0] ?? "";
    next += 3;
  };
  advance();
  let start = 0;
  for (const line of text.split("\n")) {
    const stop = start + line.length;
    const tokens: LineToken[] = [];
    while (from < stop) {
      tokens.push({ from: Math.max(0, from - start), to: Math.min(to, stop) - start, kind });
      if (to > stop) break;
      advance();
    }
    while (to <= stop) advance();
    lines.push({ text: line, tokens });
    start = stop + 1;
  }
  return lines;
}

/** One line of a file. */
export function findLine(model: Model, file: number, line: number): SourceLine | undefined {
  const source = findSource(model, file);
  return source === undefined ? undefined : readLines(source).get(line);
}
