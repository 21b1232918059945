import type { Module } from "../../ffi/process.ts";
import type { DebugOffsets, PythonVersion } from "./debug_offsets.ts";
import { ON_LINUX_ARM64 } from "./layouts/linux_arm64.ts";
import { ON_MACOS } from "./layouts/macos.ts";
import { ON_WINDOWS } from "./layouts/windows.ts";
import { python38 } from "./layouts/python38.ts";
import { python39 } from "./layouts/python39.ts";
import { python310 } from "./layouts/python310.ts";
import { python311 } from "./layouts/python311.ts";
import { python312 } from "./layouts/python312.ts";

/**
 * Versions without debug offsets. Within each of these minor versions no field that is read has ever
 * moved from one release to the next, so one table does for all of them.
 */
const TABLES: ReadonlyMap<number, Readonly<Record<string, number>>> = new Map([
  [8, python38],
  [9, python39],
  [10, python310],
  [11, python311],
  [12, python312],
]);

/** What lies elsewhere than on x86-64 Linux, by the format of the interpreter's file. */
const ELSEWHERE: Readonly<
  Record<NonNullable<Module["format"]>, Readonly<Record<number, Readonly<Record<string, number>>>>>
> = {
  "elf-arm64": ON_LINUX_ARM64,
  "mach-o": ON_MACOS,
  "pe": ON_WINDOWS,
};

/** The minor versions of Python 3 that have a table, the newest first. */
export const TABLED_MINORS: readonly number[] = [...TABLES.keys()].reverse();

/**
 * The table of a version as if it were its debug offsets; undefined when there is none.
 * @param format of the file that the interpreter is in: locks and numbers have other sizes than on Linux elsewhere.
 */
export function olderOffsets(
  version: PythonVersion,
  format?: Module["format"],
): DebugOffsets | undefined {
  const measured = version.major === 3 ? TABLES.get(version.minor) : undefined;
  if (measured === undefined) return undefined;
  const others = format === undefined ? {} : ELSEWHERE[format];
  const table = { ...measured, ...others[version.minor] };
  return {
    version,
    freeThreaded: false,
    isTried: true,
    get(name: string): number {
      const value = table[name];
      if (value === undefined) throw new Error(`no ${name} in 3.${version.minor}`);
      return value;
    },
    or: (name, otherwise) => table[name] ?? otherwise,
  };
}
