import { createCollapsed } from "./collapsed.ts";
import type { Collector } from "./collector.ts";
import { createPstats, type TableOptions } from "./pstats.ts";

/** One output format, as the command line knows it. */
export interface Format {
  /** Extension of files that are named for the user, without the dot. */
  readonly extension: string;
  /** Where output goes when nothing is said: to the terminal, or to a file in the current directory. */
  readonly destination: "stdout" | "file";
  /** What it is, for help. */
  readonly about: string;
  readonly create: (table: TableOptions) => Collector;
}

/** All formats by name; the name is also the option that asks for it. */
export const FORMATS = {
  pstats: {
    extension: "txt",
    destination: "stdout",
    about: "a table, one row per function (default)",
    create: createPstats,
  },
  collapsed: {
    extension: "txt",
    destination: "file",
    about: "one line per stack, for flame graph tools",
    create: createCollapsed,
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** Names of all formats, the default first. */
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];
