import type { Machine, ProcessFacts } from "../../ffi/machine.ts";
import { isOpen, type Platform } from "../../ffi/process.ts";
import { platform as thisPlatform } from "../../ffi/platform.ts";
import { versionText } from "../cpython/debug_offsets.ts";
import { findRuntime, isRunning, type Runtime, type RuntimeFault } from "../cpython/runtime.ts";
import { machine as thisMachine } from "./machine.ts";

/** Why a Python cannot be sampled. */
export interface Hindrance {
  readonly fault: "denied" | "unsupported-platform" | "not-started" | RuntimeFault["fault"];
  /** What the system or the interpreter said. */
  readonly detail: string;
}

/** What is known of the Python in a process. */
export interface PythonFacts {
  /** As the interpreter says it, else as its file is called; absent where neither is known. */
  readonly version?: string;
  /** Absent where that is not known. */
  readonly freeThreaded?: boolean;
  /** Absent if it can be sampled. */
  readonly hindrance?: Hindrance;
}

/** A process that runs Python, or looks like one that does. */
export interface PythonProcess extends ProcessFacts, PythonFacts {
  /** Its real user; absent where it is gone. */
  readonly user?: number;
  /** The nearest Python that it descends from. */
  readonly above?: number;
  readonly command: readonly string[];
}

/** A program that is called like an interpreter: `python3.12`, `/usr/bin/python`, `C:\Python\python.exe`. */
const INTERPRETER = /(?:^|[\\/])python(\d+(?:\.\d+)?)?[a-z]*(?:\.exe)?$/;

/**
 * Lists all processes with Python in them that we see. Only what looks like Python is opened, and its memory
 * is read only where we may. An interpreter in a library that is not called after Python is not noticed.
 */
export function listPythons(
  machine: Machine = thisMachine,
  platform: Platform = thisPlatform,
): PythonProcess[] {
  const executables = new Map<string, boolean>();
  const found: PythonProcess[] = [];
  const processes = machine.processes();
  for (const facts of processes) {
    const { pid } = facts;
    const likeness = machine.likeness(pid);
    const command = likeness === "python" ? undefined : machine.command(pid);
    if (likeness === "hidden" && !isNamedPython(facts.name, command)) continue;
    if (likeness === "other") {
      const id = machine.executableId(pid);
      const holds = executables.get(id) ?? (id !== "" && executableHoldsPython(platform, pid));
      executables.set(id, holds);
      if (!holds) continue;
    }
    const python = examine(pid, machine, platform);
    if (python === undefined) continue;
    const user = machine.user(pid);
    found.push({
      ...facts,
      ...python,
      ...(user === undefined ? {} : { user }),
      command: command ?? machine.command(pid),
    });
  }
  return placeBelow(found, processes);
}

/** Finds for each the nearest other one among its ancestors. */
function placeBelow(
  pythons: readonly PythonProcess[],
  processes: readonly ProcessFacts[],
): PythonProcess[] {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const pids = new Set(pythons.map(({ pid }) => pid));
  return pythons.map((python) => {
    const met = new Set([python.pid]);
    let above = python.parent;
    // A table that is read while processes come and go may lead in a circle.
    while (above !== 0 && !pids.has(above) && !met.has(above)) {
      met.add(above);
      above = parents.get(above) ?? 0;
    }
    return pids.has(above) && above !== python.pid ? { ...python, above } : python;
  });
}

/** Looks at the Python in one process; undefined when there is none, or no process. */
export function examine(
  pid: number,
  machine: Machine = thisMachine,
  platform: Platform = thisPlatform,
): PythonFacts | undefined {
  const opened = platform.open(pid);
  if (!isOpen(opened)) {
    const { fault, detail } = opened;
    if (fault === "no-such-process") return undefined;
    return { ...versionByName(machine, pid), hindrance: { fault, detail } };
  }
  try {
    return describe(findRuntime(opened), versionByName(machine, pid));
  } finally {
    opened.close();
  }
}

function describe(
  found: Runtime | RuntimeFault,
  named: { readonly version?: string },
): PythonFacts | undefined {
  if (!("fault" in found)) {
    const { version, freeThreaded } = found.offsets;
    const known = { version: versionText(version), freeThreaded };
    if (isRunning(found)) return known;
    return { ...known, hindrance: { fault: "not-started", detail: "" } };
  }
  const { fault, detail } = found;
  if (fault !== "not-python") {
    const told = /^3\.\d\S*/.exec(detail)?.[0];
    const version = told === undefined ? named : { version: told };
    return { ...version, hindrance: { fault, detail } };
  }
  if (named.version === undefined) return undefined;
  return { ...named, hindrance: { fault: "unsupported-version", detail: named.version } };
}

function versionByName(machine: Machine, pid: number): { readonly version?: string } {
  const version = machine.versionByName(pid) ??
    INTERPRETER.exec(machine.command(pid)[0] ?? "")?.[1];
  return version === undefined ? {} : { version };
}

function isNamedPython(name: string, command: readonly string[] = []): boolean {
  return INTERPRETER.test(name) || INTERPRETER.test(command[0] ?? "");
}

/** Whether an executable of any name has an interpreter built in. */
function executableHoldsPython(platform: Platform, pid: number): boolean {
  const opened = platform.open(pid);
  if (!isOpen(opened)) return false;
  try {
    const executable = opened.modules()[0];
    return (executable?.section("PyRuntime") ?? executable?.symbol("_PyRuntime")) !== undefined;
  } finally {
    opened.close();
  }
}
