import type { Compared } from "../src/analysis/difference_functions.ts";
import { SliceCounts } from "../src/analysis/difference_noise.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";
import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import { joinProfiles } from "../src/report/baseline.ts";
import { packProfile } from "../src/report/pack.ts";
import { assemblePage } from "../src/report/page.ts";
import { TimeSlices } from "../src/report/slices.ts";
import { SourceReader } from "../src/report/sources.ts";
import { loadSyntax } from "../src/report/syntax.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";

/**
 * The `diff-flamegraph` format: the report of a profile, held against one from before.
 * @param base absent: it is the report alone.
 */
export function createDiffFlamegraph(base: Compared | undefined): Collector {
  const time = new TimeSlices();
  const slices = new SliceCounts();
  let sources: SourceReader | undefined;
  return {
    begin(metadata: Metadata): Bytes {
      sources = new SourceReader(metadata);
      return NOTHING;
    },
    add(profile: Profile, batch: SampleBatch): Bytes {
      time.add(profile, batch);
      slices.add(batch);
      sources?.look(profile);
      return NOTHING;
    },
    prepare: loadSyntax,
    *finish(profile: Profile, summary: Summary): Bytes {
      const reader = sources ?? new SourceReader(profile.metadata);
      reader.look(profile);
      const joined = base && joinProfiles({ profile, summary, slices }, base);
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
