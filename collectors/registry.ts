import { type CollapsedOptions, createCollapsed, DEFAULT_COLLAPSED } from "./collapsed.ts";
import type { Compared } from "../src/analysis/difference_functions.ts";
import type { CallTable } from "../src/profile/call_table.ts";
import { createBinary } from "./binary.ts";
import { renderCalls } from "./call_lines.ts";
import type { Bytes, Collector, CollectorTools } from "./collector.ts";
import { createDiffFlamegraph } from "./diff_flamegraph.ts";
import { createFlamegraph } from "./flamegraph.ts";
import { createGecko } from "./gecko.ts";
import { createHeatmap, HEATMAP_DIRECTORY } from "./heatmap.ts";
import { createJsonl, DEFAULT_JSONL, type JsonlOptions } from "./jsonl.ts";
import { createOtlp } from "./otlp.ts";
import { createPerfetto } from "./perfetto.ts";
import { createPprof } from "./pprof.ts";
import { createPstats, DEFAULT_TABLE, type TableOptions } from "./pstats.ts";
import { createPstatsFile } from "./pstats_file.ts";
import { createSpeedscope } from "./speedscope.ts";
import { createCsv } from "./summary_csv.ts";
import { createJson } from "./summary_json.ts";

/** All that can be asked of formats; each takes what it knows. */
export interface FormatOptions extends TableOptions, CollapsedOptions, JsonlOptions {
  /** Recordings: how their samples are packed. */
  readonly compression: "zstd" | "none";
  /** What is compared with, where something is. */
  readonly baseline?: Compared;
}

/** What formats do when nothing is asked for. */
export const DEFAULT_OPTIONS: FormatOptions = {
  ...DEFAULT_TABLE,
  ...DEFAULT_COLLAPSED,
  ...DEFAULT_JSONL,
  compression: "zstd",
};

/** What tells an output that is a directory from what else may be there under its name. */
export interface DirectoryForm {
  /** The file to open. */
  readonly index: string;
  /** What that file has near its beginning, and no other does. */
  readonly mark: string;
  /** Whether a file's name is one that it gives. */
  readonly isOwn: (name: string) => boolean;
}

/** One thing that a format can be. */
export interface Form {
  /** Extension of files that are named for the user, without the dot. */
  readonly extension: string;
  /** Bytes that are no text and have no place on a terminal. */
  readonly binary?: true;
  /** It is a directory of files, of which one leads to all others. */
  readonly directory?: DirectoryForm;
  readonly create: (options: FormatOptions, tools: CollectorTools) => Collector;
}

/** One output format, as the command line knows it. */
export interface Format extends Form {
  /** Where output goes when nothing is said: to the terminal, or to a file in the current directory. */
  readonly destination: "stdout" | "file";
  /** What it is, for help. */
  readonly about: string;
  /**
   * What it is made of: counts alone, which any input has, or samples in order of time; or counts, and
   * samples where there are any.
   */
  readonly from: "counts" | "samples" | "either";
  /**
   * What it yields is of use before it is finished: it goes into `NAME.partial` as it comes, where a
   * crash leaves it, and gets its name at the end.
   */
  readonly streams?: true;
  /** It compares with a profile from before, which its option names. */
  readonly compares?: true;
  /** It shows what threads were doing. */
  readonly showsStates?: true;
  /** It shows which instructions were executed. */
  readonly showsOpcodes?: true;
  /** What it makes of functions and their callers; without it, it needs stacks. */
  readonly fromCalls?: (calls: CallTable, options: FormatOptions) => Bytes;
  /** What it is in a file, if that is another thing than on the terminal; `.txt` files keep the text. */
  readonly inFile?: Form;
}

const REGISTRY = {
  pstats: {
    extension: "txt",
    destination: "stdout",
    about: "a table of functions (default); in a file, one for pstats of Python, or in a .txt",
    from: "counts",
    create: createPstats,
    fromCalls: renderCalls,
    inFile: { extension: "pstats", binary: true, create: createPstatsFile },
  },
  collapsed: {
    extension: "txt",
    destination: "file",
    about: "one line per stack, for flame graph tools",
    from: "counts",
    create: createCollapsed,
  },
  flamegraph: {
    extension: "html",
    destination: "file",
    about: "a report in one page: flame graph, functions, callers, source",
    from: "either",
    showsStates: true,
    showsOpcodes: true,
    create: () => createFlamegraph(),
  },
  "diff-flamegraph": {
    extension: "html",
    destination: "file",
    about: "the same report, held against a profile from before",
    from: "either",
    showsStates: true,
    compares: true,
    showsOpcodes: true,
    create: ({ baseline }) => createDiffFlamegraph(baseline),
  },
  heatmap: {
    extension: "",
    directory: HEATMAP_DIRECTORY,
    destination: "file",
    about: "a directory of pages: all source files with the time in every line",
    from: "either",
    showsOpcodes: true,
    create: createHeatmap,
  },
  gecko: {
    extension: "json",
    destination: "file",
    about: "samples and thread states in time, for profiler.firefox.com",
    from: "samples",
    showsStates: true,
    showsOpcodes: true,
    create: createGecko,
  },
  speedscope: {
    extension: "json",
    destination: "file",
    about: "samples in time, for speedscope.app",
    from: "samples",
    create: createSpeedscope,
  },
  perfetto: {
    extension: "json",
    destination: "file",
    about: "calls and thread states in time, for ui.perfetto.dev and chrome://tracing",
    from: "samples",
    showsStates: true,
    create: createPerfetto,
  },
  pprof: {
    extension: "pb.gz",
    binary: true,
    destination: "file",
    about: "stacks with counts and labels, for go tool pprof and services that read its files",
    from: "counts",
    create: createPprof,
  },
  otlp: {
    extension: "otlp",
    binary: true,
    destination: "file",
    about: "stacks with counts and attributes, for OpenTelemetry",
    from: "counts",
    create: createOtlp,
  },
  jsonl: {
    extension: "jsonl",
    destination: "file",
    about: "counts of each line of code as records, for programs",
    from: "counts",
    create: createJsonl,
  },
  json: {
    extension: "json",
    destination: "file",
    about: "functions, quality and all numbers in one object, for programs",
    from: "counts",
    showsStates: true,
    create: createJson,
  },
  csv: {
    extension: "csv",
    destination: "file",
    about: "functions, for spreadsheets",
    from: "counts",
    create: createCsv,
  },
  binary: {
    extension: "bin",
    binary: true,
    destination: "file",
    about: "a recording, for tachyon replay and Python 3.15",
    from: "samples",
    showsStates: true,
    streams: true,
    showsOpcodes: true,
    create: createBinary,
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof REGISTRY;

/** All formats by name; the name is also the option that asks for it. */
export const FORMATS: Readonly<Record<FormatName, Format>> = REGISTRY;

/** Names of all formats, the default first. */
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];
