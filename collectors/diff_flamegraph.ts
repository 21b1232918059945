import type { Compared } from "../src/analysis/difference_functions.ts";
import { SliceCounts } from "../src/analysis/difference_noise.ts";
import { joinProfiles } from "../src/report/baseline.ts";
import type { Collector } from "./collector.ts";
import { createFlamegraph } from "./flamegraph.ts";

/**
 * The `diff-flamegraph` format: the report of a profile, held against one from before.
 * @param base absent: it is the report alone.
 */
export function createDiffFlamegraph(base: Compared | undefined): Collector {
  if (base === undefined) return createFlamegraph();
  const slices = new SliceCounts();
  return createFlamegraph({
    add: (batch) => slices.add(batch),
    join: (profile, summary) => joinProfiles({ profile, summary, slices }, base),
  });
}
