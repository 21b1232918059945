/** What targets tell of the time that their functions took. */
import type { Captured } from "./captured.ts";

/** What `split.py` and `periodic.py` print in the end: time spent in each function up to some moments (ms), s. */
export interface Told {
  readonly names: readonly string[];
  readonly moments: readonly (readonly number[])[];
}

/** The measured shares between the moments next to a capture's start and end. */
export function sharesDuring({ startedAt, summary }: Captured, told: Told): Map<string, number> {
  const end = startedAt + summary.durationUs / 1000;
  const inside = told.moments.filter(([time]) => startedAt <= time! && time! <= end);
  const [from, to] = [inside[0]!, inside.at(-1)!];
  const seconds = (to[0]! - from[0]!) / 1000;
  return new Map(told.names.map((name, i) => [name, (to[i + 1]! - from[i + 1]!) / seconds]));
}

/**
 * Where the machine takes the CPU away from the capture for some milliseconds, all that the target did
 * in that time is missing, whatever it was.
 */
export function missedShare({ quality }: Captured): number {
  return quality.missedTicks / (quality.ticks + quality.missedTicks);
}
