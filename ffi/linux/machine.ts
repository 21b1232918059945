import type { Machine } from "../machine.ts";
import {
  likenessOf,
  listProcesses,
  listTree,
  readCommand,
  readLink,
  readText,
  versionInMaps,
} from "./process_list.ts";
import { readOwnRights, readTargetRights } from "./rights.ts";
import { readStatus } from "./status.ts";

/** This machine, as a `/proc` shows it. */
export function createMachine(proc = "/proc"): Machine {
  return {
    system: `Linux ${Deno.osRelease()}, ${Deno.build.arch}`,
    processes: () => listProcesses(proc),
    likeness: (pid) => likenessOf(`${proc}/${pid}`),
    versionByName: (pid) => versionInMaps(`${proc}/${pid}`),
    executableId: (pid) => identify(`${proc}/${pid}/exe`),
    executable: (pid) => readLink(`${proc}/${pid}/exe`),
    command: (pid) => readCommand(`${proc}/${pid}`),
    user: (pid) => readStatus(`${proc}/${pid}`)?.users[0],
    userName: (user) => nameUser(user),
    tree: (pid) => listTree(proc, pid),
    pidsInside: (ownPid) => findInside(proc, ownPid),
    ownRights: () => readOwnRights(proc),
    targetRights: (pid) => readTargetRights(proc, pid),
  };
}

function findInside(proc: string, ownPid: number): number[] {
  return listProcesses(proc).map(({ pid }) => pid).filter((pid) => {
    const pids = readStatus(`${proc}/${pid}`)?.pids ?? [];
    return pids.length > 1 && pids.at(-1) === ownPid;
  });
}

function identify(path: string): string {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return "";
  }
}

function nameUser(user: number): string {
  for (const line of readText("/etc/passwd").split("\n")) {
    const [name = "", , id] = line.split(":");
    if (name !== "" && id === String(user)) return name;
  }
  return String(user);
}
