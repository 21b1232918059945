import { Ranges } from "../../ffi/process.ts";

/**
 * The first range and those from the third on, up to `end` of the copy; the second, the rest of the thread
 * state, is left out.
 */
export function briefOf(ranges: Ranges, end: number): Ranges {
  const brief = new Ranges(ranges.capacity);
  brief.gap = ranges.words[6]!;
  brief.words.set(ranges.words.subarray(0, 4));
  brief.words.set(ranges.words.subarray(8), 4);
  brief.bytes = ranges.words[2]!;
  for (brief.count = 1; brief.bytes + brief.gap < end; brief.count++) {
    brief.bytes += ranges.words[brief.count * 4 + 6]!;
  }
  return brief;
}
