import type { LinuxHelper } from "../helper/functions.ts";
import { type Address, NOT_THERE, type Process, Ranges } from "../process.ts";

/** Visits of one figure, and figures of which the lowest is believed: the machine stands still now and then. */
const VISITS = 16;
const FIGURES = 4;
const PATIENCE = 1000;

/**
 * Makes some visits to a thread, where it runs or would run, and measures what they take: as long as to interrupt
 * a program takes on this machine, and to read. Takes some 2 ms.
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
  // What visits take depends on whether that CPU sleeps.
  if (helper.tach_idler_begin(process.threadCpu(tid)) !== 0) return undefined;
  try {
    let least: number | undefined;
    for (let figure = 0; figure < FIGURES; figure++) {
      const took = helper.tach_visits_took();
      const made = helper.tach_visits_made();
      for (let i = 0; i < VISITS; i++) {
        if (process.visit(tid, ranges, into, how) === NOT_THERE) return undefined;
        process.leave();
      }
      // Those that were late were not made, nor those to where we are ourselves.
      const visits = (helper.tach_visits_made() - made) >>> 0;
      if (visits * 2 < VISITS) continue;
      least = Math.min(least ?? Infinity, (helper.tach_visits_took() - took) / visits);
    }
    return least;
  } finally {
    helper.tach_idler_end();
  }
}
