/** Why a dump is not all that was asked for. */

import { FAILED, type Fault } from "../errors.ts";

/** A process ended while it was looked at. */
export function endedUnread(pid: number): Fault {
  const what = `Process ${pid} ended before its stacks could be read.`;
  return { code: "target-ended", what, next: "", status: FAILED };
}

/** Threads or tasks of a process could not be read whole. */
export function dumpTorn(
  pid: number,
  kind: "thread" | "task",
  count: number,
  wasStopped: boolean,
): Fault {
  const what = count === 1
    ? `A ${kind} of process ${pid} could not be read: it changed in every reading.`
    : `${count} ${kind}s of process ${pid} could not be read: they changed in every reading.`;
  const next = wasStopped
    ? "Try again."
    : "Try again, or stop the program for the reading with `--blocking`.";
  return { code: "dump-torn", what, next, status: FAILED };
}
