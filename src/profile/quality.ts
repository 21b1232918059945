/** How far a capture can be trusted: what was asked, what was read, what was not. */

/** Why a reading was thrown away. The order is that of the records; append only. */
export const REJECTIONS = [
  "torn", // the stack was changing faster than it could be read, after all retries
  "unknown-edge", // a caller and callee never seen together in an exact reading
  "broken-chain", // the chain of frames does not end where a complete one ends
  "unreadable", // a frame, code object or name could not be read
  "too-deep", // more frames than we hold
  "not-held", // exact and blocking: the thread could have run while it was read
  "torn-task", // the task that ran, or one that waits, was changing faster than it could be read
] as const;
export type Rejection = typeof REJECTIONS[number];

/** Counts over a capture, in thread-samples unless it says ticks. */
export interface Quality {
  /** Times at which the target was read. */
  ticks: number;
  /** Ticks that were due and could not be kept: the machine or the target's stacks were too slow. */
  missedTicks: number;
  /** Ticks that were left out to keep our own CPU time within its limit. */
  withheldTicks: number;
  /** Samples kept. */
  samples: number;
  /** Of those, taken with the reader on the target's own CPU. */
  exact: number;
  /** Readings of threads in steady visits that were to be exact; and those that were. */
  controlTried: number;
  control: number;
  /** Of the samples, read more than once until they held together. */
  retried: number;
  /** Of those, with a call site or a popped frame restored from what its neighbours prove. */
  repaired: number;
  /** Readings of threads without any Python frame: starting, ending, or waiting outside Python. */
  empty: number;
  /** Samples that were good but found the ring full. */
  dropped: number;
  /** Samples that were good but left out by a filter. */
  filtered: number;
  /** Readings thrown away, by {@link REJECTIONS} index. */
  rejected: number[];
}

/** A quality record with nothing in it. */
export function emptyQuality(): Quality {
  return {
    ticks: 0,
    missedTicks: 0,
    withheldTicks: 0,
    samples: 0,
    exact: 0,
    controlTried: 0,
    control: 0,
    retried: 0,
    repaired: 0,
    empty: 0,
    dropped: 0,
    filtered: 0,
    rejected: REJECTIONS.map(() => 0),
  };
}

/** All readings thrown away. */
export function rejectedTotal(quality: Quality): number {
  return quality.rejected.reduce((sum, count) => sum + count, 0);
}
