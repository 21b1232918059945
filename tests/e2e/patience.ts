/** Captures on a machine that may be too busy to let them begin in time. */

import type { Outcome } from "../cli/command.ts";

/** How much longer each try takes than the first. */
const FACTORS = [1, 3, 8];

/** It has no samples, or says that the machine kept it from taking most of them. */
const NOTHING =
  /No samples were collected|has ended|There is no process|: (?:[5-9]\d|100)(?:\.\d+)?% of the samples were missed/;

/**
 * Runs a capture again, with more time, while it ends before its first sample or hardly gets to any: on a busy
 * machine the start of the program alone can take seconds. What it says otherwise is for the test to judge.
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
    if (NOTHING.test(stderr)) continue;
    if (sought.test(stdout)) break;
  }
  return outcome!;
}
