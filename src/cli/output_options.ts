/** The options for what is written and where: declared, and read into a list of outputs. */

import { type Command, Option } from "commander";
import {
  type Form,
  FORMAT_NAMES,
  type FormatName,
  type FormatOptions,
  FORMATS,
} from "../../collectors/registry.ts";
import { isPage } from "./browser.ts";
import type { OutputRequest } from "./destination.ts";
import type { Filter } from "../profile/metadata.ts";
import { addFilterOptions, readFilterOptions } from "./filters.ts";
import { type Way, WAYS } from "./split.ts";
import { addFormatSettings, readFormatSettings } from "./format_settings.ts";

/** What is to be written. */
export interface OutputOptions {
  /** One or more; of a live capture perhaps none. */
  readonly outputs: readonly OutputRequest[];
  readonly formatOptions: FormatOptions;
  /** Which samples are written; absent: all. */
  readonly filter?: Filter;
  /** The file of the profile to compare with. */
  readonly baseline?: string;
  /** What has an output of its own, where a program's children were sampled, too. */
  readonly by: Way;
  readonly quiet: boolean;
  /** Show reports in a browser when they are written. */
  readonly browser: boolean;
}

/** Declares the options on a command. */
export function addOutputOptions(command: Command): void {
  command.optionsGroup("Output:");
  for (const name of FORMAT_NAMES) {
    const { about, compares } = FORMATS[name];
    command.addOption(new Option(compares ? `--${name} <base>` : `--${name}`, about));
  }
  command
    .option(
      "-o, --output <place>",
      "PATH to write to, - for standard output, or a directory; or FORMAT:PATH, again and again",
      (place: string, places: readonly string[] = []) => [...places, place],
    )
    .addOption(
      new Option(
        "--by <what>",
        "with several processes: one output for each pid, or each command (default: merged)",
      ).choices(WAYS),
    )
    .option("--browser", "open the report when it is written; over SSH, say how to copy it")
    .option("-q, --quiet", "no progress and no closing summary");
  addFormatSettings(command);
  addFilterOptions(command);
}

/**
 * Reads them; what does not fit together is a usage error.
 * @param live the capture is watched while it runs: nothing has to be written then, and `--json` without
 * a place asks for lines about it.
 */
export function readOutputOptions(command: Command, live = false): OutputOptions {
  const { output = [], by = "merged", quiet = false, browser = false } = command.opts<{
    output?: string[];
    by?: Way;
    quiet?: boolean;
    browser?: boolean;
  }>();
  const given = (name: FormatName): unknown =>
    command.getOptionValue(new Option(`--${name}`).attributeName());
  const flags = FORMAT_NAMES.filter((name) => given(name) !== undefined);
  const written = live && output.length === 0 ? flags.filter((name) => name !== "json") : flags;
  const outputs = live && written.length + output.length === 0
    ? []
    : listOutputs(written, output, isDirectory);
  if (typeof outputs === "string") return command.error(`error: ${outputs}`);
  const baseline = given("diff-flamegraph");
  if (typeof baseline !== "string" && outputs.some(({ format }) => FORMATS[format].compares)) {
    return command.error("error: what to compare with is not said: add --diff-flamegraph BASE");
  }
  const formatOptions = readFormatSettings(command, outputs.map(({ format }) => format));
  const isShown = ({ directory, extension }: Form): boolean =>
    directory !== undefined || isPage(extension);
  if (browser && !outputs.some(({ format }) => isShown(FORMATS[format]))) {
    return command.error("error: option '--browser' is for a report: add --flamegraph");
  }
  const filter = readFilterOptions(command);
  return {
    outputs,
    formatOptions,
    ...(filter === undefined ? {} : { filter }),
    ...(typeof baseline === "string" ? { baseline } : {}),
    by,
    quiet,
    browser,
  };
}

/**
 * What flags and places ask for together. `FORMAT:PATH` is an output of its own, and with nothing
 * behind the colon it goes where it goes by default; any other place is that of the one format that
 * a flag asks for, or a directory for all of them.
 * @param isDirectory whether a path is that of an existing directory.
 * @returns what is wrong, in words, if it makes no sense.
 */
export function listOutputs(
  flags: readonly FormatName[],
  places: readonly string[],
  isDirectory: (path: string) => boolean,
): readonly OutputRequest[] | string {
  const named: OutputRequest[] = [];
  const plain: string[] = [];
  for (const place of places) {
    const request = splitPlace(place);
    if (request === undefined) plain.push(place);
    else named.push(request);
  }
  // The option says what to compare with, and a place where the result goes: that is one output.
  const asked = flags.filter((format) =>
    !FORMATS[format].compares || named.every((request) => request.format !== format)
  );
  const [path, ...others] = plain;
  if (others.length > 0) {
    return "more than one '-o' without a format: write -o FORMAT:PATH for each output";
  }
  if (path === undefined) {
    const byFlag = asked.length === 0 && named.length === 0 ? ["pstats" as const] : asked;
    return [...byFlag.map((format) => ({ format })), ...named];
  }
  if (asked.length === 0 && named.length > 0) {
    return `it is not said which format goes to '${path}': write -o FORMAT:PATH`;
  }
  if (asked.length > 1 && !isDirectory(path)) {
    return `several formats cannot all go to '${path}': write -o FORMAT:PATH for each`;
  }
  const byFlag = asked.length === 0 ? ["pstats" as const] : asked;
  return [...byFlag.map((format) => ({ format, path })), ...named];
}

/** `FORMAT:PATH` in two; nothing for a path, which may have colons of its own. */
function splitPlace(place: string): OutputRequest | undefined {
  const colon = place.indexOf(":");
  const format = FORMAT_NAMES.find((name) => name === place.slice(0, colon));
  if (format === undefined) return undefined;
  const path = place.slice(colon + 1);
  return path === "" ? { format } : { format, path };
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
