import type { SourceEntry } from "../../assets/report/format.ts";
import type { Metadata } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS } from "../profile/tables.ts";
import { colorPieces } from "./coloring.ts";
import type { Places } from "./places.ts";
import { readSourceFile, type SourceFile } from "./target_files.ts";
import { escapeSource } from "./text.ts";

/** Characters of sources that are held at most. */
const MOST_HELD = 32 << 20;
/** Lines that a report carries at most. */
const MOST_LINES = 30_000;
/** Characters that are coloured at most: it takes about a second. */
const MOST_COLOURED = 1 << 21;
/** Lines shown above and below one that ran. */
const AROUND = 6;
/** A function that is not longer than this is shown from its beginning. */
const WHOLE_FUNCTION = 150;
/** A capture that began so long before it is a replay, ms. */
const JUST_NOW = 60_000;
const PYTHON = FRAME_KINDS.indexOf("python");

/** A source, and whether it was changed after the capture began, so that lines may not fit. */
export interface FoundSource {
  readonly text: string;
  readonly changed: boolean;
}

/** The lines of a text, however they end. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/**
 * Reads sources when they are first met: through the target's own root while it is there, since its
 * paths may mean other files here, and may be gone or changed when it has ended.
 */
export class SourceReader {
  readonly #files = new Map<number, SourceFile | undefined>();
  readonly #root: string;
  readonly #startedAt: number;
  #frames = 0;
  #held = 0;

  constructor(metadata: Metadata) {
    this.#startedAt = metadata.startedAt;
    const live = Math.abs(Date.now() - metadata.startedAt) < JUST_NOW && metadata.pid > 0;
    this.#root = live ? `/proc/${metadata.pid}/root` : "";
  }

  /** Reads the files of frames that are new. */
  look({ frames, strings }: Profile): void {
    for (; this.#frames < frames.length; this.#frames++) {
      const path = frames.file.at(this.#frames);
      if (frames.kind.at(this.#frames) !== PYTHON || this.#files.has(path)) continue;
      this.#files.set(path, this.#read(strings[path] ?? ""));
    }
  }

  /**
   * The whole of a source.
   * @param path index of its path in the profile's strings.
   * @returns undefined when it could not be read.
   */
  find(path: number): FoundSource | undefined {
    const source = this.#files.get(path);
    return source && { text: source.text, changed: this.#isChanged(source) };
  }

  /** The lines that a report shows: those around what ran. */
  excerpt(profile: Profile, places: Places): SourceEntry[] {
    this.look(profile);
    const wanted = linesToShow(places);
    const entries: SourceEntry[] = [];
    let lines = 0;
    let coloured = 0;
    for (const [file, path] of places.paths.entries()) {
      const source = this.#files.get(path);
      if (!this.#files.has(path)) continue;
      if (source === undefined) {
        entries.push({ file, state: "missing", pieces: [] });
        continue;
      }
      const all = splitLines(source.text).map(escapeSource);
      const ranges = joinRanges(wanted.get(file) ?? [], all.length)
        .filter(([from, to]) => (lines += to - from + 1) <= MOST_LINES);
      entries.push({
        file,
        state: this.#isChanged(source) ? "changed" : "read",
        pieces: ranges.map(([from, to]) => [from, all.slice(from - 1, to).join("\n")]),
        ...((coloured += source.text.length) > MOST_COLOURED
          ? {}
          : { tokens: colorPieces(all, ranges) }),
      });
    }
    return entries;
  }

  #isChanged({ modifiedAt }: SourceFile): boolean {
    return this.#startedAt > 0 && modifiedAt > this.#startedAt;
  }

  #read(path: string): SourceFile | undefined {
    if (this.#held > MOST_HELD) return undefined;
    // A program that has just ended has no root of its own any more.
    const found = readSourceFile(this.#root, path) ??
      (this.#root === "" || isThere(this.#root) ? undefined : readSourceFile("", path));
    this.#held += found?.text.length ?? 0;
    return found;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Ranges of lines by file, first and last. */
function linesToShow({ places, functions }: Places): Map<number, [number, number][]> {
  const ranges = new Map<number, [number, number][]>();
  for (const { function: id, line } of places) {
    if (line <= 0) continue;
    const fn = functions[id]!;
    let mine = ranges.get(fn.file);
    if (mine === undefined) ranges.set(fn.file, mine = []);
    const start = fn.line > 0 && fn.line <= line ? fn.line : line;
    const from = line - start <= WHOLE_FUNCTION ? Math.min(start, line - AROUND) : line - AROUND;
    mine.push([Math.max(1, from), line + AROUND]);
  }
  return ranges;
}

function joinRanges(ranges: [number, number][], lines: number): [number, number][] {
  const joined: [number, number][] = [];
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
    if (from > lines) break;
    const last = joined.at(-1);
    const end = Math.min(to, lines);
    if (last !== undefined && from <= last[1] + 3) last[1] = Math.max(last[1], end);
    else joined.push([from, end]);
  }
  return joined;
}
