import type { SourceEntry } from "../../assets/report/format.ts";
import type { Metadata } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS } from "../profile/tables.ts";
import { colorPieces } from "./coloring.ts";
import type { Places } from "./places.ts";
import type { SourceFile } from "./target_files.ts";
import { digestSource, TargetSources } from "./target_sources.ts";
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
const PYTHON = FRAME_KINDS.indexOf("python");

/** A source, and what is to be known of it. */
export interface FoundSource {
  readonly text: string;
  readonly state: Exclude<SourceEntry["state"], "missing">;
}

/** The lines of a text, however they end. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** Reads sources when they are first met: they may be gone or changed when the target has ended. */
export class SourceReader {
  readonly #files = new Map<number, SourceFile | undefined>();
  readonly #sources: TargetSources;
  /** What recordings tell of sources. */
  #digests: ReadonlyMap<number, string> = new Map();
  #frames = 0;
  #held = 0;

  constructor(metadata: Metadata) {
    this.#sources = new TargetSources(metadata);
  }

  /** Reads the files of frames that are new. */
  look({ frames, strings, digests }: Profile): void {
    this.#digests = digests;
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
    return source && { text: source.text, state: this.#judge(path, source) };
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
        state: this.#judge(path, source),
        pieces: ranges.map(([from, to]) => [from, all.slice(from - 1, to).join("\n")]),
        ...((coloured += source.text.length) > MOST_COLOURED
          ? {}
          : { tokens: colorPieces(all, ranges) }),
      });
    }
    return entries;
  }

  #judge(path: number, source: SourceFile): FoundSource["state"] {
    const digest = this.#digests.get(path);
    if (digest !== undefined) return digest === digestSource(source) ? "read" : "changed";
    if (this.#sources.isChanged(source)) return "changed";
    return this.#sources.live ? "read" : "unproven";
  }

  #read(path: string): SourceFile | undefined {
    if (this.#held > MOST_HELD) return undefined;
    const found = this.#sources.read(path);
    this.#held += found?.text.length ?? 0;
    return found;
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
