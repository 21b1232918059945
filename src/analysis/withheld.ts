/** Why ticks of a capture were left out on purpose. */

import type { Lowered, Metadata } from "../profile/metadata.ts";
import { formatPercent } from "./units.ts";

/** Share of the ticks from which on it is worth to be said. */
export const MUCH_WITHHELD = 0.01;

/** What they were left out for: the program's sake, our own CPU time, or both. */
export interface Reasons {
  readonly program: boolean;
  readonly budget: boolean;
}

/**
 * Tells what ticks were left out for.
 * @param withheld their share of those that were due.
 * @param lowered by how much the rate gave way to the program; undefined if it did not.
 */
export function whyWithheld(withheld: number, lowered: Lowered | undefined): Reasons {
  if (lowered === undefined) return { program: false, budget: withheld > 0 };
  return { program: true, budget: 1 - (1 - withheld) * lowered.stretch > MUCH_WITHHELD };
}

/** The same in words; empty where none were left out. */
export function describeReasons(
  { program, budget }: Reasons,
  { maxCpu, maxSlowdown }: Metadata,
): string {
  const reasons: string[] = [];
  if (program) {
    const limit = maxSlowdown === undefined ? "" : ` by more than ${formatPercent(maxSlowdown)}`;
    reasons.push(`not to slow the program down${limit}`);
  }
  if (budget) reasons.push(`to stay within ${formatPercent(maxCpu ?? Infinity)} of a CPU`);
  return reasons.join(" and ");
}
