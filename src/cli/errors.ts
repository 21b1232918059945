/** What everything is made of that the command line says when it cannot do what was asked. */

import { escapeForTerminal } from "../analysis/terminal_text.ts";

/** Exit statuses of our own; `run` otherwise ends with the status of its program. */
export const DONE = 0;
export const FAILED = 1;
export const BAD_USAGE = 2;

/** A gate was not met: something is slower than allowed. */
export const GATE_NOT_MET = 3;

/** Only when nothing could be written after Ctrl-C. */
export const INTERRUPTED = 130;

/** Why something could not be done, and what to do about it. Texts are safe for a terminal. */
export interface Fault {
  readonly code: string;
  /** What happened, one sentence. */
  readonly what: string;
  /** What to do next; empty when there is nothing to say. */
  readonly next: string;
  readonly status: number;
}

/** Tells a fault from a good result. */
export function isFault(value: object): value is Fault {
  return "code" in value && "what" in value && "status" in value;
}

/** Something could not be done. */
export function fail(code: string, what: string, next: string): Fault {
  return { code, what, next, status: FAILED };
}

/** A mistake in the command line itself. */
export function badUsage(what: string, next: string): Fault {
  return { code: "bad-usage", what, next, status: BAD_USAGE };
}

/** Something we did not foresee; the trace is for TACHYON_DEBUG. */
export function unforeseen(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  return fail(
    "unforeseen",
    `Something went wrong that should not have: ${
      escapeForTerminal(message.split("\n")[0] ?? "")
    }.`,
    "Set TACHYON_DEBUG=1 to see where, and please report it.",
  );
}
