/** One capture and the collector it feeds, from the first sample to the written result. */

import type { Collector } from "../../collectors/collector.ts";
import { FORMATS } from "../../collectors/registry.ts";
import type { Profile } from "../profile/profile.ts";
import type { Ending, Summary } from "../profile/metadata.ts";
import type { AttachFault, BatchListener, Capture, CaptureRequest } from "../sampler/capture.ts";
import type { CaptureOptions } from "./capture_options.ts";
import { type Fault, isFault, nothingCollected } from "./errors.ts";
import { forewarnings, summarizeCapture, tell, warnings } from "./messages.ts";
import { chooseDestination, type Destination, writeOutput, type Written } from "./output.ts";
import { versionByName } from "./process_tree.ts";
import { VERSION } from "./version.ts";

/** Starts the sampler: the real one, or one made for a test. */
export type StartCapture = (
  request: CaptureRequest,
  listener?: BatchListener,
) => Promise<Capture | AttachFault>;

/** What is left to do to a capture. */
export interface Recorder {
  readonly destination: Destination;
  /** Begins to sample a process. */
  start(
    pid: number,
    command: readonly string[],
    waitForPythonMs: number,
  ): Promise<Capture | AttachFault>;
  /** Writes the result and says where it went; a fault when there is none or it could not be written. */
  write(profile: Profile, summary: Summary, interrupted: boolean): Promise<Written | Fault>;
}

/** Prepares a capture: the output is checked now, before anything is sampled or started. */
export function createRecorder(options: CaptureOptions, sampler: StartCapture): Recorder | Fault {
  const format = FORMATS[options.format];
  const output = options.output ?? (format.destination === "stdout" ? "-" : undefined);
  const destination = chooseDestination(output);
  if (isFault(destination)) return destination;

  for (const sentence of forewarnings(options.consistency, options.intervalUs)) tell(sentence);
  const collector = format.create({ ...options, ...describeScreen(destination) });
  let begun = false;
  const begin = (profile: Profile): void => {
    if (!begun) collector.begin(profile.metadata);
    begun = true;
  };
  return {
    destination,
    async start(pid, command, waitForPythonMs): Promise<Capture | AttachFault> {
      const { intervalUs, durationUs, allThreads, consistency, jitter, maxCpu } = options;
      const request: CaptureRequest = {
        pid,
        intervalUs,
        ...(durationUs === undefined ? {} : { durationUs }),
        allThreads,
        consistency,
        ...(jitter === undefined ? {} : { jitter }),
        maxCpu,
        waitForPythonMs,
        command,
        toolVersion: VERSION,
      };
      const capture = await sampler(request, (profile, batch) => {
        begin(profile);
        collector.add(profile, batch);
      });
      if ("fault" in capture) return nameVersion(capture, pid);
      begin(capture.profile);
      return capture;
    },
    async write(profile, summary, interrupted): Promise<Written | Fault> {
      if (profile.quality.samples === 0) {
        return nothingCollected(whyEmpty(profile, summary.ending), interrupted);
      }
      return await finish(collector, profile, summary, destination, options);
    },
  };
}

/** Interpreters before 3.7 cannot be told from other programs by their memory, but by their name. */
function nameVersion(fault: AttachFault, pid: number): AttachFault {
  if (fault.fault !== "not-python") return fault;
  const version = versionByName(pid);
  return version === undefined ? fault : { fault: "unsupported-version", detail: version };
}

async function finish(
  collector: Collector,
  profile: Profile,
  summary: Summary,
  destination: Destination,
  options: CaptureOptions,
): Promise<Written | Fault> {
  const name = `${options.format}_${profile.metadata.pid}.${FORMATS[options.format].extension}`;
  const written = await writeOutput(destination, name, collector.finish(profile, summary));
  if (typeof written === "object" && isFault(written)) return written;
  if (!options.quiet) {
    const where = typeof written === "object"
      ? `; ${options.format} written to ${written.path}`
      : "";
    tell(`${summarizeCapture(profile, summary)}${where}`);
  }
  for (const sentence of warnings(profile, summary)) tell(sentence);
  return written;
}

/** Colours and width, only where somebody looks at a terminal. */
function describeScreen({ kind }: Destination): { color: boolean; width?: number } {
  if (kind !== "stdout" || !Deno.stdout.isTerminal()) return { color: false };
  const color = (Deno.env.get("NO_COLOR") ?? "") === "" && Deno.env.get("TERM") !== "dumb";
  try {
    return { color, width: Deno.consoleSize().columns };
  } catch {
    return { color };
  }
}

function whyEmpty({ quality }: Profile, ending: Ending): string {
  if (quality.rejected.some((count) => count > 0)) return "no stack that was read held together";
  if (quality.empty > 0) return "no Python code ran in the sampled threads";
  if (ending === "target-ended") return "the program ended too soon";
  if (ending === "target-replaced") return "the process started another program";
  if (ending === "lost-access") return "access to the process was lost";
  return "sampling ended too soon";
}
