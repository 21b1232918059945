/** Calls that were never shown wait for proof; those given up are restored if they can be. */
export const OPEN = 0;
/** Calls that were never shown are restored, or the stack is torn. */
export const STRICT = 1;
/** All calls are taken as they are: the target was not running. */
export const EXACT = 2;
/** What to do about calls that no exact reading has shown yet; `ffi/helper/join.c` has the same numbers. */
export type Policy = typeof OPEN | typeof STRICT | typeof EXACT;
