/** Recordings as they are read: CPython's, ours, and ours that were never finished. */

import type { Metadata, Summary } from "../profile/metadata.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";

/** A recording that can be read, once. */
export interface Recording {
  /** Which program wrote the file. */
  readonly writer: "tachyon" | "cpython";
  readonly metadata: Metadata;
  /** Filled as samples are read; metadata from the start. */
  readonly profile: Profile;
  /** How it went; final when all has been read. */
  readonly summary: Summary;
  /** What CPython measured of its own readings, as shares; absent where nothing is known. */
  readonly measured?: { readonly failed?: number; readonly missed?: number };
  /** Samples that the file says it has; 0 if it does not say. */
  readonly samples: number;
  /** How much of the file has been read, 0 to 1. */
  readonly progress: number;
  /** What is not as it should be, after all has been read; undefined if nothing is. */
  readonly recovered: Recovery | undefined;
  /**
   * Reads all samples, in order of time as far as `docs/recording.md` says. Each batch is counted in the
   * profile before it is handed out, and is the caller's until the next
   * is asked for.
   */
  read(): Iterable<SampleBatch>;
}

/** How a recording was read that does not end as it should. */
export interface Recovery {
  readonly kind: "unfinished" | "damaged";
  /** What happened and what is left, one sentence; safe for a terminal. */
  readonly what: string;
  /** Bytes at the end of the samples that were of no use. */
  readonly lostBytes: number;
}
