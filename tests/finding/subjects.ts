/** Pythons in odd places, and what is found of them. */
import assert from "node:assert/strict";
import type { Process } from "../../ffi/process.ts";
import { versionText } from "../../src/cpython/debug_offsets.ts";
import { findRuntime, isRunning, type Runtime } from "../../src/cpython/runtime.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import type { Python } from "../../scripts/pythons.ts";
import { Target } from "../ffi/targets.ts";

/** Three threads besides the main one; the first line tells the version and the ids of all. */
export const PROGRAM = `
import platform, sys, threading
ids, ready = [], threading.Barrier(4)
def work():
    ids.append(threading.get_native_id())
    ready.wait()
    threading.Event().wait()
for _ in range(3): threading.Thread(target=work, daemon=True).start()
ready.wait()
told = [platform.python_version(), threading.get_native_id(), *sorted(ids)]
# In one piece: another one may write to the same pipe.
sys.stdout.write(" ".join(map(str, told)) + "\\n")
sys.stdout.flush()
sys.stdin.readline()
`;

/** What the program says of itself. */
export interface Told {
  readonly version: string;
  /** Ids of its threads as it sees them, the main one first. */
  readonly ids: readonly number[];
}

export async function told(target: Target): Promise<Told> {
  const [version = "", ...ids] = (await target.line()).split(" ");
  assert.notEqual(version, "", "the program has not started");
  return { version, ids: ids.map(Number) };
}

/** Finds the interpreter, which must be there and running. */
export function find(process: Process): Runtime {
  const found = findRuntime(process);
  assert(!("fault" in found), JSON.stringify(found));
  assert(isRunning(found));
  return found;
}

/** The interpreter's version and our ids of its threads, the main one first. */
export function findAll(process: Process): Told {
  const runtime = find(process);
  const threads = listThreads(runtime);
  const main = threads.filter((thread) => thread.main).map(({ tid }) => tid);
  const others = threads.filter((thread) => !thread.main).map(({ tid }) => tid);
  return {
    version: versionText(runtime.offsets.version),
    ids: [...main, ...others.sort((a, b) => a - b)],
  };
}

/** The folder that an interpreter finds its library in, wherever its executable lies. */
export async function homeOf(python: Python): Promise<string> {
  const { stdout } = await new Deno.Command(python.path, {
    args: ["-I", "-c", "import sys; print(sys.base_prefix)"],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** The folders that an interpreter is made of. */
export async function foldersOf(python: Python): Promise<string[]> {
  const place = python.path.slice(0, python.path.lastIndexOf("/usr/"));
  return [await homeOf(python), ...(place === "" ? [] : [`${place}/usr`])];
}

/** The process under a launcher that execs nothing: its only child. */
export async function childOf(pid: number): Promise<number> {
  for (let round = 0; round < 1000; round++) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
    if (text !== "") return Number(text.trim().split(" ")[0]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`process ${pid} has no child`);
}
