import type { OwnRights, TargetRights } from "../machine.ts";
import type { MachCalls } from "./calls.ts";
import { listFacts, readExecutable } from "./process_list.ts";
import { readFacts } from "./process_facts.ts";

/** Flags of a signature (`cs_blobs.h` of XNU). */
const CS_GET_TASK_ALLOW = 0x4;
const CS_RESTRICT = 0x800;
const CS_RUNTIME = 0x1_0000;
const CS_PLATFORM_BINARY = 0x400_0000;

/** Lets a program have the task of others of the same user (Apple's documentation of entitlements). */
const DEBUGGER = "com.apple.security.cs.debugger";
const ENTITLEMENTS_ROOM = 0x1_0000;

/** Where only the system's own programs lie: System Integrity Protection keeps everybody out of those. */
const SYSTEM_PLACES =
  /^\/(?:System|bin|sbin|usr\/(?!local\/))|^\/(?:Library\/Developer\/CommandLineTools|Applications\/Xcode[^/]*\.app)\//;

/** What we may do. */
export function readOwnRights(calls: MachCalls): OwnRights {
  const user = Deno.uid() ?? -1;
  const cpus = navigator.hardwareConcurrency;
  return {
    user,
    mayTrace: user === 0,
    tracingAllowed: true,
    mayOpenMapped: true,
    filtered: false,
    realUsers: true,
    realPids: true,
    seesAll: true,
    hostname: Deno.hostname(),
    cpus: { allowed: cpus, all: cpus },
    hasSudo: true,
    label: "",
    isDebugger: isDebugger(calls),
  };
}

/** Whether we were signed as a program that looks into others. */
function isDebugger(calls: MachCalls): boolean {
  const bytes = new Uint8Array(ENTITLEMENTS_ROOM);
  if (calls.entitlements(Deno.pid, bytes) <= 0) return false;
  const text = new TextDecoder().decode(bytes);
  return new RegExp(`<key>${DEBUGGER.replaceAll(".", "\\.")}</key>\\s*<true\\s*/>`).test(text);
}

/** What there is to say about the right to read a process; undefined when it is not there. */
export function readTargetRights(calls: MachCalls, pid: number): TargetRights | undefined {
  const facts = readFacts(calls, pid);
  if (typeof facts === "number" || facts.ended) return undefined;
  const guard = guardOf(calls, pid);
  return {
    pid,
    users: facts.users,
    groups: facts.groups,
    outranks: false,
    descends: descendsFromUs(calls, pid),
    samePids: true,
    tracer: 0,
    ownPid: pid,
    label: "",
    ...(guard === undefined ? {} : { guard }),
  };
}

/** What a program was signed with that keeps others out. */
function guardOf(calls: MachCalls, pid: number): TargetRights["guard"] {
  const flags = calls.signingFlags(pid);
  const has = (flag: number): boolean => flags > 0 && (flags & flag) !== 0;
  if (has(CS_PLATFORM_BINARY) || has(CS_RESTRICT)) return "system";
  if (SYSTEM_PLACES.test(readExecutable(calls, pid))) return "system";
  return has(CS_RUNTIME) && !has(CS_GET_TASK_ALLOW) ? "hardened" : undefined;
}

function descendsFromUs(calls: MachCalls, pid: number): boolean {
  const parents = new Map(listFacts(calls).map((one) => [one.pid, one.parent]));
  const met = new Set<number>();
  for (let at = parents.get(pid); at !== undefined && !met.has(at); at = parents.get(at)) {
    if (at === Deno.pid) return true;
    met.add(at);
  }
  return false;
}
