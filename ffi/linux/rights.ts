import type { OwnRights, TargetRights } from "../machine.ts";
import { isOpen } from "../process.ts";
import { findContainer, isFirst } from "./container.ts";
import { openProcess } from "./process.ts";
import { listNames, listProcesses, readLink, readText } from "./process_list.ts";
import { CAPABILITY, holds, readStatus } from "./status.ts";

/** What we may do (ptrace(2), "Ptrace access mode checking"; capabilities(7)). */
export function readOwnRights(proc: string): OwnRights {
  const self = `${proc}/self`;
  const status = readStatus(self);
  const effective = status?.capabilities.effective ?? 0n;
  const scope = readText(`${proc}/sys/kernel/yama/ptrace_scope`).trim();
  const container = findContainer(proc);
  const readFailure = tryReading();
  return {
    user: status?.users[1] ?? -1,
    mayTrace: holds(effective, CAPABILITY.ptrace),
    tracingAllowed: holds(status?.capabilities.bounding ?? 0n, CAPABILITY.ptrace),
    mayOpenMapped: holds(effective, CAPABILITY.admin) || holds(effective, CAPABILITY.checkpoint),
    ...(scope === "" ? {} : { ptraceScope: Number(scope) }),
    filtered: status?.filtered ?? false,
    ...(readFailure === undefined ? {} : { readFailure }),
    realUsers: isFirst(proc, "user"),
    realPids: isFirst(proc, "pid"),
    seesAll: listNames(proc).includes("1"),
    ...(container === undefined ? {} : { container }),
    hostname: Deno.hostname(),
    cpus: { allowed: status?.cpus ?? 0, all: countCpus(proc) },
    hasSudo: isOnPath("sudo"),
    label: readLabel(self),
  };
}

/** What there is to say about the right to read a process; undefined when it is not there. */
export function readTargetRights(proc: string, pid: number): TargetRights | undefined {
  const directory = `${proc}/${pid}`;
  const status = readStatus(directory);
  if (status === undefined) return undefined;
  const own = readStatus(`${proc}/self`)?.capabilities.permitted ?? 0n;
  const dumpable = isDumpable(directory, status.users[1] ?? 0);
  const sameUsers = sharesNamespace(proc, directory, "user");
  const sameMounts = sharesNamespace(proc, directory, "mnt");
  return {
    pid,
    users: status.users.slice(0, 3),
    groups: status.groups.slice(0, 3),
    outranks: (status.capabilities.permitted & ~own) !== 0n,
    ...(dumpable === undefined ? {} : { dumpable }),
    descends: descendsFromUs(proc, pid),
    ...(sameUsers === undefined ? {} : { sameUsers }),
    samePids: status.pids.length <= 1,
    ...(sameMounts === undefined ? {} : { sameMounts }),
    tracer: status.tracer,
    ownPid: status.pids.at(-1) ?? pid,
    label: readLabel(directory),
  };
}

/** What the system says when we read our own memory the way we read others'. */
function tryReading(): string | undefined {
  const opened = openProcess(Deno.pid);
  if (!isOpen(opened)) return opened.detail;
  opened.close();
  return undefined;
}

/** Files of a process that must not be looked into belong to root (proc(5)); root's own tell nothing. */
function isDumpable(directory: string, user: number): boolean | undefined {
  if (user === 0) return undefined;
  try {
    return Deno.statSync(`${directory}/environ`).uid === user;
  } catch {
    return undefined;
  }
}

/** Undefined where we may not see the process's namespaces. */
function sharesNamespace(proc: string, directory: string, name: string): boolean | undefined {
  const theirs = readLink(`${directory}/ns/${name}`);
  return theirs === "" ? undefined : theirs === readLink(`${proc}/self/ns/${name}`);
}

function descendsFromUs(proc: string, pid: number): boolean {
  const parents = new Map(listProcesses(proc).map((one) => [one.pid, one.parent]));
  for (let at = parents.get(pid); at !== undefined && at !== 0; at = parents.get(at)) {
    if (at === Deno.pid) return true;
  }
  return false;
}

/** AppArmor's or SELinux's name for what a process may do; empty where there is none. */
function readLabel(directory: string): string {
  return readText(`${directory}/attr/current`).replace(/[\0\n]+$/, "");
}

function countCpus(proc: string): number {
  return readText(`${proc}/stat`).match(/^cpu\d+ /gm)?.length ?? 0;
}

function isOnPath(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return folder !== "" && Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}
