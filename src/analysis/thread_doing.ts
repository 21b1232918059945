/** What threads were doing, over a whole profile. */

import { type Profile, STATUS } from "../profile/profile.ts";

/** Samples of a thread by what it was doing; null where nobody looked. */
export interface ThreadDoing {
  /** All samples whose state was recorded. */
  readonly samples: number;
  readonly hasGil: number | null;
  readonly waitsForGil: number | null;
  /** Of {@link cpuKnown}. */
  readonly onCpu: number | null;
  /** Samples of which it is known whether the thread was on a CPU. */
  readonly cpuKnown: number;
  readonly hasException: number | null;
}

/**
 * What each thread was doing. That somebody looked at the GIL and at exceptions shows where any thread is
 * seen to hold the GIL, to wait for it, or to have an exception; else it is not known.
 */
export function summarizeDoing({ threads, states }: Profile): ThreadDoing[] {
  const ids = [...threads.keys()];
  const signs = [STATUS.hasGil, STATUS.waitsForGil, STATUS.hasException];
  const looked = ids.some((id) => signs.some((sign) => states.count(id, sign) > 0));
  return ids.map((id) => {
    const told = (bit: number): number | null => looked ? states.count(id, bit) : null;
    const cpuKnown = states.count(id, 0, STATUS.cpuUnknown);
    return {
      samples: states.count(id, 0),
      hasGil: told(STATUS.hasGil),
      waitsForGil: told(STATUS.waitsForGil),
      onCpu: cpuKnown > 0 ? states.count(id, STATUS.onCpu) : null,
      cpuKnown,
      hasException: told(STATUS.hasException),
    };
  });
}
