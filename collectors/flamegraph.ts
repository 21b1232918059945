import type { Metadata, Summary } from "../src/profile/metadata.ts";
import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import type { JoinedProfiles } from "../src/report/baseline.ts";
import { packProfile } from "../src/report/pack.ts";
import { assemblePage } from "../src/report/page.ts";
import { TimeSlices } from "../src/report/slices.ts";
import { SourceReader } from "../src/report/sources.ts";
import { loadSyntax } from "../src/report/syntax.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";

/** What a report is held against. */
export interface Comparison {
  /** Takes a batch when it comes. */
  add(batch: SampleBatch): void;
  /** Puts the profile and the other one together. */
  join(profile: Profile, summary: Summary): JoinedProfiles;
}

/**
 * The `flamegraph` format: the report, one HTML page that needs nothing else. Counts are enough for it;
 * where samples come in order of time it shows that, too.
 */
export function createFlamegraph(comparison?: Comparison): Collector {
  const time = new TimeSlices();
  let sources: SourceReader | undefined;
  return {
    begin(metadata: Metadata): Bytes {
      sources = new SourceReader(metadata);
      return NOTHING;
    },
    add(profile: Profile, batch: SampleBatch): Bytes {
      time.add(profile, batch);
      comparison?.add(batch);
      sources?.look(profile);
      return NOTHING;
    },
    prepare: loadSyntax,
    *finish(profile: Profile, summary: Summary): Bytes {
      const reader = sources ?? new SourceReader(profile.metadata);
      reader.look(profile);
      const joined = comparison?.join(profile, summary);
      const data = packProfile(
        joined?.profile ?? profile,
        summary,
        time,
        (all, places) => reader.excerpt(all, places),
        joined,
      );
      yield* assemblePage(data);
    },
  };
}
