/** What a profile knows that has functions and their callers, but no stacks: that of a tracing profiler. */

/** How often and how long, in all or from one caller. */
export interface CallCounts {
  /** Calls without recursive ones; of a sampled profile, see {@link CallTable.unit}. */
  readonly primitive: number;
  readonly calls: number;
  /** In the function itself, µs. */
  readonly selfUs: number;
  /** In the function and all it calls, µs. */
  readonly totalUs: number;
}

/** A call from one function. */
export interface CallerCounts {
  /** Index into {@link CallTable.rows}. */
  readonly caller: number;
  /** Absent where the file has a number only. */
  readonly counts: Partial<CallCounts> & { readonly calls: number };
}

/** One function. */
export interface CallRow extends CallCounts {
  /** Path; `~` or empty for functions without source. Untrusted text. */
  readonly file: string;
  readonly name: string;
  /** First line of the function (of a sampled profile of CPython: the line itself); 0 for none. */
  readonly line: number;
  readonly callers: readonly CallerCounts[];
}

/** Functions with their callers. */
export interface CallTable {
  /** Calls that were counted; or samples: those in the function itself and those with it on the stack. */
  readonly unit: "calls" | "samples";
  readonly rows: readonly CallRow[];
}
