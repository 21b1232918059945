import type { Likeness, ProcessFacts } from "../machine.ts";

/** Unit of the times in /proc: USER_HZ is 100 on all architectures that we run on (time(7)). */
const TICK_MS = 10;
/** A thread of the kernel (PF_KTHREAD in <linux/sched.h>). */
const KERNEL_THREAD = 0x20_0000;

/** A mapped executable or library named after Python: `python3.14`, `libpython3.15.so.1.0`. */
const PYTHON_FILE = /\/(?:lib)?python(\d+\.\d+)?[\d.]*[a-z]*(?:\.so[\d.]*)?(?: \(deleted\))?$/m;

/** All processes that `/proc` shows, but the kernel's and zombies, in order of their pids. */
export function listProcesses(proc: string): ProcessFacts[] {
  const uptime = Number(readText(`${proc}/uptime`).split(" ")[0] ?? 0) * 1000;
  const processes: ProcessFacts[] = [];
  for (const name of listNames(proc)) {
    if (!/^\d+$/.test(name)) continue;
    const facts = parseStat(readText(`${proc}/${name}/stat`), uptime);
    if (facts !== undefined) processes.push(facts);
  }
  return processes.sort((a, b) => a.pid - b.pid);
}

/**
 * What a line of /proc/PID/stat says (proc_pid_stat(5)); undefined for processes of the kernel and such as
 * have ended.
 * @param uptime time since the machine was started, ms
 */
export function parseStat(line: string, uptime: number): ProcessFacts | undefined {
  // The name, in parentheses, may contain anything.
  const open = line.indexOf("(");
  const close = line.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = line.slice(close + 2).split(" ");
  const number = (field: number): number => Number(fields[field - 3] ?? 0);
  const ended = /^[ZXx]/.test(fields[0] ?? "") && number(20) <= 1;
  if (ended || (number(9) & KERNEL_THREAD) !== 0) return undefined;
  return {
    pid: Number(line.slice(0, open)),
    parent: number(4),
    name: line.slice(open + 1, close),
    threads: number(20),
    uptimeMs: Math.max(0, uptime - number(22) * TICK_MS),
    cpuMs: (number(14) + number(15)) * TICK_MS,
  };
}

/** Whether an executable or library named after Python is mapped in a process. */
export function likenessOf(directory: string): Likeness {
  try {
    return PYTHON_FILE.test(Deno.readTextFileSync(`${directory}/maps`)) ? "python" : "other";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "other" : "hidden";
  }
}

/** The version in the name of that file: `3.6`. */
export function versionInMaps(directory: string): string | undefined {
  return PYTHON_FILE.exec(readText(`${directory}/maps`))?.[1];
}

/** Words of a command line. */
export function readCommand(directory: string): string[] {
  const text = readText(`${directory}/cmdline`);
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** A process and all its descendants, parents first. */
export function listTree(proc: string, root: number): number[] {
  const tree = [root];
  for (const pid of tree) tree.push(...listChildren(`${proc}/${pid}`));
  return tree;
}

function listChildren(directory: string): number[] {
  const children: number[] = [];
  for (const tid of listNames(`${directory}/task`)) {
    const text = readText(`${directory}/task/${tid}/children`);
    for (const child of text.split(" ")) if (child !== "") children.push(Number(child));
  }
  return children;
}

/** The names in a directory; none when it cannot be read. */
export function listNames(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** A file's text; empty when it cannot be read. */
export function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** What a link leads to; empty when it cannot be read. */
export function readLink(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}
