/** What the command line says when there can be no snapshot. */

import { FAILED, type Fault } from "./errors.ts";

/** What goes to a stream in one piece cannot be written to it twice. */
export function noSnapshotOf(format: string): Fault {
  return {
    code: "no-snapshot",
    what:
      `What there is so far of ${format} cannot be written: it goes to a stream, which takes it in one piece.`,
    next: "Name a file with `-o`.",
    status: FAILED,
  };
}

/** A process is asked for a snapshot that takes none. */
export function notSnapshotable(
  pid: number,
  why: "missing" | "denied" | "other" | "ended" | "unseen",
): Fault {
  const [what, next] = {
    missing: [`There is no process with pid ${pid}.`, "Check the pid."],
    denied: [
      `The system does not let us look into process ${pid}.`,
      "Run this as the user whose capture it is, or as root.",
    ],
    other: [
      `Process ${pid} is no capture of tachyon's, and was left alone.`,
      "Give the pid of `tachyon run` or `tachyon attach`, not that of the program.",
    ],
    unseen: [
      "This system does not show which files a process has open, which captures are found by.",
      Deno.build.os === "windows"
        ? "End the capture to get its results."
        : `If ${pid} surely is a capture, \`kill -USR1 ${pid}\` does the same; it ends other programs.`,
    ],
    ended: [
      `The capture in process ${pid} came to its end before its snapshot.`,
      "What it wrote at its end is all there is.",
    ],
  }[why] as [string, string];
  return { code: "not-snapshotable", what, next, status: FAILED };
}
