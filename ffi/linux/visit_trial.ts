import type { LinuxHelper } from "../helper/functions.ts";
import { type Address, LATE, NOT_THERE, type Process, Ranges } from "../process.ts";

/** Visits of one figure, and figures of which the lowest is believed: the machine stands still now and then. */
const VISITS = 16;
const FIGURES = 4;
/** Tries until there are so many. */
const MOST_TRIES = 12;
const PATIENCE = 1000;

/**
 * Makes some visits to a thread, where it runs or would run, and measures what they take: as long as to interrupt
 * a program takes on this machine, and to read. Takes some 3 ms.
 * @param at an address of the process at which there is something to read.
 * @returns µs of one visit; undefined where none can be made.
 */
export function tryVisits(
  process: Process,
  helper: LinuxHelper,
  tid: number,
  at: Address,
): number | undefined {
  const ranges = new Ranges(1);
  ranges.push(at, 8);
  const into = new Uint8Array(64);
  const how = { linger: false, patienceUs: PATIENCE };
  const figures: number[] = [];
  for (let tries = 0; tries < MOST_TRIES && figures.length < FIGURES; tries++) {
    // What visits take depends on whether that CPU sleeps.
    if (helper.tach_idler_begin(process.threadCpu(tid)) !== 0) return undefined;
    try {
      const took = helper.tach_visits_took();
      const made = helper.tach_visits_made();
      let late = 0;
      for (let i = 0; i < VISITS; i++) {
        const read = process.visit(tid, ranges, into, how);
        if (read === NOT_THERE) return undefined;
        if (read === LATE) late++;
        process.leave();
      }
      // Somebody else has that CPU.
      if (late > VISITS / 2) break;
      // Those that were late were not made, nor those to where we are, if the thread has come to our CPU.
      const visits = (helper.tach_visits_made() - made) >>> 0;
      if (visits > VISITS / 2) figures.push((helper.tach_visits_took() - took) / visits);
    } finally {
      helper.tach_idler_end();
    }
  }
  return figures.length === 0 ? undefined : Math.min(...figures);
}
