/** A program and the processes below it, as `/proc` shows them; elsewhere there is only the program. */

/** A process's command line; empty when it cannot be read. */
export function readCommand(pid: number): string[] {
  const text = readText(`/proc/${pid}/cmdline`) ?? "";
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** A process and all its descendants, parents first. */
export function listTree(root: number): number[] {
  const tree = [root];
  for (const pid of tree) tree.push(...listChildren(pid));
  return tree;
}

/** Text that changes when a process starts another program in its place; empty when it is gone. */
export function programOf(pid: number): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

/** A mapped executable or library named after Python: `python3.14`, `libpython3.15.so.1.0`. */
const PYTHON_FILE = /\/(?:lib)?python(\d+\.\d+)?[\d.]*[a-z]*(?:\.so[\d.]*)?(?: \(deleted\))?$/m;

/** Whether an executable or library named after Python is mapped in a process. */
export function looksLikePython(pid: number): boolean {
  return PYTHON_FILE.test(readText(`/proc/${pid}/maps`) ?? "");
}

/** The version in the name of that file: `3.6`. */
export function versionByName(pid: number): string | undefined {
  return PYTHON_FILE.exec(readText(`/proc/${pid}/maps`) ?? "")?.[1];
}

/** Whether a Ctrl-C reaches our child without us: the terminal sends it to the whole foreground group. */
export function sharesTerminal(): boolean {
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

function listChildren(pid: number): number[] {
  const children: number[] = [];
  for (const tid of listNames(`/proc/${pid}/task`)) {
    const text = readText(`/proc/${pid}/task/${tid}/children`) ?? "";
    for (const child of text.split(" ")) if (child !== "") children.push(Number(child));
  }
  return children;
}

function listNames(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
