/** Why a file cannot be replayed, in words. */

import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { RecordingFault } from "../recording/fault.ts";
import type { InputFault } from "../recording/inputs/input.ts";
import { fail, type Fault } from "./errors.ts";

/** A file to be replayed is not there or cannot be opened. */
export function inputNotReadable(
  path: string,
  reason: "missing" | "partial" | "denied" | "no-file" | "other",
): Fault {
  const shown = escapeForTerminal(path);
  const [what, next] = {
    missing: [`There is no file ${shown}.`, "Check the path."],
    partial: [
      `There is no file ${shown}, but ${shown}.partial is there: a capture that was cut short.`,
      `\`tachyon replay ${shown}.partial\` reads what it has.`,
    ],
    denied: [`The file ${shown} may not be read.`, "Check its permissions."],
    "no-file": [
      `${shown} is no regular file.`,
      "Give a file; what comes through a pipe must be saved first.",
    ],
    other: [`The file ${shown} cannot be read.`, "Check the disk it is on."],
  }[reason] as [string, string];
  return fail("input-not-readable", what, next);
}

/** What is in a file cannot be replayed. */
export function notReplayable(path: string, { fault, detail }: InputFault): Fault {
  const shown = escapeForTerminal(path);
  const said = escapeForTerminal(detail);
  const kinds =
    "Files that can be replayed: recordings (--binary) of tachyon and of Python 3.15, " +
    "collapsed stacks, speedscope files, and files of cProfile.";
  switch (fault) {
    case "damaged":
      return fail("input-damaged", `${shown} is damaged: ${said}.`, "Make or copy it again.");
    case "unknown-kind":
      return fail("input-unknown", `${shown} ${said}.`, kinds);
    case "unsuitable":
    case "too-large":
    case "empty":
      return fail("input-unsuitable", `${shown} ${said}.`, kinds);
  }
}

/** A recording cannot be read. */
export function recordingNotReadable(path: string, { code, what, next }: RecordingFault): Fault {
  return fail(code, `${escapeForTerminal(path)}: ${what}`, next);
}

/** A format asks for more than an input has. */
export function inputLacks(path: string, format: string, lacks: "stacks" | "times"): Fault {
  const shown = escapeForTerminal(path);
  return lacks === "stacks"
    ? fail(
      "input-lacks",
      `${shown} has functions and their callers but no stacks, which ${format} is made of.`,
      "It can be shown as a table (--pstats).",
    )
    : fail(
      "input-lacks",
      `${shown} says how often each stack was seen but not when, which ${format} shows.`,
      "Choose a format that counts, such as --collapsed, or replay a recording.",
    );
}

/** There is nothing in an input. */
export function nothingRecorded(path: string): Fault {
  return fail(
    "no-samples",
    `There are no samples in ${escapeForTerminal(path)}.`,
    "Nothing was written.",
  );
}
