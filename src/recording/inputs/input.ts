/** Profiles that others have written, read into ours. */

import type { CallTable } from "../../profile/call_table.ts";
import type { Metadata, Summary } from "../../profile/metadata.ts";
import { Profile, type SampleBatch } from "../../profile/profile.ts";

/** What a file can hold. */
export type InputKind = "recording" | "collapsed" | "speedscope" | "pstats";

/** A profile that can be read from a file. */
export interface StackInput {
  readonly kind: Exclude<InputKind, "pstats">;
  /** Whether it has samples in order of time, or only how often each stack was seen. */
  readonly knows: "samples" | "counts";
  /** Its metadata are there at once; all else comes with {@link StackInput.read}. */
  readonly profile: Profile;
  /** Reads all, filling the profile. Batches come in order of time; for counts alone they are empty. */
  read(): Iterable<SampleBatch>;
  /** How much has been read, 0 to 1. */
  progress(): number;
  /** What is known when all has been read. */
  summary(): Summary;
  /** Sentences on what could not be read, when all has been. */
  notes(): readonly string[];
}

/** A file with functions and callers, and no stacks. */
export interface CallInput {
  readonly kind: "pstats";
  readonly knows: "functions";
  readonly calls: CallTable;
}

/** Why a file cannot be replayed. Texts may have untrusted parts. */
export interface InputFault {
  readonly fault: "unknown-kind" | "damaged" | "too-large" | "empty" | "unsuitable";
  /** What is wrong with it, as the end of a sentence that begins with its name. */
  readonly detail: string;
}

/** A batch without samples: a pause for whoever follows the reading. */
export const NO_SAMPLES: SampleBatch = {
  length: 0,
  time: new Float64Array(0),
  thread: new Int32Array(0),
  stack: new Int32Array(0),
  flags: new Int32Array(0),
};

/** A profile of a tool that tells little about itself. */
export function createForeign(tool: string, known: Partial<Metadata>): Profile {
  return new Profile({
    tool,
    toolVersion: "",
    pid: 0,
    command: [],
    pythonVersion: "",
    freeThreaded: false,
    mode: "wall",
    consistency: "verified",
    allThreads: false,
    intervalUs: 0,
    startedAt: 0,
    ...known,
  });
}
