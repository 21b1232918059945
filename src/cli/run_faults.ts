/** Why a program cannot be started to be sampled, in words. */

import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { fail, type Fault } from "./errors.ts";
import { adviseTracing } from "./permission.ts";

/** `run` was given a script that is not there. */
export function scriptNotFound(path: string): Fault {
  const shown = escapeForTerminal(path);
  return fail(
    "script-not-found",
    `There is no script ${shown}.`,
    "Check the path; for a module use `-m`, for any other command put `--` before it.",
  );
}

/** `run --blocking` would start a program that we may not stop then. */
export function childrenNotStoppable(): Fault {
  return fail(
    "not-stoppable",
    "The system does not let us stop programs for their samples, as `--blocking` does, not even those " +
      "that we start. Nothing was started.",
    adviseTracing(false),
  );
}

/** There is no interpreter to run a script with. */
export function pythonNotFound(name: string): Fault {
  return fail(
    "python-not-found",
    `There is no Python interpreter ${escapeForTerminal(name)} here.`,
    "Name one with `--python PATH`.",
  );
}

/** The command behind `--` is not there or may not be executed. */
export function commandNotStarted(name: string, reason: "missing" | "denied" | "broken"): Fault {
  const shown = escapeForTerminal(name);
  if (reason === "missing") {
    return fail(
      "command-not-found",
      `There is no command ${shown}.`,
      "Check its name and your PATH.",
    );
  }
  const what = reason === "denied" ? "may not be executed" : "could not be started";
  return fail(
    "command-not-started",
    `The command ${shown} ${what}.`,
    "Check its permissions and kind.",
  );
}

/** The command behind `--` ended and no Python was seen in it or below it. */
export function noPythonSeen(name: string): Fault {
  return fail(
    "no-python-seen",
    `${escapeForTerminal(name)} ended, and no Python process was seen in it.`,
    "Give a command that runs Python for long enough to be sampled.",
  );
}
