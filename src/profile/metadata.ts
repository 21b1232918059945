/** What travels with every profile: where it comes from, what was asked, how it went. */

/** Which thread-samples are kept. */
export type Mode = "wall" | "cpu" | "gil" | "exception" | "all";
/** How a stack is made sure to be whole: see docs/accuracy.md. */
export type Consistency = "verified" | "exact" | "blocking";
/** Which tasks are sampled: those that run, or also those that wait. */
export type AsyncMode = "running" | "all";
/** How a capture came to its end. */
export type Ending =
  | "duration"
  | "interrupted"
  | "continued" // a part of a capture that went on in the next
  | "snapshot" // the capture went on
  | "max-size" // an output became as large as it may
  | "target-ended"
  | "target-replaced"
  | "lost-access"
  | "sampler-failed"; // by a fault of our own; what it had sent until then is there

/** What stacks show besides Python frames. */
export interface Features {
  /** `<native>` frames where Python called into C. */
  readonly native: boolean;
  /** `<GC>` frames where the collector runs. */
  readonly gc: boolean;
  /** The instruction of each frame. */
  readonly opcodes: boolean;
}

/** Which samples are kept: what is given more than once may fit any. Texts are as they were given. */
export interface Filter {
  /** Globs, of names or ids of threads; none: all threads. */
  readonly threads: readonly string[];
  /** Patterns, of functions or files that a stack has to have, if there are any. */
  readonly include: readonly string[];
  /** The same, of those that it must not have. */
  readonly exclude: readonly string[];
}

/** Known when a capture begins. Of a profile that others recorded, much may be unknown. */
export interface Metadata {
  /** What took the profile: `tachyon`, or the name of the program or format it came from. */
  readonly tool: string;
  /** Empty when not known. */
  readonly toolVersion: string;
  /** 0 when not known. */
  readonly pid: number;
  /** The target's command line, as it gave it; untrusted text. Empty when not known. */
  readonly command: readonly string[];
  /** `3.14.10`, `3.15.0rc1`; empty when not known. */
  readonly pythonVersion: string;
  readonly freeThreaded: boolean;
  readonly mode: Mode;
  readonly consistency: Consistency;
  readonly allThreads: boolean;
  /** Processes that the target has started are sampled, too: `Profile.processes` lists them. */
  readonly subprocesses?: boolean;
  /** Stacks are those of tasks; absent: of threads. */
  readonly asyncMode?: AsyncMode;
  /** Absent when not known. */
  readonly features?: Features;
  /** Samples that do not pass all of these were left out; absent: none was. */
  readonly filters?: readonly Filter[];
  /** Asked-for interval between ticks, µs; 0 when not known: counts then say nothing of times. */
  readonly intervalUs: number;
  /** Ticks fell at random points of their intervals. */
  readonly jitter?: boolean;
  /** It is a part of a capture that is written in parts. */
  readonly part?: Part;
  /** CPU time per wall time that we were allowed ourselves, 1 is one CPU. */
  readonly maxCpu?: number;
  /** The most of the program's time that was to be taken from it for readings; absent: not known. */
  readonly maxSlowdown?: number;
  /** Wall clock of the first tick, milliseconds since 1970; 0 when not known. */
  readonly startedAt: number;
}

/** Which part of a capture. */
export interface Part {
  /** From 1 on. */
  readonly number: number;
  /** Where it begins, µs since the capture's first tick. */
  readonly atUs: number;
}

/** Known when it has ended. */
export interface Summary {
  /** From the first tick to the last, µs. */
  readonly durationUs: number;
  readonly ending: Ending;
  /** Absent when not known. */
  readonly collections?: Collections;
  /** What blocking readings cost the target. */
  readonly stops?: StopSummary;
  /** The rate was lower than asked, so that exact readings did not take too much; absent: it was not. */
  readonly lowered?: Lowered;
  /** What the share of anything can be off at most because the rate has changed on the way; absent: nothing. */
  readonly unevenness?: number;
  /** Times in which nothing was read; absent: there was none. */
  readonly pauses?: Pauses;
  /** For how long the machine was asleep meanwhile, µs: no other time here has it. Absent: it was not. */
  readonly asleepUs?: number;
  /** Pythons among the target's processes that could not be sampled, where these were asked for. */
  readonly leftOut?: LeftOut;
}

/** A rate that gave way to the program. */
export interface Lowered {
  /** What an exact reading takes of the program's time on that machine, µs. */
  readonly visitUs: number;
  /** How many times as long as asked the interval was for it, more than 1. */
  readonly stretch: number;
}

/**
 * Times of a second or more, and of several ticks, from one tick to the next: somebody had stopped us, or
 * the machine kept us waiting. Their ticks are counted as missed, too.
 */
export interface Pauses {
  readonly count: number;
  readonly totalUs: number;
  readonly longestUs: number;
}

/** Processes that should have been sampled. */
export interface LeftOut {
  readonly count: number;
  /** The first ones. */
  readonly first: readonly {
    readonly pid: number;
    /** `too-many`, or why none of its kind can be sampled: `denied`, `unsupported-version`. */
    readonly reason: string;
    /** What more is known; untrusted text. */
    readonly detail: string;
  }[];
}

/** What the interpreter notes itself of its garbage collector, from 3.15 on. */
export interface Collections {
  /** That ended during the capture, as far as it was followed. */
  readonly count: number;
  /** What they took in all, µs. */
  readonly durationUs: number;
  /** Objects that they freed. */
  readonly collected: number;
  /** The longest that were seen, ten at most; short ones may follow each other too fast to be. */
  readonly longest: readonly {
    /** Since the first tick. */
    readonly atUs: number;
    readonly durationUs: number;
    /** 0 is the youngest. */
    readonly generation: number;
  }[];
}

/** How long the target stood still for its readings. */
export interface StopSummary {
  /** In all, µs. */
  readonly stoppedUs: number;
  /** Ticks left out because it had been stopped for too much of the time; counted as missed, too. */
  readonly skippedTicks: number;
}
