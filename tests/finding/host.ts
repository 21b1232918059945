/** A program that embeds Python: it loads an interpreter as a library. */
import assert from "node:assert/strict";
import type { Python } from "../../scripts/pythons.ts";
import { open, report, Target } from "../ffi/targets.ts";
import { homeOf, PROGRAM, told } from "./subjects.ts";

const HOST = `
#include <dlfcn.h>
int main(int count, char **arguments) {
    void *python = dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL);
    if (!python) return 1;
    ((void (*)(int))dlsym(python, "Py_InitializeEx"))(0);
    return ((int (*)(const char *, void *))dlsym(python, "PyRun_SimpleStringFlags"))(arguments[2], 0);
}`;

/**
 * Compiles the program, and copies a library for it. Says so, where no Python here has its interpreter in one.
 * @param work gets the copy's path, and how to run the program with it.
 */
export async function withHost(
  pythons: readonly Python[],
  name: string,
  work: (library: string, command: string[], env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const found = await findLibrary(pythons);
  if (found === undefined) {
    return report("no Python here has its interpreter in a library: install libpython3-dev");
  }
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.writeTextFile(`${folder}/host.c`, HOST);
    const { success } = await new Deno.Command("gcc", {
      args: ["-o", `${folder}/host`, `${folder}/host.c`, "-ldl"],
    }).output();
    assert(success, "a C compiler is needed");
    const [path, home] = found;
    const library = `${folder}/${name}`;
    await Deno.copyFile(path, library);
    await work(library, [`${folder}/host`, library, PROGRAM], { PYTHONHOME: home });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A libpython of one of the versions, and the home of that one. */
async function findLibrary(
  pythons: readonly Python[],
): Promise<[path: string, home: string] | undefined> {
  for (const python of pythons) {
    await using target = new Target(python.path, ["-c", PROGRAM]);
    await told(target);
    using process = open(target.pid);
    const library = process.modules().slice(1).find((module) => /libpython/.test(module.path));
    if (library !== undefined) return [library.path, await homeOf(python)];
  }
  return await findSystemLibrary();
}

/** The one that Debian has for programs that embed Python. */
async function findSystemLibrary(): Promise<[path: string, home: string] | undefined> {
  for await (const folder of Deno.readDir("/usr/lib")) {
    if (!folder.isDirectory || !folder.name.endsWith("-linux-gnu")) continue;
    for await (const { name } of Deno.readDir(`/usr/lib/${folder.name}`)) {
      if (/^libpython3\.\d+\.so\.1\.0$/.test(name)) {
        return [`/usr/lib/${folder.name}/${name}`, "/usr"];
      }
    }
  }
  return undefined;
}
