import type { Metadata } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS } from "../profile/tables.ts";
import { digestSource, TargetSources } from "./target_sources.ts";

/** Characters of sources that are read at most. */
const MOST_READ = 256 << 20;
/** Of a file that had been changed when it was read first: no source has this. */
const CHANGED = "0".repeat(16);
const PYTHON = FRAME_KINDS.indexOf("python");

/** Finds out what the sources of a program are like while it runs, so that a replay knows them again. */
export class SourceDigests {
  readonly #sources: TargetSources;
  readonly #met = new Map<number, string | undefined>();
  #frames = 0;
  #read = 0;

  constructor(metadata: Metadata) {
    this.#sources = new TargetSources(metadata);
  }

  /** Digests of sources by path, of those that are new; of a replay those that its recording has. */
  *take({ frames, strings, digests }: Profile): Generator<[path: number, digest: string]> {
    for (; this.#frames < frames.length; this.#frames++) {
      const path = frames.file.at(this.#frames);
      if (frames.kind.at(this.#frames) !== PYTHON || this.#met.has(path)) continue;
      const digest = digests.get(path) ?? this.#digest(strings[path] ?? "");
      this.#met.set(path, digest);
      if (digest !== undefined) yield [path, digest];
    }
  }

  #digest(path: string): string | undefined {
    if (!this.#sources.live || this.#read > MOST_READ) return undefined;
    const source = this.#sources.read(path);
    if (source === undefined) return undefined;
    this.#read += source.text.length;
    return this.#sources.isChanged(source) ? CHANGED : digestSource(source);
  }
}
