import type { ProcessInfo } from "../profile/process.ts";
import { emptyQuality, type Quality } from "../profile/quality.ts";

/** Some processes of a capture as one: when they were there, and their counts. */
export interface ProcessCounts {
  /** When the first of them began, µs since the first tick of the capture. */
  readonly fromUs: number;
  /** For how long at least one of them was there, µs. */
  readonly durationUs: number;
  readonly quality: Quality;
}

/** Counts that processes share which are read at the same ticks. */
const OF_TICKS: ReadonlySet<string> = new Set(["ticks", "missedTicks", "withheldTicks"]);

/**
 * Adds up processes. Of ticks at which several of them were read, it is only known how many there were in
 * all: they are taken to be spread evenly over the time that each was there.
 * @param endUs when those end that are still sampled.
 */
export function countProcesses(processes: readonly ProcessInfo[], endUs: number): ProcessCounts {
  const spans = processes.map(({ startedUs, endedUs = endUs }) => [startedUs, endedUs] as const)
    .sort(([a], [b]) => a - b);
  let [together, each, until] = [0, 0, -Infinity];
  for (const [from, to] of spans) {
    each += Math.max(0, to - from);
    together += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  const quality = emptyQuality();
  const share = each > 0 ? together / each : 1;
  for (const one of processes) {
    for (const [name, count] of Object.entries(one.quality)) {
      if (typeof count === "number") {
        quality[name as "ticks"] += OF_TICKS.has(name) ? count * share : count;
      }
    }
    one.quality.rejected.forEach((count, reason) => quality.rejected[reason]! += count);
  }
  for (const name of OF_TICKS) quality[name as "ticks"] = Math.round(quality[name as "ticks"]);
  return { fromUs: spans[0]?.[0] ?? 0, durationUs: together, quality };
}
