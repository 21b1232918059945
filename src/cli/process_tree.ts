/** A program and the processes below it. */

import { machine } from "../survey/machine.ts";

/** A process's command line; empty when it cannot be read. */
export function readCommand(pid: number): string[] {
  return machine.command(pid);
}

/** A process and all its descendants, parents first. */
export function listTree(root: number): number[] {
  return machine.tree(root);
}

/** Text that changes when a process starts another program in its place; empty when it is gone. */
export function programOf(pid: number): string {
  return machine.executable(pid);
}

/** Whether an executable or library named after Python is mapped in a process. */
export function looksLikePython(pid: number): boolean {
  return machine.likeness(pid) === "python";
}

/** The version in the name of that file: `3.6`. */
export function versionByName(pid: number): string | undefined {
  return machine.versionByName(pid);
}

/** Whether a Ctrl-C reaches our child without us: the terminal sends it to the whole foreground group. */
export function sharesTerminal(): boolean {
  // Windows tells all programs of a console, and there is no other way to send it.
  if (Deno.build.os === "windows") return true;
  if (machine.sharesTerminal !== undefined) return machine.sharesTerminal();
  const stat = readText("/proc/self/stat") ?? "";
  // Behind the name, which may contain anything: state, ppid, pgrp, session, tty_nr, tpgid (proc(5)).
  const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return terminal !== "0" && group === foreground;
}

/** Sends a signal to processes; those that are gone already are passed over. */
export function signalAll(pids: readonly number[], signal: Deno.Signal): void {
  for (const pid of pids) {
    try {
      Deno.kill(pid, signal);
    } catch {
      // Gone, or no longer ours to signal.
    }
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
