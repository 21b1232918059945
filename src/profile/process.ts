/** The processes of a capture that follows a program's children. */

import type { Quality } from "./quality.ts";

/** What a process is there for, where that is not the program's own work. */
export const PROCESS_ROLES = ["resource-tracker", "fork-server"] as const;
export type ProcessRole = typeof PROCESS_ROLES[number];

/** Why a process is not sampled any more. */
export const PROCESS_ENDINGS = [
  "ended",
  "replaced", // it has started another program in its place; if that is a Python, it has a row of its own
  "lost-access",
  "capture-ended",
] as const;
export type ProcessEnding = typeof PROCESS_ENDINGS[number];

/** A Python that was sampled. Its id in a profile is its place in `Profile.processes`. */
export interface ProcessInfo {
  readonly pid: number;
  /** Pid of the nearest process above it that was sampled, too; 0 if there is none. */
  readonly parent: number;
  /** Its command line, as it gave it; untrusted text. Empty when not known. */
  readonly command: readonly string[];
  readonly pythonVersion: string;
  /** Absent for what does the program's work. */
  readonly role?: ProcessRole;
  /** When its sampling began, µs since the first tick of the capture. */
  readonly startedUs: number;
  /** When it was last there; absent while it is sampled. */
  readonly endedUs?: number;
  /** Present together with `endedUs`. */
  readonly ending?: ProcessEnding;
  /** Its own counts: its ticks are those at which it was read, or would have been. */
  readonly quality: Quality;
}
