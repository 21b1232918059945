/** The options for captures that go on for long: declared, and checked against the outputs. */

import type { Command } from "commander";
import { FORMAT_NAMES, FORMATS } from "../../collectors/registry.ts";
import { parseCount, parseSize, parseSpan } from "./numbers.ts";
import type { OutputOptions } from "./output_options.ts";
import { isNamedInParts } from "./part_names.ts";
import type { RotationOptions } from "./rotation.ts";

/** How a long capture is written. */
export interface PartOptions {
  /** Absent: in one piece. */
  readonly rotation?: RotationOptions;
  /** In one piece, the size of an output at which the capture ends, bytes. */
  readonly maxBytes?: number;
}

const GROWING = FORMAT_NAMES.filter((name) => FORMATS[name].from === "samples");

/** Declares the options on a command. */
export function addPartOptions(command: Command): void {
  command
    .optionsGroup("Long captures:")
    .option(
      "--every <time>",
      "begin new outputs every 60s, 5m, 1h; in names, %n is their number, %t the time, %p the pid",
      parseSpan,
    )
    .option(
      "--max-size <size>",
      "begin new outputs when one gets as large as 100MB; without %n or %t in its name, end",
      parseSize,
    )
    .option("--keep <count>", "keep as many of those outputs, and remove older ones", parseCount);
}

/** Reads them; what does not fit together is a usage error. */
export function readPartOptions(
  command: Command,
  { outputs, by, browser }: OutputOptions,
): PartOptions {
  const { every, maxSize, keep } = command.opts<{
    every?: number;
    maxSize?: number;
    keep?: number;
  }>();
  const rotates = every !== undefined || maxSize !== undefined && isNamedInParts(outputs);
  if (keep !== undefined && !rotates) {
    return command.error("error: option '--keep' is for outputs in parts: add --every TIME");
  }
  if (rotates && outputs.length === 0) {
    return command.error("error: nothing is written that could begin anew: name an output");
  }
  if (rotates && by !== "merged") {
    return command.error("error: option '--by' does not go with outputs in parts");
  }
  if (rotates && browser) {
    return command.error("error: option '--browser' does not go with outputs in parts");
  }
  if (maxSize !== undefined && !outputs.some(({ format }) => GROWING.includes(format))) {
    const names = GROWING.map((name) => `--${name}`).join(", ");
    return command.error(`error: option '--max-size' is for outputs that grow with time: ${names}`);
  }
  if (!rotates) return maxSize === undefined ? {} : { maxBytes: maxSize };
  return {
    rotation: {
      ...(every === undefined ? {} : { everyUs: every }),
      ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
      ...(keep === undefined ? {} : { keep }),
    },
  };
}
