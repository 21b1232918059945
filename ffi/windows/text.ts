import type { FfiBuffer } from "../helper/library.ts";

/** As long as a path or a command line can be, in UTF-16 units. */
const LONGEST = 0x8000;

const units = new Uint16Array(LONGEST);
const decoder = new TextDecoder("utf-16le");

/**
 * Takes a text from a function of the helper that writes one.
 * @param write gets the buffer and its capacity, returns the text's length or a negative error
 * @returns undefined after an error.
 */
export function readText(write: (into: FfiBuffer, capacity: number) => number): string | undefined {
  const length = write(units as unknown as FfiBuffer, LONGEST);
  return length < 0 ? undefined : decoder.decode(units.subarray(0, Math.min(length, LONGEST)));
}
