/** The options that `run` and `attach` share: declared, checked against each other, frozen. */

import { type Command, Option } from "commander";
import { DEFAULT_TABLE } from "../../collectors/pstats.ts";
import { SORT_KEYS, type SortKey } from "../../collectors/pstats_rows.ts";
import { FORMAT_NAMES, type FormatName, FORMATS } from "../../collectors/registry.ts";
import type { Consistency } from "../profile/metadata.ts";
import { parseDuration, parseInterval, parseLimit, parsePercent, parseRate } from "./numbers.ts";

/** What was asked for, checked. */
export interface CaptureOptions {
  readonly intervalUs: number;
  readonly durationUs?: number;
  readonly allThreads: boolean;
  readonly consistency: Consistency;
  /** Absent: as the rate suggests. */
  readonly jitter?: boolean;
  /** CPU time per wall time that we may use ourselves: 1 is one CPU. */
  readonly maxCpu: number;
  readonly format: FormatName;
  /** As given with `-o`; absent: where the format goes by default. */
  readonly output?: string;
  readonly sort: SortKey;
  readonly limit: number;
  readonly summary: boolean;
  readonly quiet: boolean;
}

/** Values as the parser leaves them. */
interface Given {
  readonly samplingRate?: number;
  readonly interval?: number;
  readonly duration?: number;
  readonly allThreads?: boolean;
  readonly exact?: boolean;
  readonly jitter?: boolean;
  readonly maxCpu?: number;
  readonly blocking?: boolean;
  readonly output?: string;
  readonly sort?: SortKey;
  readonly limit?: number;
  readonly summary: boolean;
  readonly quiet?: boolean;
}

const DEFAULT_INTERVAL_US = 1000;
const DEFAULT_MAX_CPU = 1;

/** Declares the shared options on a command. */
export function addCaptureOptions(command: Command): void {
  command
    .optionsGroup("Sampling:")
    .addOption(
      new Option(
        "-r, --sampling-rate <rate>",
        "samples per second: 500, 2.5k, 10khz (default: 1khz)",
      )
        .argParser(parseRate).conflicts("interval"),
    )
    .option(
      "-i, --interval <microseconds>",
      "time between samples, instead of a rate",
      parseInterval,
    )
    .option(
      "-d, --duration <seconds>",
      "how long to sample, 0.5 too (default: until the program ends or Ctrl-C)",
      parseDuration,
    )
    .option("-a, --all-threads", "sample every thread, not only the main thread")
    .option("--exact", "read only while the program cannot run, from its own CPU")
    .addOption(
      new Option("--blocking", "stop the program for every sample, which slows it down")
        .conflicts("exact"),
    )
    .option("--jitter", "take each sample at a random point of its interval (default up to 1khz)")
    .option("--no-jitter", "take samples at equal distances")
    .option(
      "--max-cpu <percent>",
      "lower the rate when tachyon itself needs more of a CPU (default: 100)",
      parsePercent,
    )
    .optionsGroup("Output:");
  for (const name of FORMAT_NAMES) {
    command.addOption(
      new Option(`--${name}`, FORMATS[name].about).conflicts(
        FORMAT_NAMES.filter((other) => other !== name),
      ),
    );
  }
  command
    .option("-o, --output <path>", "file to write, - for standard output, or a directory")
    .option("-q, --quiet", "no progress and no closing summary")
    .optionsGroup("Table:")
    .addOption(
      new Option("--sort <key>", `order of rows (default: ${DEFAULT_TABLE.sort})`).choices(
        SORT_KEYS,
      ),
    )
    .option("-l, --limit <rows>", `rows shown (default: ${DEFAULT_TABLE.limit})`, parseLimit)
    .option("--no-summary", "leave out the summary of interesting functions")
    .optionsGroup("Other:");
}

/** Checks what was given as a whole; what does not fit together is a usage error. */
export function readCaptureOptions(command: Command): CaptureOptions {
  const given = command.opts<Given>();
  const format = FORMAT_NAMES.find((name) => command.getOptionValue(name) === true) ?? "pstats";
  for (const name of format === "pstats" ? [] : ["sort", "limit", "summary"]) {
    if (command.getOptionValueSource(name) === "cli") {
      const flag = name === "summary" ? "--no-summary" : `--${name}`;
      command.error(
        `error: option '${flag}' is for the table and cannot be used with '--${format}'`,
      );
    }
  }
  return Object.freeze({
    intervalUs: given.samplingRate ?? given.interval ?? DEFAULT_INTERVAL_US,
    ...(given.duration === undefined ? {} : { durationUs: given.duration }),
    allThreads: given.allThreads ?? false,
    consistency: given.blocking ? "blocking" : given.exact ? "exact" : "verified",
    ...(given.jitter === undefined ? {} : { jitter: given.jitter }),
    maxCpu: given.maxCpu ?? DEFAULT_MAX_CPU,
    format,
    ...(given.output === undefined ? {} : { output: given.output }),
    sort: given.sort ?? DEFAULT_TABLE.sort,
    limit: given.limit ?? DEFAULT_TABLE.limit,
    summary: given.summary,
    quiet: given.quiet ?? false,
  });
}
