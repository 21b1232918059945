/** Why two profiles cannot be compared, or what came of it, in words. */

import type { Unlikeness } from "../analysis/difference_likeness.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { fail, type Fault, GATE_NOT_MET } from "./errors.ts";

/** Two profiles speak of different things. */
export function notAlike({ what, base, current }: Unlikeness): Fault {
  return fail(
    "not-alike",
    `The two profiles are not alike in ${what}: the baseline has ${base}, the other ${current}.`,
    "Compare captures that were taken with the same options.",
  );
}

/** Two profiles have nothing by which they could be compared. */
export function notComparable(lacks: "kind" | "times" | "noise" | "stacks", path: string): Fault {
  const shown = escapeForTerminal(path);
  const [what, next] = {
    kind: [
      `${shown} counts calls and the other profile samples, which cannot be compared.`,
      "Compare two profiles of one kind.",
    ],
    times: [`Nothing in ${shown} says how much time a sample is.`, "Leave out `--by time`."],
    noise: [
      `Nothing in ${shown} says how far its numbers are noise, so nothing can be said to be slower.`,
      "Use recordings (--binary) for both, or leave out `--fail-above`.",
    ],
    stacks: [
      `${shown} has functions and their callers but no stacks, which a flame graph is made of.`,
      "Compare with `tachyon diff`, or with a recording (--binary).",
    ],
  }[lacks] as [string, string];
  return fail("not-comparable", what, next);
}

/** Something is slower than it may be. */
export function gateNotMet(name: string, growth: string, allowed: string): Fault {
  return {
    code: "gate-not-met",
    what: `${
      escapeForTerminal(name)
    } takes ${growth} more than before, and ${allowed} are allowed.`,
    next: "",
    status: GATE_NOT_MET,
  };
}
