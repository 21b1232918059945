/** Why there is nothing to be seen. */

import { formatCount } from "../analysis/units.ts";
import type { Mode } from "../profile/metadata.ts";
import { rejectedTotal } from "../profile/quality.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM } from "./style.ts";

/** What no thread was found doing, by mode. */
const NOT_SEEN: Readonly<Partial<Record<Mode, string>>> = {
  cpu: "no thread was found on a CPU",
  gil: "no thread was found to hold the GIL",
  exception: "no thread was found with an exception",
};

/** Says so where a view would stand. */
export function drawNothing(screen: Screen, area: Area, scene: Scene): void {
  screen.put(2, area.top + 2, whyNothing(scene), DIM);
}

/** One sentence: a filter, what the mode looks for, readings that were thrown away, or time. */
export function whyNothing({ figures, model, profile, trust, window }: Scene): string {
  if (figures.samples > 0) return `nothing matches ${model.filter}; c clears the filter`;
  const { quality, metadata } = profile;
  if (quality.samples > 0) {
    return window.thread === undefined ? "no samples yet" : "no samples of this thread";
  }
  if (quality.filtered > 0) {
    return `no samples: the filter leaves out all ${formatCount(quality.filtered)}`;
  }
  const rejected = rejectedTotal(quality);
  if (rejected > 0) {
    const reason = trust.reasons[0]!.reason;
    return `no samples: all ${
      formatCount(rejected)
    } stacks that were read are rejected (${reason})`;
  }
  const notSeen = NOT_SEEN[metadata.mode];
  if (notSeen !== undefined && quality.ticks > 1) {
    const hint = metadata.allThreads ? "" : " (only the main thread is looked at: -a takes all)";
    return `no samples: ${notSeen}${hint}`;
  }
  if (quality.empty > 0) return "no samples: no Python code runs in the sampled threads";
  return "no samples yet";
}
