import type { Likeness, Machine, OwnRights, TargetRights } from "../machine.ts";
import { isOpen, Ranges } from "../process.ts";
import type { WindowsHelper } from "../helper/functions.ts";
import { loadWindowsHelper } from "../helper/library.ts";
import { splitCommandLine } from "./command_line.ts";
import { listModules } from "./module_list.ts";
import { openProcess } from "./process.ts";
import { listProcesses, listTree } from "./process_table.ts";
import { readText } from "./text.ts";
import { Users } from "./users.ts";

/** The library that CPython is in, also under `python.exe`: `python314.dll`, `python313t.dll`, `python39_d.dll`. */
const PYTHON_LIBRARY = /[\\/]python3(\d+)t?(?:_d)?\.dll$/i;

/** This machine. The helper is loaded when something is asked for the first time. */
export function createMachine(load: () => WindowsHelper = loadWindowsHelper): Machine {
  let users: Users | undefined;
  const known = (): Users => users ??= new Users(load());
  return {
    system: `Windows ${Deno.osRelease()}, ${Deno.build.arch}`,
    processes: () => listProcesses(load()),
    likeness: (pid) => likenessOf(load(), pid),
    versionByName: (pid) => findVersion(load(), pid),
    executable: (pid) => pathOf(load(), pid),
    executableId: (pid) => pathOf(load(), pid).toLowerCase(),
    command: (pid) => readCommand(load(), pid),
    user: (pid) => known().of(pid),
    userName: (user) => known().name(user),
    tree: (pid) => listTree(load(), pid),
    pidsInside: () => [],
    ownRights: () => readOwnRights(load(), known()),
    targetRights: (pid) => readTargetRights(load(), known(), pid),
  };
}

function likenessOf(helper: WindowsHelper, pid: number): Likeness {
  const libraries = listPaths(helper, pid);
  if (libraries === "hidden") return "hidden";
  return libraries.some((path) => PYTHON_LIBRARY.test(path)) ? "python" : "other";
}

function findVersion(helper: WindowsHelper, pid: number): string | undefined {
  const libraries = listPaths(helper, pid);
  if (libraries === "hidden") return undefined;
  for (const path of libraries) {
    const minor = PYTHON_LIBRARY.exec(path)?.[1];
    if (minor !== undefined) return `3.${minor}`;
  }
  return undefined;
}

function listPaths(helper: WindowsHelper, pid: number): string[] | "hidden" {
  const handle = helper.tach_open_process(pid);
  if (handle < 0) return "hidden";
  const paths = listModules(helper, handle).map(({ path }) => path);
  helper.tach_close(handle);
  return paths;
}

function pathOf(helper: WindowsHelper, pid: number): string {
  return readText((into, capacity) => helper.tach_process_path(pid, into, capacity)) ?? "";
}

function readCommand(helper: WindowsHelper, pid: number): string[] {
  const line = readText((into, capacity) => helper.tach_command_line(pid, into, capacity));
  return line === undefined ? [] : splitCommandLine(line);
}

function readOwnRights(helper: WindowsHelper, users: Users): OwnRights {
  const failure = tryReading(helper);
  const mayTrace = helper.tach_enable_debug() === 1;
  const all = navigator.hardwareConcurrency;
  return {
    user: users.of(Deno.pid) ?? 0,
    mayTrace,
    tracingAllowed: mayTrace,
    mayOpenMapped: true,
    filtered: false,
    ...(failure === undefined ? {} : { readFailure: failure }),
    realUsers: true,
    realPids: true,
    seesAll: true,
    hostname: Deno.hostname(),
    cpus: { allowed: Math.max(1, helper.tach_begin_thread()), all },
    hasSudo: false,
    label: "",
  };
}

/** Reads the head of our own executable in memory as if it were that of another process. */
function tryReading(helper: WindowsHelper): string | undefined {
  const opened = openProcess(Deno.pid, helper);
  if (!isOpen(opened)) return opened.detail;
  const ranges = new Ranges(1);
  ranges.push(opened.modules()[0]?.start ?? 0, 2);
  const read = opened.read(ranges, new Uint8Array(2));
  opened.close();
  return read === 2 ? undefined : `ReadProcessMemory: ${read}`;
}

function readTargetRights(
  helper: WindowsHelper,
  users: Users,
  pid: number,
): TargetRights | undefined {
  if (!listProcesses(helper).some((process) => process.pid === pid)) return undefined;
  const user = users.of(pid);
  return {
    pid,
    users: user === undefined ? [] : [user],
    groups: [],
    outranks: false,
    descends: false,
    sameUsers: true,
    samePids: true,
    sameMounts: true,
    tracer: 0,
    ownPid: pid,
    label: "",
  };
}
