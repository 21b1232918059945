/** The helper's C for macOS on a macOS that is made up on Linux (`kernel.h`). */
import { type MacHelper, MACOS } from "../../../ffi/helper/functions.ts";
import { repository } from "../../../scripts/repository.ts";
import { run } from "../../../scripts/shell.ts";

/** The headers of Apple's that the helper asks for. */
const HEADERS = [
  "libproc.h",
  "mach/mach.h",
  "mach/mach_time.h",
  "mach/task_info.h",
  "mach/thread_info.h",
  "mach/thread_policy.h",
  "pthread/qos.h",
  "sys/proc.h",
  "sys/proc_info.h",
  "sys/sysctl.h",
  "sys/syslimits.h",
];

const FUNCTIONS = {
  ...MACOS,
  shim_page: { parameters: [], result: "u64" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The helper with what only tests have. */
export type ShimHelper = MacHelper & Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"];

/** Makes the library in a folder, and returns its path. */
export async function buildShim(folder: string): Promise<string> {
  const shim = `${repository}/tests/macos/shim`;
  for (const header of HEADERS) {
    const path = `${folder}/${header}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, '#include "kernel.h"\n');
  }
  const system = ["-U__linux__", "-D__APPLE__", "-D_GNU_SOURCE", `-I${folder}`, `-I${shim}`];
  // Linux has a sysctl of its own, which shall not be taken.
  const flags = [
    "-shared",
    "-fPIC",
    "-Wl,-Bsymbolic",
    "-O1",
    "-pthread",
    "-Wall",
    "-Wextra",
    "-Werror",
  ];
  const library = `${folder}/helper.so`;
  const sources = [`${repository}/ffi/helper/helper.c`, `${shim}/kernel.c`];
  await run("gcc", [...flags, ...system, "-o", library, ...sources]);
  return library;
}

/** Loads it. */
export function loadShim(path: string): ShimHelper {
  return Deno.dlopen(path, FUNCTIONS).symbols;
}
