/** What targets tell of the time that their functions took. */
import type { Summary } from "../../src/profile/metadata.ts";
import type { Captured } from "./captured.ts";

/** What `split.py` and `periodic.py` print in the end: time spent in each function up to some moments (ms), s. */
export interface Told {
  readonly names: readonly string[];
  readonly moments: readonly (readonly number[])[];
}

/** A capture's start (ms) and length. */
interface Lasting {
  readonly startedAt: number;
  readonly summary: Pick<Summary, "durationUs">;
}

/** The measured shares between the moments next to a capture's start and end. */
export function sharesDuring(captured: Lasting, told: Told): Map<string, number> {
  const [from, to] = momentsOf(captured, told);
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

/** The share of a capture's time about which nothing is told: before the first and after the last moment in it. */
export function untoldShare(captured: Lasting, told: Told): number {
  const [from, to] = momentsOf(captured, told);
  return 1 - (to[0]! - from[0]!) * 1000 / captured.summary.durationUs;
}

function momentsOf(
  { startedAt, summary }: Lasting,
  told: Told,
): [from: readonly number[], to: readonly number[]] {
  const end = startedAt + summary.durationUs / 1000;
  const inside = told.moments.filter(([time]) => startedAt <= time! && time! <= end);
  return [inside[0]!, inside.at(-1)!];
}
