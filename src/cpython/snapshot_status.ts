/**
 * How a snapshot came out. Values below {@link WHOLE} are those of a fetch that did not succeed, values
 * from {@link TORN} on are reasons to read again and, in the end, to reject.
 */
export const WHOLE = 10;
/** Whole, but for calls that no exact reading has shown yet. */
export const UNPROVEN = 11;
/** The thread runs no Python code. */
export const EMPTY = 12;
/** The stack was changing under the reading. */
export const TORN = 13;
/** The chain does not end where a complete one does. */
export const BROKEN = 14;
/** A frame or a code object could not be read. */
export const UNREADABLE = 15;
/** More frames than we hold. */
export const TOO_DEEP = 16;
