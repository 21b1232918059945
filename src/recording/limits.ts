/**
 * What is read of a recording at most, so that a file made to do harm cannot take all memory. Captures
 * come nowhere near.
 */
export const MOST = {
  strings: 1 << 22,
  frames: 1 << 22,
  /** Callers included. */
  stacks: 1 << 24,
  /** Each has counts of its own. */
  threads: 1 << 16,
  /** A chunk of ours, compressed or not, in bytes. */
  chunk: 64 * 1024 * 1024,
  /** CPython's tables, in bytes. */
  tables: 1024 * 1024 * 1024,
} as const;
