import { repository } from "../repository.ts";
import { choosePythons, compareVersions, type Python } from "./version.ts";

/** The folder of this checkout's own interpreters. */
export const localPythons: string = `${repository}/.pythons`;

const name = /^python3(\.\d+)?t?$/;

/** Asks an interpreter what it is; a virtual environment names the executable behind it. */
const question = `
import json, os, platform, sys, sysconfig
print(json.dumps({
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "path": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
}))`;

let found: Promise<Python[]> | undefined;

/**
 * The CPython interpreters of this machine, the older version first: those on PATH, those of pyenv,
 * those in this checkout's `.pythons`, and those in the folder that `TACHYON_PYTHONS` names, each of both
 * in a folder of its own. Looks once and remembers.
 */
export function findPythons(): Promise<Python[]> {
  return found ??= search();
}

/** The interpreters tests run on: the best one of each minor version found, none free-threaded. */
export async function findTestPythons(): Promise<Python[]> {
  return choosePythons(await findPythons(), localPythons);
}

/** The free-threaded interpreters tests run on: the best one of each minor version found. */
export async function findFreeThreadedPythons(): Promise<Python[]> {
  return choosePythons(await findPythons(), localPythons, true);
}

/** Makes the next look-up search again, after interpreters were added. */
export function forgetPythons(): void {
  found = undefined;
}

async function search(): Promise<Python[]> {
  const candidates = new Set<string>();
  for (const folder of await foldersOfPythons()) {
    for (const entry of await entriesOf(folder)) {
      if (!name.test(entry)) continue;
      const real = await Deno.realPath(`${folder}/${entry}`).catch(() => undefined);
      // a virtual environment's link leads to a real interpreter: that one is the candidate
      if (real !== undefined) candidates.add(real);
    }
  }
  const pythons = new Map<string, Python>();
  for (const python of await Promise.all([...candidates].map(probe))) {
    if (python !== undefined) pythons.set(python.path, python);
  }
  return [...pythons.values()].sort((a, b) => compareVersions(a.version, b.version));
}

/** Folders that may hold interpreters. A folder of shims stands for the `versions` beside it. */
async function foldersOfPythons(): Promise<string[]> {
  const folders: string[] = [];
  const pyenvs = new Set<string>();
  const home = Deno.env.get("HOME");
  const pyenv = Deno.env.get("PYENV_ROOT") ?? (home === undefined ? undefined : `${home}/.pyenv`);
  if (pyenv !== undefined) pyenvs.add(pyenv);
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (folder.endsWith("/shims")) pyenvs.add(folder.slice(0, -"/shims".length));
    else if (folder.startsWith("/")) folders.push(folder);
  }
  for (const root of pyenvs) {
    for (const version of await entriesOf(`${root}/versions`)) {
      folders.push(`${root}/versions/${version}/bin`);
    }
  }
  for (const root of [localPythons, Deno.env.get("TACHYON_PYTHONS") ?? ""]) {
    for (const entry of root === "" ? [] : await entriesOf(root)) {
      if (entry.startsWith(".")) continue;
      folders.push(`${root}/${entry}/bin`, `${root}/${entry}/usr/bin`);
    }
  }
  return folders;
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
  } catch {
    return [];
  }
}

async function probe(path: string): Promise<Python | undefined> {
  try {
    const output = await new Deno.Command(path, {
      args: ["-I", "-c", question],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(20_000),
    }).output();
    if (!output.success) return undefined;
    return readAnswer(new TextDecoder().decode(output.stdout));
  } catch {
    return undefined;
  }
}

/** Reads what an interpreter printed about itself; undefined if it is no CPython 3. */
export function readAnswer(text: string): Python | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null) return undefined;
  const { implementation, version, freeThreaded, path } = answer as Record<string, unknown>;
  if (implementation !== "CPython" || typeof version !== "string") return undefined;
  if (typeof freeThreaded !== "boolean" || typeof path !== "string") return undefined;
  const minor = /^3\.\d+(?=\.)/.exec(version)?.[0];
  return minor === undefined ? undefined : { version, minor, freeThreaded, path };
}
