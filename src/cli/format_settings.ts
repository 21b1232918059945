/** The options that shape one output format. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { GRANULARITIES } from "../../collectors/collapsed.ts";
import { SORT_KEYS } from "../../collectors/pstats_rows.ts";
import { DEFAULT_OPTIONS, type FormatName, type FormatOptions } from "../../collectors/registry.ts";
import { parseLimit } from "./numbers.ts";

/** Options for one format, as the help shows them together. */
interface Settings {
  readonly format: FormatName;
  readonly title: string;
  readonly options: () => readonly Option[];
}

const SETTINGS: readonly Settings[] = [
  {
    format: "pstats",
    title: "Table:",
    options: () => [
      new Option("--sort <key>", `order of rows (default: ${DEFAULT_OPTIONS.sort})`)
        .choices(SORT_KEYS),
      new Option("-l, --limit <rows>", `rows shown (default: ${DEFAULT_OPTIONS.limit})`)
        .argParser(parseLimit),
      new Option("--no-summary", "leave out the summary of interesting functions"),
    ],
  },
  {
    format: "collapsed",
    title: "Collapsed stacks:",
    options: () => [
      new Option("--granularity <what>", `what a frame names (default: ${GRANULARITIES[0]})`)
        .choices(GRANULARITIES),
      new Option("--threads", "begin each line with its thread (default with all threads)"),
      new Option("--no-threads", "count all threads together"),
    ],
  },
  {
    format: "jsonl",
    title: "JSON lines:",
    options: () => [
      new Option("--jsonl-stacks", "stacks, threads and quality, too, in records of our own"),
    ],
  },
  {
    format: "binary",
    title: "Recording:",
    options: () => [
      new Option("--compression <how>", "auto, zstd or none (default: auto, which is zstd)")
        .argParser(parseCompression),
    ],
  },
];

function parseCompression(text: string): FormatOptions["compression"] {
  if (text === "auto" || text === "zstd") return "zstd";
  if (text === "none") return "none";
  throw new InvalidArgumentError("Allowed choices are auto, zstd, none.");
}

/** Declares the options of all formats on a command. */
export function addFormatSettings(command: Command): void {
  for (const { title, options } of SETTINGS) {
    command.optionsGroup(title);
    for (const option of options()) command.addOption(option);
  }
}

/** Reads them; one whose format was not asked for is a usage error. */
export function readFormatSettings(
  command: Command,
  formats: readonly FormatName[],
): FormatOptions {
  const given: Record<string, unknown> = {};
  for (const { format, options } of SETTINGS) {
    for (const option of options()) {
      const name = option.attributeName();
      if (command.getOptionValueSource(name) !== "cli") continue;
      const value: unknown = command.getOptionValue(name);
      if (option.isBoolean() && value === option.negate) continue;
      if (!formats.includes(format)) {
        command.error(
          `error: option '${option.long}' is for ${format} and cannot be used without it`,
        );
      }
      given[name] = value;
    }
  }
  return Object.freeze({ ...DEFAULT_OPTIONS, ...given });
}
