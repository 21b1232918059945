import { linux } from "../../ffi/linux/platform.ts";

const NAPS = 40;
const NAP_US = 1000;

/** How late we wake from a sleep of a millisecond, µs: the median of some. Takes 50 ms. */
export function measureLateness(): number {
  const reader = linux.readerThread();
  reader.prefer();
  const late: number[] = [];
  for (let i = 0; i < NAPS; i++) {
    const due = reader.now() + NAP_US;
    reader.sleepUntil(due, 0);
    late.push(reader.now() - due);
  }
  return late.sort((a, b) => a - b)[NAPS / 2]!;
}
