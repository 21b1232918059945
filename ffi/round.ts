import { ACTIVITY } from "./process.ts";

/** The most visits of a round. */
const MOST = 50;
/** Numbers of each visit: when it is due and made, and its trace. */
const TIMES = 2;
const TRACE = 2;

/** Where the numbers of the visits begin. */
const VISITS = 28;
const ROW = VISITS + TIMES * MOST;
const ROWS = ROW + ACTIVITY.length;
const TRACES = ROWS + ACTIVITY.length * MOST;

/** Places in the sheet of `Process.planRound`; `helper/round.c` has the same, and says what they mean. */
export const ROUND = {
  count: 0,
  slot: 1,
  stride: 2,
  frameAt: 3,
  identAt: 4,
  ident: 5,
  chunkAt: 6,
  chunkTopAt: 7,
  generationAt: 8,
  generation: 9,
  baseAt: 10,
  base: 11,
  emptyAt: 12,
  previous: 13,
  frameBytes: 14,
  handledAt: 15,
  handled: 16,
  asks: 17,
  executable: 18,
  instruction: 19,
  owner: 20,
  calmAt: 21,
  bornAt: 22,
  /** Two numbers. */
  born: 23,
  /** Visits made or left out, from the first one on. */
  made: 25,
  /** Not 0: something was missing in the next one; the thread cannot run for a moment from then on. */
  wanting: 26,
  /** Not 0: something has changed that the last one still has not to do with, and those after it would. */
  over: 27,
  /** From here on `visit` numbers of each: when it is due, and when it was made, µs; 0: it was left out. */
  visits: VISITS,
  visit: TIMES,
  /** The most of them. */
  most: MOST,
  /** `ActivityWatch.row`, to be filled in where it is asked what the thread does; and as it was at each visit. */
  row: ROW,
  rows: ROWS,
  /** From here on the traces of the visits, see `Process.recallRound`. */
  traces: TRACES,
  length: TRACES + TRACE * MOST,
} as const;

/** Bytes of a memory for `Process.recallRound`; `helper/recall.c` has the same. */
export const RECALL_BYTES = 8 + 8192 * 24;
