import { createCollapsed } from "./collapsed.ts";
import type { Collector, CollectorTools } from "./collector.ts";
import { createPstats, type TableOptions } from "./pstats.ts";

/** All that can be asked of formats; each takes what it knows. */
export type FormatOptions = TableOptions;

/** One output format, as the command line knows it. */
export interface Format {
  /** Extension of files that are named for the user, without the dot. */
  readonly extension: string;
  /** Where output goes when nothing is said: to the terminal, or to a file in the current directory. */
  readonly destination: "stdout" | "file";
  /** What it is, for help. */
  readonly about: string;
  /** What it is made of: counts alone, which any input has, or samples in order of time. */
  readonly from: "counts" | "samples";
  readonly create: (options: FormatOptions, tools: CollectorTools) => Collector;
}

/** All formats by name; the name is also the option that asks for it. */
export const FORMATS = {
  pstats: {
    extension: "txt",
    destination: "stdout",
    about: "a table, one row per function (default)",
    from: "counts",
    create: createPstats,
  },
  collapsed: {
    extension: "txt",
    destination: "file",
    about: "one line per stack, for flame graph tools",
    from: "counts",
    create: createCollapsed,
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** Names of all formats, the default first. */
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];
