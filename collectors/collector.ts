import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";

/**
 * One output format. Capture and replay drive it the same way: `begin` once, `add` for each batch in
 * order of time, `finish` once. It makes bytes and never opens a file.
 */
export interface Collector {
  begin(metadata: Metadata): void;
  /** Formats that show time or order take samples as they come; those that count have no need to. */
  add(profile: Profile, batch: SampleBatch): void;
  /** The output, in pieces. Counts come from the profile's aggregates. */
  finish(profile: Profile, summary: Summary): Iterable<Uint8Array>;
}
