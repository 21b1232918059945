/** One capture and the outputs it feeds, from the first sample to the written results. */

import type { Profile } from "../profile/profile.ts";
import { formatCounted } from "../analysis/units.ts";
import type { Ending, Features, Mode } from "../profile/metadata.ts";
import { kindOf } from "../analysis/difference_likeness.ts";
import type {
  AttachFault,
  BatchListener,
  Capture,
  CaptureEnd,
  CaptureRequest,
  Sampler,
} from "../sampler/capture.ts";
import { showInBrowser } from "./browser.ts";
import type { CaptureOptions } from "./capture_options.ts";
import { type Fault, isFault, unforeseen } from "./errors.ts";
import { nothingCollected, outputsFailed } from "./output_faults.ts";
import { type Exports, prepareExports, type Results } from "./exports.ts";
import { filterExports, type SampleFilter } from "./filters.ts";
import { forewarnings } from "./forewarnings.ts";
import {
  report,
  shortcomings,
  summarizeCapture,
  tell,
  tellFinished,
  warnings,
} from "./messages.ts";
import { describeDoing } from "./thread_lines.ts";
import { createProgress, describeWriting } from "./progress.ts";
import { versionByName } from "./process_tree.ts";
import { rotateExports, type Rotation, stepOf } from "./rotation.ts";
import { type Split, splitExports } from "./split.ts";
import { watchSleep } from "./sleep_watch.ts";
import { VERSION } from "./version.ts";

/** What is left to do to a capture. */
export interface Recorder {
  /** Whether a result goes to standard output. */
  readonly usesStdout: boolean;
  /**
   * Begins to sample a process.
   * @param top the launcher that has started it, whose other processes are to be sampled with it.
   */
  start(
    pid: number,
    command: readonly string[],
    waitForPythonMs: number,
    top?: number,
  ): Promise<Capture | AttachFault>;
  /** Writes what there is so far, and goes on; undefined while there is nothing. */
  snapshot(): Promise<Results | undefined>;
  /** Writes the results and says where they went; what went wrong is said, too, and returned. */
  write(profile: Profile, ended: CaptureEnd, interrupted: boolean): Promise<Fault | undefined>;
}

/**
 * Prepares a capture: the outputs are checked now, before anything is sampled or started.
 * @param listener is given all samples, too, whatever the filter says.
 */
export function createRecorder(
  options: CaptureOptions,
  sampler: Sampler,
  listener?: BatchListener,
  filter?: SampleFilter,
): Recorder | Fault {
  const asleep = watchSleep();
  const exports = prepareOutputs(options, filter, asleep);
  if (isFault(exports)) return exports;
  const parts = "parts" in exports ? exports.parts : undefined;
  const { maxBytes = Infinity } = options;
  let full = false;
  let profile: Profile | undefined;
  let snapshots = 0;
  let taken: Promise<Results> | undefined;
  for (const sentence of forewarnings(options)) tell(sentence);
  return {
    usesStdout: exports.usesStdout,
    async start(pid, command, waitForPythonMs, top): Promise<Capture | AttachFault> {
      let stop = (): void => {};
      const capture = await sampler.start(
        createRequest(options, pid, command, waitForPythonMs, top),
        (profile, batch) => {
          exports.begin(profile, String(pid));
          exports.add(profile, batch);
          listener?.(profile, batch);
          full ||= exports.size() >= maxBytes;
          if (full || exports.allFailed()) stop();
        },
        parts,
      );
      if ("fault" in capture) return nameVersion(capture, pid);
      if (options.mode === "gil" && capture.profile.metadata.freeThreaded) tell(NO_GIL);
      stop = () => capture.stop();
      profile = capture.profile;
      const { metadata } = capture.profile;
      const asked = { ...options.features, gc: options.gcIsAsked && options.features.gc };
      for (const sentence of shortcomings(asked, metadata)) tell(sentence);
      exports.begin(capture.profile, String(pid));
      if (exports.allFailed()) capture.stop();
      return capture;
    },
    async snapshot(): Promise<Results | undefined> {
      if (profile === undefined || profile.quality.samples === 0) return undefined;
      const summary = { durationUs: timeOf(profile), ending: "snapshot" } as const;
      const number = ++snapshots;
      const how = summarizeCapture(exports.shown(profile), summary);
      taken = exports.snapshot(profile, summary, number);
      const results = await taken;
      if (!options.quiet && options.rotation === undefined && results.finished.length > 0) {
        tellFinished(`snapshot ${number}: ${how}`, results.finished);
      }
      return results;
    },
    async write(profile, ended, interrupted): Promise<Fault | undefined> {
      const reason = full && ended.ending === "interrupted" ? { ending: "max-size" } as const : {};
      const { failure: said, ...whole } = ended;
      const asleepUs = asleep();
      const summary = { ...whole, ...reason, ...(asleepUs > 0 ? { asleepUs } : {}) };
      const failure = said === undefined ? undefined : unforeseen(said);
      if (failure !== undefined) report(failure);
      if (profile.quality.samples === 0) {
        exports.discard();
        const fault = nothingCollected(whyEmpty(profile, summary.ending), interrupted);
        report(fault);
        return fault;
      }
      // A part that is asked for is written when the capture ends, any other snapshot before that.
      if (options.rotation === undefined) await taken;
      const progress = createProgress(options.quiet);
      const { finished, failed } = await exports.finish(profile, summary, (name, bytes) => {
        progress.show(describeWriting(name, bytes));
      }).finally(() => progress.done());
      if (!options.quiet && (options.live || finished.length > 0)) {
        tellFinished(summarizeCapture(exports.shown(profile), summary), finished);
      }
      if (!options.quiet && options.tellStates) {
        for (const line of describeDoing(exports.shown(profile))) tell(line);
      }
      for (const sentence of warnings(exports.shown(profile), summary)) tell(sentence);
      if (options.browser) await showInBrowser(finished);
      return failed.length === 0 ? failure : outputsFailed(failed);
    },
  };
}

function prepareOutputs(
  options: CaptureOptions,
  filter: SampleFilter | undefined,
  asleep: () => number,
): Exports | Rotation | Split | Fault {
  const { outputs, formatOptions, rotation, quiet, by } = options;
  const inputs = options.baseline === undefined ? [] : [options.baseline];
  if (rotation !== undefined) {
    const filtered = filter === undefined ? {} : { filter };
    return rotateExports({ outputs, formatOptions, inputs, rotation, quiet, asleep, ...filtered });
  }
  if (by !== "merged") return splitExports({ by, outputs, formatOptions, inputs, filter });
  const all = prepareExports(outputs, formatOptions, { inputs });
  return isFault(all) ? all : filterExports(all, filter);
}

/** What stacks are to show; the collector, if nobody said, as the profile to compare with does. */
function featuresOf({ features, gcIsAsked, formatOptions }: CaptureOptions): Features {
  const { baseline } = formatOptions;
  if (gcIsAsked || baseline === undefined) return features;
  const kind = kindOf(baseline.profile.metadata);
  return { ...features, gc: kind.features?.gc ?? features.gc };
}

function createRequest(
  options: CaptureOptions,
  pid: number,
  command: readonly string[],
  waitForPythonMs: number,
  top: number | undefined,
): CaptureRequest {
  const {
    intervalUs,
    durationUs,
    allThreads,
    subprocesses,
    asyncMode,
    consistency,
    mode,
    states,
    jitter,
    maxCpu,
    maxSlowdown,
  } = options;
  return {
    pid,
    intervalUs,
    ...(durationUs === undefined ? {} : { durationUs }),
    allThreads,
    ...(subprocesses ? { subprocesses, ...(top === undefined ? {} : { top }) } : {}),
    features: featuresOf(options),
    ...(asyncMode === undefined ? {} : { asyncMode }),
    consistency,
    mode,
    states,
    ...(options.rotation === undefined ? {} : { markUs: stepOf(options.rotation) }),
    ...(jitter === undefined ? {} : { jitter }),
    maxCpu,
    ...(maxSlowdown === undefined ? {} : { maxSlowdown }),
    isWatched: options.live,
    waitForPythonMs,
    // Only what we start ourselves is waited for.
    justStarted: waitForPythonMs > 0,
    command,
    toolVersion: VERSION,
  };
}

/** How long a capture has been going on, µs, by the ticks that were due: so rates come out right. */
function timeOf({ metadata, quality }: Profile): number {
  return (quality.ticks + quality.missedTicks + quality.withheldTicks) * metadata.intervalUs;
}

/** Interpreters before 3.7 cannot be told from other programs by their memory, but by their name. */
function nameVersion(fault: AttachFault, pid: number): AttachFault {
  if (fault.fault !== "not-python") return fault;
  const version = versionByName(pid);
  return version === undefined ? fault : { fault: "unsupported-version", detail: version };
}

/** What becomes of `--mode gil` where there is none. */
const NO_GIL =
  "this Python is built without a GIL: instead of the threads that hold it, those on a CPU are " +
  "shown (--mode cpu).";

/** What no thread was found doing. */
const NOT_SEEN: Readonly<Partial<Record<Mode, string>>> = {
  cpu: "no thread was found on a CPU",
  gil: "no thread was found to hold the GIL",
  exception: "no thread was found with an exception",
};

function whyEmpty({ quality, metadata }: Profile, ending: Ending): string {
  if (quality.rejected.some((count) => count > 0)) return "no stack that was read held together";
  const notSeen = NOT_SEEN[metadata.mode];
  if (notSeen !== undefined && quality.ticks > 1) {
    const all = metadata.allThreads ? "" : " (only the main thread was looked at: -a takes all)";
    return `${notSeen} in ${formatCounted(quality.ticks, "reading")}${all}`;
  }
  if (quality.empty > 0) return "no Python code ran in the sampled threads";
  if (ending === "target-ended") return "the program ended too soon";
  if (ending === "target-replaced") return "the process started another program";
  if (ending === "lost-access") return "access to the process was lost";
  if (ending === "sampler-failed") return "sampling failed";
  return "sampling ended too soon";
}
