/** The options that `run` and `attach` share: declared, checked against each other, frozen. */

import { type Command, Option } from "commander";
import type { CaptureKind } from "../analysis/difference_likeness.ts";
import { FORMATS } from "../../collectors/registry.ts";
import type { AsyncMode, Consistency, Features, Mode } from "../profile/metadata.ts";
import { parseDuration, parseInterval, parsePercent, parseRate, parseSlowdown } from "./numbers.ts";
import { addPartOptions, type PartOptions, readPartOptions } from "./part_options.ts";
import type { OutputRequest } from "./destination.ts";
import { addOutputOptions, type OutputOptions, readOutputOptions } from "./output_options.ts";

/** What was asked for, checked. */
export interface CaptureOptions extends OutputOptions, PartOptions {
  readonly intervalUs: number;
  readonly durationUs?: number;
  readonly allThreads: boolean;
  /** Sample also the processes that the program starts. */
  readonly subprocesses: boolean;
  /** What stacks are to show besides Python frames. */
  readonly features: Features;
  /** It was said whether the collector is to be shown; else it is done as in what it is compared with. */
  readonly gcIsAsked: boolean;
  /** Absent: stacks of threads. */
  readonly asyncMode?: AsyncMode;
  readonly consistency: Consistency;
  readonly mode: Mode;
  /** Tell with each sample what its thread was doing. */
  readonly states: boolean;
  /** Say in the end what each thread was doing. */
  readonly tellStates: boolean;
  /** Absent: as the rate suggests. */
  readonly jitter?: boolean;
  /** CPU time per wall time that we may use ourselves: 1 is one CPU. */
  readonly maxCpu: number;
  /** The most of the program's time that readings may take, as a share; absent: what is usual. */
  readonly maxSlowdown?: number;
  /** Show the capture while it runs. */
  readonly live: boolean;
  /** Where that is not on a screen, as JSON. */
  readonly liveAsJson: boolean;
  /** Say every second how it goes. */
  readonly realtimeStats: boolean;
}

/** Values as the parser leaves them. */
interface Given {
  readonly samplingRate?: number;
  readonly interval?: number;
  readonly duration?: number;
  readonly allThreads?: boolean;
  readonly subprocesses?: boolean;
  readonly asyncAware?: boolean;
  readonly asyncMode?: AsyncMode;
  readonly exact?: boolean;
  readonly jitter?: boolean;
  readonly maxCpu?: number;
  readonly maxSlowdown?: number;
  readonly blocking?: boolean;
  readonly live?: boolean;
  readonly realtimeStats?: boolean;
  readonly json?: boolean;
  readonly gc?: boolean;
  readonly native?: boolean;
  readonly opcodes?: boolean;
  readonly mode?: Mode;
  readonly states?: boolean;
}

const DEFAULT_INTERVAL_US = 1000;
const DEFAULT_MAX_CPU = 1;
/** At shorter intervals to look for the collector would take a noticeable part of each, µs. */
export const GC_FROM = 20;
const MODES = ["wall", "cpu", "gil", "exception"] as const satisfies readonly Mode[];

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
    .addOption(
      new Option("--subprocesses", "sample the processes that it starts, too, as one capture")
        .conflicts("blocking"),
    )
    .addOption(
      new Option(
        "--mode <what>",
        "keep the samples of threads that are on a CPU (cpu), hold the GIL (gil), or have an exception (default: wall, all)",
      ).choices(MODES),
    )
    .option("--states", "note what threads do: GIL, CPU, exceptions (some outputs always do)")
    .option("--native", "show where Python has called C, with names where these are sure")
    .option("--opcodes", "show which instruction each frame executes")
    .option("--gc", "show where the garbage collector runs (default: up to 50khz)")
    .option("--no-gc", "leave that out")
    .option("--async-aware", "show asyncio tasks and who awaits them, not the event loop")
    .addOption(
      new Option("--async-mode <mode>", "tasks that run, or all, also those that wait")
        .choices(["running", "all"]).implies({ asyncAware: true }),
    )
    .option("--exact", "read only while the program cannot run, from its own CPU")
    .addOption(
      new Option("--blocking", "stop the program for every sample, which slows it down")
        .conflicts("exact"),
    )
    .option("--jitter", "take each sample at a random point of its interval (default up to 10khz)")
    .option("--no-jitter", "take samples at equal distances")
    .option(
      "--max-cpu <percent>",
      "lower the rate when tachyon itself needs more of a CPU (default: 100)",
      parsePercent,
    )
    .option(
      "--max-slowdown <percent>",
      "lower the rate when readings take more of the program's time (default: 1 at 1khz, 5 from " +
        "5khz on and with -a or --exact, 20 with --blocking)",
      parseSlowdown,
    );
  command
    .optionsGroup("While it runs:")
    .option("--live", "watch it on a screen; outputs are written at the end if asked for")
    .option(
      "--realtime-stats",
      "a line on standard error every second: rate, losses, hot functions",
    );
  addOutputOptions(command);
  addPartOptions(command);
  command.optionsGroup("Other:");
}

/**
 * Checks what was given as a whole; what does not fit together is a usage error.
 * @param watched show it while it runs even if that is not asked for.
 */
export function readCaptureOptions(command: Command, watched = false): CaptureOptions {
  const given = command.opts<Given>();
  const live = given.live ?? watched;
  const intervalUs = given.samplingRate ?? given.interval ?? DEFAULT_INTERVAL_US;
  const output = readOutputOptions(command, live);
  if (output.by !== "merged" && given.subprocesses !== true) {
    return command.error("error: option '--by' is for several processes: add --subprocesses");
  }
  return Object.freeze({
    intervalUs,
    ...(given.duration === undefined ? {} : { durationUs: given.duration }),
    allThreads: given.allThreads ?? false,
    subprocesses: given.subprocesses ?? false,
    features: {
      native: given.native ?? false,
      gc: given.gc ?? intervalUs >= GC_FROM,
      opcodes: given.opcodes ?? false,
    },
    gcIsAsked: given.gc !== undefined,
    ...(given.asyncAware ? { asyncMode: given.asyncMode ?? "running" } : {}),
    consistency: given.blocking ? "blocking" : given.exact ? "exact" : "verified",
    ...(given.jitter === undefined ? {} : { jitter: given.jitter }),
    maxCpu: given.maxCpu ?? DEFAULT_MAX_CPU,
    ...(given.maxSlowdown === undefined ? {} : { maxSlowdown: given.maxSlowdown }),
    live,
    liveAsJson: live && given.json === true,
    realtimeStats: given.realtimeStats ?? false,
    mode: given.mode ?? "wall",
    tellStates: given.states ?? false,
    states: given.states ?? (live || output.outputs.some(isOfStates)),
    ...output,
    ...readPartOptions(command, output),
  });
}

/** Whether an output shows what threads were doing. */
function isOfStates({ format }: OutputRequest): boolean {
  return FORMATS[format].showsStates ?? false;
}

/** What a capture with these options will be, as far as profiles are compared by it. */
export function kindOfCapture(
  { consistency, allThreads, asyncMode, features, gcIsAsked, filter, mode }: CaptureOptions,
): CaptureKind {
  const filters = filter === undefined ? [] : [filter];
  const { gc, ...others } = features;
  const shown = gcIsAsked ? { ...others, gc } : others;
  return { mode, consistency, allThreads, tasks: asyncMode ?? "none", features: shown, filters };
}
