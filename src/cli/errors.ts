/** Everything the command line says when it cannot do what was asked. */

import type { Unlikeness } from "../analysis/difference_likeness.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { RecordingFault } from "../recording/fault.ts";
import type { InputFault } from "../recording/inputs/input.ts";
import type { AttachFault } from "../sampler/capture.ts";
import { machine } from "../survey/machine.ts";
import { advisePermission, adviseTracing } from "./permission.ts";

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

function fail(code: string, what: string, next: string): Fault {
  return { code, what, next, status: FAILED };
}

/** A mistake in the command line itself. */
export function badUsage(what: string, next: string): Fault {
  return { code: "bad-usage", what, next, status: BAD_USAGE };
}

/** Puts a fault of the sampler into words. */
export function explainAttach({ fault, detail }: AttachFault, pid: number): Fault {
  const said = escapeForTerminal(detail);
  switch (fault) {
    case "no-such-process":
      return explainMissing(pid, said);
    case "denied":
      return fail(fault, `The system does not let us read process ${pid}.`, advisePermission(pid));
    case "unsupported-platform":
      if (said.includes("32-bit")) {
        return fail(fault, `Process ${pid} is a 32-bit program.`, "Use a 64-bit Python.");
      }
      return fail(
        fault,
        `tachyon cannot read processes on this system${said === "" ? "" : ` (${said})`}.`,
        said.includes("pid namespace")
          ? "Mount the right one, `mount -t proc proc /proc`, or leave the namespace."
          : "It runs on Linux and macOS, x86-64 and arm64, and on Windows, x86-64.",
      );
    case "not-python":
      return fail(
        fault,
        `Process ${pid} does not run Python: there is no CPython interpreter in it.`,
        "Give the pid of the Python process itself; a launcher or shell has another one.",
      );
    case "unsupported-version":
      return fail(
        fault,
        `Process ${pid} runs Python ${said}, which is not supported.`,
        said.endsWith("on Windows")
          ? "Supported are 3.8 to 3.15 there, those with a GIL."
          : "Supported are 3.8 to 3.15.",
      );
    case "newer-version":
      return fail(
        fault,
        `Process ${pid} runs a Python that this tachyon does not know and cannot read: ${said}.`,
        "Known are 3.8 to 3.15. A newer tachyon may know it; so may be a released version of the same Python.",
      );
    case "mode-refused":
      return fail(
        fault,
        `Process ${pid} does not let us know what \`--mode ${said}\` asks of its threads.`,
        "Leave out `--mode`, or choose another: docs/modes.md says what each needs.",
      );
    case "exact-refused":
      return fail(
        fault,
        `The system does not let us run on the CPU where process ${pid} runs, as exact reading needs.`,
        Deno.build.os === "windows"
          ? "Leave out `--exact`: Windows does not tell on which CPU a thread runs."
          : Deno.build.os === "darwin"
          ? "Leave out `--exact`: macOS lets no thread choose its CPU."
          : "Start tachyon with the same CPU set (taskset, cpuset, container), or leave out `--exact`.",
      );
    case "no-subprocesses":
      return fail(
        fault,
        "This system does not tell in time which processes a program starts.",
        "Leave out `--subprocesses`, and attach to each of them.",
      );
    case "not-stoppable":
      return fail(
        fault,
        `Process ${pid} cannot be stopped for its samples, as \`--blocking\` does: ${said}.`,
        adviseTracing(said.includes("traces it")),
      );
    case "asyncio-unsupported":
      return fail(
        fault,
        `Process ${pid} runs Python ${said}, whose asyncio tasks cannot be read.`,
        "They can be from 3.11 on, in free-threaded builds from 3.14 on. Leave out `--async-aware` to sample its threads.",
      );
    case "no-asyncio":
      return fail(
        fault,
        `Process ${pid} has no asyncio tasks: it has not imported asyncio.`,
        "Leave out `--async-aware` to sample its threads.",
      );
    case "implausible":
      return fail(
        fault,
        `The interpreter in process ${pid} does not look as it should: ${said}.`,
        "Its Python may be a development version or changed by its vendor; a released one will do.",
      );
    case "target-ended":
      return fail(
        fault,
        `Process ${pid} ended before the first sample could be taken.`,
        "To profile a short program from its start, use `tachyon run`.",
      );
  }
}

function explainMissing(pid: number, said: string): Fault {
  const leader = /is a thread of process (\d+)/.exec(said)?.[1];
  if (leader !== undefined) {
    return fail(
      "no-such-process",
      `${pid} is a thread of process ${leader}, and no process.`,
      `Give the pid of the process: \`tachyon attach -a ${leader}\` samples all its threads.`,
    );
  }
  const inside = machine.pidsInside(pid);
  const next = inside.length === 0
    ? "List those that run Python with `tachyon ps`."
    : `In a container ${pid} may be what we know as ${
      inside.join(" or ")
    }; \`tachyon ps\` tells more.`;
  return fail("no-such-process", `There is no process with pid ${pid}.`, next);
}

/** A process that is to be sampled runs no Python itself, but several below it do. */
export function severalPythons(pid: number, below: readonly number[]): Fault {
  return fail(
    "several-pythons",
    `Process ${pid} runs no Python itself, and ${below.length} processes below it do: ${
      below.join(", ")
    }.`,
    "Give the pid of one of them; `tachyon ps` shows what they are.",
  );
}

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

/** There is nothing in an input. */
export function nothingRecorded(path: string): Fault {
  return fail(
    "no-samples",
    `There are no samples in ${escapeForTerminal(path)}.`,
    "Nothing was written.",
  );
}

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
