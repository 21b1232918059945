import type { Machine } from "../machine.ts";
import { type MachCalls, systemCalls } from "./calls.ts";
import {
  likenessOf,
  listProcesses,
  listTree,
  readCommand,
  readExecutable,
  versionByName,
} from "./process_list.ts";
import { readFacts } from "./process_facts.ts";
import { readOwnRights, readTargetRights } from "./rights.ts";

/** This machine. The helper is loaded at the first question. */
export function createMachine(calls: () => MachCalls = systemCalls): Machine {
  const names = new Map<number, string>();
  return {
    system: `macOS, Darwin ${Deno.osRelease()}, ${Deno.build.arch}`,
    processes: () => listProcesses(calls(), Date.now()),
    likeness: (pid) => likenessOf(calls(), pid),
    versionByName: (pid) => versionByName(calls(), pid),
    executable: (pid) => readExecutable(calls(), pid),
    executableId: (pid) => identify(readExecutable(calls(), pid)),
    command: (pid) => readCommand(calls(), pid),
    user: (pid) => {
      const facts = readFacts(calls(), pid);
      return typeof facts === "number" ? undefined : facts.users[1];
    },
    userName: (user) => {
      if (!names.has(user)) names.set(user, nameUser(user));
      return names.get(user)!;
    },
    tree: (pid) => listTree(calls(), pid),
    pidsInside: () => [],
    sharesTerminal: () => {
      const facts = readFacts(calls(), Deno.pid);
      return typeof facts !== "number" && facts.inForeground;
    },
    ownRights: () => readOwnRights(calls()),
    targetRights: (pid) => readTargetRights(calls(), pid),
  };
}

function identify(path: string): string {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return "";
  }
}

/** Users are kept by a service of the system, which `id` asks. */
function nameUser(user: number): string {
  try {
    const { success, stdout } = new Deno.Command("/usr/bin/id", {
      args: ["-nu", String(user)],
      stderr: "null",
    }).outputSync();
    return (success && new TextDecoder().decode(stdout).trim()) || String(user);
  } catch {
    return String(user);
  }
}
