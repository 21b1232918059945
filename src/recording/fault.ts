/** Why a file is no recording that can be read. */
export interface RecordingFault {
  readonly code:
    | "no-recording" // something else
    | "other-version" // of a version of the format that we do not read
    | "unfinished" // its writer never came to its end, and it holds no names or no samples
    | "damaged"; // its parts do not fit together
  /** What is the matter, one sentence; safe for a terminal. */
  readonly what: string;
  /** What to do next. */
  readonly next: string;
}

/** Tells a fault from a recording. */
export function isRecordingFault(value: object): value is RecordingFault {
  return "code" in value && "what" in value && "next" in value;
}

export function noRecording(): RecordingFault {
  return {
    code: "no-recording",
    what: "The file is no recording: it does not begin as one.",
    next:
      "Give a file that `tachyon run --binary` or `python -m profiling.sampling --binary` wrote.",
  };
}

export function otherVersion(): RecordingFault {
  return {
    code: "other-version",
    what: "The file is a recording of another version of the format than 1.",
    next: "Replay it with the Python that wrote it: `python -m profiling.sampling replay`.",
  };
}

/** CPython's. */
export function unfinished(): RecordingFault {
  return {
    code: "unfinished",
    what: "The recording was never finished, and its writer puts the names in at the end only.",
    next: "Record again; what `tachyon --binary` writes can be read even if it is killed.",
  };
}

/** Ours, when it ended before it said whose it was. */
export function hardlyBegun(): RecordingFault {
  return {
    code: "unfinished",
    what: "The recording was never finished: it ends before its first sample.",
    next: "Record again.",
  };
}

export function damaged(what: string): RecordingFault {
  return {
    code: "damaged",
    what: `The recording is damaged: ${what}.`,
    next: "Copy it again from where it was made, or record again.",
  };
}
