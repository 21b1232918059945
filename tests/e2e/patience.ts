/** Captures on a machine that may be too busy to let them begin in time. */

import type { Outcome } from "../cli/command.ts";

/** How much longer each try takes than the first. */
const FACTORS = [1, 3, 8];

/**
 * Runs a capture again, with more time, while it ends before its first sample: on a busy machine the
 * start of the program alone can take seconds. What it says otherwise is for the test to judge.
 * @param sought what the output has once the thread in question was sampled, where others may be first.
 */
export async function untilSampled(
  run: (factor: number) => Promise<Outcome>,
  sought = /^/,
): Promise<Outcome> {
  let outcome: Outcome | undefined;
  for (const factor of FACTORS) {
    outcome = await run(factor);
    const { stdout, stderr } = outcome;
    if (/No samples were collected|has ended|There is no process/.test(stderr)) continue;
    if (sought.test(stdout)) break;
  }
  return outcome!;
}
