import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";

/** Output in pieces, in order. A piece is the receiver's until it asks for the next. */
export type Bytes = Iterable<Uint8Array>;

/** What formats yield that have nothing to say before they finish. */
export const NOTHING: Bytes = [];

/**
 * One output format. Capture and replay drive it the same way: `begin` once, `add` for each batch in
 * order of time, `finish` at the end. What they yield, one after the other, is the output. A collector
 * makes bytes and never opens a file.
 */
export interface Collector {
  begin(metadata: Metadata): Bytes;
  /**
   * Formats that show time or order take samples as they come; those that count have no need to.
   * What a format yields here is on disk soon after, so that a crash can lose little.
   */
  add(profile: Profile, batch: SampleBatch): Bytes;
  /** For formats that need more than is loaded at the start: awaited before `finish`. */
  prepare?(): Promise<void>;
  /**
   * Counts come from the profile's aggregates. Formats that do not stream may be asked before the end, too,
   * for what there is so far: nothing that comes later differs for it.
   */
  finish(profile: Profile, summary: Summary): Bytes;
  /**
   * For formats whose first bytes are known last: they are written over the beginning of the output
   * when `finish` is through. Where the output cannot be gone back in, it goes through a file first.
   */
  head?(): Uint8Array;
  /** For formats that are a directory: its files, after `finish`, which then yields nothing. */
  files?(profile: Profile, summary: Summary): Iterable<OutputFile>;
}

/** One file of an output that is a directory. */
export interface OutputFile {
  readonly name: string;
  readonly bytes: Bytes;
}

/** Bytes put aside outside the heap until they are wanted: a column of a format that ends in one document. */
export interface Spool {
  /** Adds bytes; they are copied, and the caller's to use again. */
  append(bytes: Uint8Array): void;
  readonly length: number;
  /** All that was appended, in pieces (see {@link Bytes}); may be asked for more than once. */
  read(): Bytes;
}

/** What a collector may ask for from whoever drives it. */
export interface CollectorTools {
  createSpool(): Spool;
}
