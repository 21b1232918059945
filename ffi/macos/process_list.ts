import type { Likeness, ProcessFacts } from "../machine.ts";
import type { MachCalls } from "./calls.ts";
import { type BsdFacts, readFacts } from "./process_facts.ts";
import {
  ERRNO,
  FLAVOR,
  PATH_MAX,
  readText,
  readWord,
  REGION_INFO,
  TASK_INFO,
  view,
} from "./structs.ts";

/** Longest path that `proc_pidpath` takes room for, <sys/proc_info.h>. */
const PATH_ROOM = 4 * PATH_MAX;
/** Programs and their own libraries are mapped below all else. */
const MOST_REGIONS = 2000;
/** What processes share begins here at the lowest: the cache of the system's libraries, on arm64. */
const SHARED_FROM = 0x1_8000_0000;
/** Longest command line with its environment (ARG_MAX, <sys/syslimits.h>). */
const WORDS_ROOM = 0x10_0000;

/**
 * An executable or library named after Python: `python3.14`, `libpython3.15.dylib`, and in a framework
 * `Python.framework/Versions/3.12/Python` and `…/Resources/Python.app/Contents/MacOS/Python`.
 */
const PYTHON_FILE = /\/(?:lib)?python(\d+\.\d+)?[\d.]*[a-z]*(?:\.dylib)?$/i;
const FRAMEWORK_VERSION = /\/Python3?T?\.framework\/Versions\/(\d+\.\d+)t?\//;

/** All processes that there are, but the kernel's and those that have ended, in order of their pids. */
export function listFacts(calls: MachCalls): BsdFacts[] {
  const facts: BsdFacts[] = [];
  for (const pid of listPids(calls)) {
    const found = pid > 0 ? readFacts(calls, pid) : -ERRNO.ESRCH;
    if (typeof found !== "number" && !found.ended) facts.push(found);
  }
  return facts.sort((a, b) => a.pid - b.pid);
}

/** All pids that there are, that of the kernel too, in any order. */
export function listPids(calls: MachCalls): Int32Array {
  for (let room = 2048;; room *= 2) {
    const pids = new Int32Array(room);
    const count = calls.processIds(pids);
    if (count < room) return pids.subarray(0, Math.max(0, count));
  }
}

/** The same as `ps` shows it. CPU time and threads of other users' processes are told to root alone: 0. */
export function listProcesses(calls: MachCalls, now: number): ProcessFacts[] {
  const info = new Uint8Array(TASK_INFO.size);
  const told = view(info);
  return listFacts(calls).map(({ pid, parent, name, startedUs }) => {
    const knows = calls.processInfo(pid, FLAVOR.PROC_PIDTASKINFO, 0, info) === TASK_INFO.size;
    const units = readWord(told, TASK_INFO.pti_total_user) +
      readWord(told, TASK_INFO.pti_total_system);
    return {
      pid,
      parent,
      name,
      threads: knows ? told.getInt32(TASK_INFO.pti_threadnum, true) : 0,
      uptimeMs: Math.max(0, now - startedUs / 1000),
      cpuMs: knows ? units * calls.unitMs() : 0,
    };
  });
}

/** The path of a process's executable; empty when it is gone. */
export function readExecutable(calls: MachCalls, pid: number): string {
  const path = new Uint8Array(PATH_ROOM);
  const length = calls.processPath(pid, path);
  return length > 0 ? readText(path, 0, length) : "";
}

/** Whether a process is called like Python, or has a library mapped that is. */
export function likenessOf(calls: MachCalls, pid: number): Likeness {
  if (PYTHON_FILE.test(readExecutable(calls, pid))) return "python";
  const paths = listMapped(calls, pid);
  if (typeof paths === "number") return paths === -ERRNO.EPERM ? "hidden" : "other";
  return paths.some((path) => PYTHON_FILE.test(path)) ? "python" : "other";
}

/** The version in the name of what is mapped: `3.6`. */
export function versionByName(calls: MachCalls, pid: number): string | undefined {
  const told = versionIn(readExecutable(calls, pid));
  if (told !== undefined) return told;
  const mapped = listMapped(calls, pid);
  if (typeof mapped === "number") return undefined;
  return mapped.map(versionIn).find((version) => version !== undefined);
}

function versionIn(path: string): string | undefined {
  const file = PYTHON_FILE.exec(path);
  return file === null ? undefined : file[1] ?? FRAMEWORK_VERSION.exec(path)?.[1];
}

/** Paths of the files that are mapped where programs are, each once; or a negative errno if nothing is told. */
function listMapped(calls: MachCalls, pid: number): string[] | number {
  const info = new Uint8Array(REGION_INFO.size);
  const told = view(info);
  const paths = new Set<string>();
  let address = 0;
  for (let met = 0; met < MOST_REGIONS; met++) {
    const result = calls.processInfo(pid, FLAVOR.PROC_PIDREGIONPATHINFO, address, info);
    if (result < 0) {
      if (met === 0 && result !== -ERRNO.EINVAL) return result;
      break;
    }
    const start = readWord(told, REGION_INFO["prp_prinfo.pri_address"]);
    if (start >= SHARED_FROM) break;
    const path = readText(info, REGION_INFO["prp_vip.vip_path"], PATH_MAX);
    if (path !== "") paths.add(path);
    const end = start + readWord(told, REGION_INFO["prp_prinfo.pri_size"]);
    if (end <= address) break;
    address = end;
  }
  return [...paths];
}

let wordsBuffer: Uint8Array | undefined;

/** Words of a command line (KERN_PROCARGS2); empty when it cannot be read. */
export function readCommand(calls: MachCalls, pid: number): string[] {
  const bytes = wordsBuffer ??= new Uint8Array(WORDS_ROOM);
  const length = calls.processWords(pid, bytes);
  return length < 4 ? [] : parseWords(bytes.subarray(0, length));
}

/** The number of words, the path of the executable and NULs behind it, the words, the environment. */
export function parseWords(bytes: Uint8Array): string[] {
  const count = view(bytes).getUint32(0, true);
  const pathEnd = bytes.indexOf(0, 4);
  let at = pathEnd < 0 ? bytes.length : pathEnd;
  while (at < bytes.length && bytes[at] === 0) at++;
  const words: string[] = [];
  const decoder = new TextDecoder();
  while (words.length < count && at < bytes.length) {
    const end = bytes.indexOf(0, at);
    const stop = end < 0 ? bytes.length : end;
    words.push(decoder.decode(bytes.subarray(at, stop)));
    at = stop + 1;
  }
  return words;
}

/** A process and all its descendants, parents first. */
export function listTree(calls: MachCalls, root: number): number[] {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of listFacts(calls)) {
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) {
    // A table that is read while processes come and go may lead in a circle.
    tree.push(...(children.get(pid) ?? []).filter((child) => !tree.includes(child)));
  }
  return tree;
}
