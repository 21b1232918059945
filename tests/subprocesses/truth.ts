/** What processes of a tree say of themselves, and what a capture says of them. */

export const TREE = new URL("targets/tree.py", import.meta.url).pathname;

/** What a Python said at its end. */
export interface Truth {
  readonly pid: number;
  readonly kind: string;
  readonly cpu_ms: number;
  /** CPU time until its work began. */
  readonly up_ms: number;
  /** When that was, seconds since 1970. */
  readonly at: number;
}

/** A process in the `json` output. */
export interface Row {
  readonly pid: number;
  readonly parent: number | null;
  readonly command: readonly string[];
  readonly python_version: string;
  readonly role: string | null;
  readonly started_us: number;
  readonly ended_us: number;
  readonly ending: string;
  readonly samples: number;
  readonly ticks: number;
  readonly missed_ticks: number;
  readonly withheld_ticks: number;
  readonly rejected: number;
}

/** What a program's processes said of themselves. */
export function readTruth(stdout: string): Truth[] {
  return [...stdout.matchAll(/^TRUTH (.*)$/gm)].map(([, line]) => JSON.parse(line!));
}
