/** Why there is no result, in words. */

import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { fail, FAILED, type Fault, INTERRUPTED } from "./errors.ts";

/** Why an output cannot be written. */
export type OutputTrouble = "no-directory" | "denied" | "full" | "bad-name" | "taken" | "other";

/** The output cannot be written, found before or after sampling. */
export function outputNotWritable(path: string, trouble: OutputTrouble): Fault {
  const shown = escapeForTerminal(path);
  const [why, next] = {
    "no-directory": [
      "its directory does not exist",
      "Create the directory, or name another with `-o`.",
    ],
    "denied": ["permission is denied", "Name a place where you may write with `-o`."],
    "full": ["there is no space left", "Make room, or name another place with `-o`."],
    "bad-name": ["the name is too long or not valid", "Name another file with `-o`."],
    "taken": ["something else is there already", "Remove it, or name another place with `-o`."],
    "other": ["the system refused", "Name another file with `-o`."],
  }[trouble] as [string, string];
  return fail("output-not-writable", `Cannot write to ${shown}: ${why}.`, next);
}

/** An output came to an end before its time; where part of it is on disk, it says what that is good for. */
export function outputEnded(fault: Fault, remains: string | undefined): Fault {
  if (remains === undefined) return fault;
  const shown = escapeForTerminal(remains);
  return {
    ...fault,
    next: `What was written until then is in ${shown}; \`tachyon replay ${shown}\` reads it.`,
  };
}

/** What a command ends with whose outputs did not all come about; each was said when it happened. */
export function outputsFailed(faults: readonly Fault[]): Fault {
  return fail("outputs-failed", faults.map(({ what }) => what).join(" "), "");
}

/** The capture came to its end with nothing to show. */
export function nothingCollected(why: string, interrupted: boolean): Fault {
  return {
    code: "no-samples",
    what: `No samples were collected: ${why}.`,
    next: "Nothing was written.",
    status: interrupted ? INTERRUPTED : FAILED,
  };
}
