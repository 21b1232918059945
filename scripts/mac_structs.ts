/**
 * `deno run -A scripts/mac_structs.ts`: writes `ffi/helper/macos_structs.c`, by which every build of the
 * helper for macOS has the compiler compare the numbers of `ffi/macos/structs.ts` with the platform's headers.
 */
import {
  BSD_INFO,
  DYLD_INFO,
  ERRNO,
  FLAVOR,
  KERN,
  PATH_MAX,
  REGION_INFO,
  SZOMB,
  TASK_DYLD_ALL_IMAGE_INFO_64,
  TASK_DYLD_INFO,
  TASK_INFO,
  TH_STATE_RUNNING,
  THREAD_INFO,
} from "../ffi/macos/structs.ts";
import { repository } from "./repository.ts";

/** Where they are written to. */
export const structsFile = `${repository}/ffi/helper/macos_structs.c`;

const STRUCTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  proc_bsdinfo: BSD_INFO,
  proc_taskinfo: TASK_INFO,
  proc_threadinfo: THREAD_INFO,
  proc_regionwithpathinfo: REGION_INFO,
  task_dyld_info: DYLD_INFO,
};

const NUMBERS: Readonly<Record<string, number>> = {
  ...FLAVOR,
  ...KERN,
  ...ERRNO,
  TASK_DYLD_INFO,
  TASK_DYLD_ALL_IMAGE_INFO_64,
  TH_STATE_RUNNING,
  SZOMB,
  PATH_MAX,
};

/** The C file's text. */
export function printStructs(): string {
  const lines = Object.entries(STRUCTS).flatMap(([name, fields]) =>
    Object.entries(fields).map(([field, value]) =>
      field === "size"
        ? `SAME(sizeof(struct ${name}), ${value});`
        : `SAME(offsetof(struct ${name}, ${field}), ${value});`
    )
  );
  for (const [name, value] of Object.entries(NUMBERS)) lines.push(`SAME(${name}, ${value});`);
  return `/*
 * Made by scripts/mac_structs.ts from ffi/macos/structs.ts, which TypeScript reads the kernel's answers by:
 * the compiler compares its numbers with the platform's headers.
 */
#include <mach/task_info.h>
#include <mach/thread_info.h>
#include <stddef.h>
#include <sys/proc.h>
#include <sys/proc_info.h>
#include <sys/syslimits.h>

#define SAME(headers, ours) _Static_assert((headers) == (ours), #headers)

${lines.join("\n")}
`;
}

if (import.meta.main) Deno.writeTextFileSync(structsFile, printStructs());
