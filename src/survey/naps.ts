import { platform } from "../../ffi/platform.ts";

const NAPS = 40;
const NAP_US = 1000;

/** How punctual this thread can be. */
export interface Punctuality {
  /** How late it wakes from a sleep of a millisecond, µs: the median of some. */
  readonly lateUs: number;
  /** The system lets it go before ordinary threads. */
  readonly preferred: boolean;
}

/** Tries it for 50 ms. */
export function measurePunctuality(): Punctuality {
  const reader = platform.readerThread();
  const preferred = reader.prefer();
  const late: number[] = [];
  for (let i = 0; i < NAPS; i++) {
    const due = reader.now() + NAP_US;
    reader.sleepUntil(due, 0);
    late.push(reader.now() - due);
  }
  return { lateUs: late.sort((a, b) => a - b)[NAPS / 2]!, preferred };
}
