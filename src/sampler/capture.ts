import type { Runtime } from "../cpython/runtime.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import type {
  AsyncMode,
  Consistency,
  Features,
  Lowered,
  Mode,
  Summary,
} from "../profile/metadata.ts";
import type { Quality } from "../profile/quality.ts";

/** What to capture. */
export interface CaptureRequest {
  readonly pid: number;
  /** Interval between ticks, µs, 1 or more. */
  readonly intervalUs: number;
  /** Length of the capture, µs; absent: until the target ends or `stop`. */
  readonly durationUs?: number;
  /** Sample every thread of every interpreter, not only the main thread. */
  readonly allThreads: boolean;
  /** Sample the processes that it has started and will start, too; absent: do not. */
  readonly subprocesses?: boolean;
  /** Where a launcher has started it, the launcher's pid: its other processes are sampled, too. */
  readonly top?: number;
  /** What stacks are to show besides Python frames, as far as the interpreter tells; absent: nothing. */
  readonly features?: Features;
  /** How stacks are made sure to be whole. */
  readonly consistency: Consistency;
  /** Which samples are kept; absent: all, wall time. */
  readonly mode?: Mode;
  /** Tell with each sample what its thread was doing (`STATUS`); absent: only as far as the mode needs it. */
  readonly states?: boolean;
  /** Put each tick at a random point of its interval; absent: at 10 kHz and below. */
  readonly jitter?: boolean;
  /** Show stacks of tasks in place of those of the event loops that run them; absent: do not. */
  readonly asyncMode?: AsyncMode;
  /** Tell a {@link PartListener} at all multiples of this time where the counts stand, µs; absent: never. */
  readonly markUs?: number;
  /** CPU time per wall time that our own process may use, 1 is one CPU; absent: as much as it takes. */
  readonly maxCpu?: number;
  /** The most of the program's time that may be taken from it to read it; absent: {@link maxSlowdownOf}. */
  readonly maxSlowdown?: number;
  /** By how much the rate is to be lower for the program's sake, as was found out; absent: it is to be kept. */
  readonly lowered?: Lowered;
  /**
   * How long to wait for an interpreter to appear in the process, ms: a program that has just been
   * started maps its libpython late. 0 for a process that should be running already.
   */
  readonly waitForPythonMs: number;
  /** Somebody looks on: samples are handed on five times a second; absent: twice, unless there are many. */
  readonly isWatched?: boolean;
  /** The process is a program that we have just started: it may be held until its first line is sampled. */
  readonly justStarted?: boolean;
  /** The target's command line for the metadata. */
  readonly command: readonly string[];
  readonly toolVersion: string;
}

/**
 * Shortest interval at which ticks are jittered unless it is said otherwise, µs. Below it a reading takes a
 * good part of the interval: what is left at random before a tick would be missing behind it.
 */
const JITTERED_FROM = 100;

/** Whether the ticks of a capture are put at random points of their intervals. */
export function isJittered({ jitter, intervalUs }: CaptureRequest): boolean {
  return jitter ?? intervalUs >= JITTERED_FROM;
}

/** What stops may take of the program's time. */
const MAX_STOPPED = 0.2;
/**
 * What exact readings may take of it: at 1 kHz and below where they are not asked for, and from 5 kHz on, in
 * between in proportion.
 */
const LEAST_TAKEN = 0.01;
const MOST_TAKEN = 0.05;
const LEAST_TAKEN_FROM = 1000;

/**
 * The most of the program's time that may be taken from it by stopping or interrupting it for readings, as a
 * share.
 */
export function maxSlowdownOf(
  { maxSlowdown, consistency, allThreads, intervalUs }: CaptureRequest,
): number {
  if (maxSlowdown !== undefined) return maxSlowdown;
  if (consistency === "blocking") return MAX_STOPPED;
  // Who asks for exact readings pays for them, and a tick that reads all threads is worth more.
  if (consistency === "exact" || allThreads) return MOST_TAKEN;
  const inProportion = LEAST_TAKEN * LEAST_TAKEN_FROM / intervalUs;
  return Math.min(Math.max(inProportion, LEAST_TAKEN), MOST_TAKEN);
}

/** Which samples of a capture are kept. */
export function modeOf({ mode = "wall" }: CaptureRequest): Mode {
  return mode;
}

/** The same for one interpreter: without a GIL nobody waits for it, and what would hold it is what runs. */
export function modeFor({ layout }: Runtime, request: CaptureRequest): Mode {
  const mode = modeOf(request);
  return mode === "gil" && layout.freeThreaded ? "cpu" : mode;
}

/** Whether it is read what threads are doing. */
export function wantsStates(request: CaptureRequest): boolean {
  return request.states === true || modeOf(request) !== "wall";
}

/** Why a capture could not begin. */
export interface AttachFault {
  readonly fault:
    | "no-such-process"
    | "denied"
    | "unsupported-platform"
    | "not-python" // no interpreter in the process (or none within the time to wait)
    | "unsupported-version" // detail: the version, e.g. "3.7"
    | "no-subprocesses" // children were asked for, and the system does not tell of them in time
    | "not-stoppable" // blocking was asked for, and the target cannot be traced; detail: why
    | "mode-refused" // the mode needs what cannot be known here; detail: the mode
    | "exact-refused" // exact reading was asked for, and we may not run where the target runs
    | "asyncio-unsupported" // stacks of tasks were asked for; detail: the version
    | "no-asyncio" // the same, and the program has not imported it
    | "newer-version" // than any that is known, and not to be read like them; detail: version and check
    | "implausible" // the interpreter's tables do not hold together; detail: the check that failed
    | "target-ended"; // it was there and ended before the first sample
  readonly detail: string;
}

/** How a capture came to its end. */
export interface CaptureEnd extends Summary {
  /** What went wrong in the sampling thread, where its ending is `sampler-failed`. */
  readonly failure?: string;
}

/** A capture that is under way. */
export interface Capture {
  /** Fills as samples arrive. Quality counts are renewed with them. */
  readonly profile: Profile;
  /** Ends sampling; `finished` follows with what was captured. */
  stop(): void;
  readonly finished: Promise<CaptureEnd>;
}

/** What samples processes: the real one, or one made for a test. */
export interface Sampler {
  /** Makes ready, so that the next capture begins at once. */
  prepare(): Promise<void>;
  /**
   * Begins a capture.
   * @returns the running capture, or why there is none; never throws for what the target does.
   */
  start(
    request: CaptureRequest,
    listener?: BatchListener,
    parts?: PartListener,
  ): Promise<Capture | AttachFault>;
}

/** Called with each batch, after the profile has counted it. */
export type BatchListener = (profile: Profile, batch: SampleBatch) => void;

/** Where the counts of a capture stood at a time of it. */
export interface Mark {
  /** All ticks before it are in the counts, and none after it. µs since the first tick. */
  readonly timeUs: number;
  /** Once what came together with this is through, no sample from before this time is still to come. */
  readonly settledUs: number;
  readonly quality: Quality;
}

/** Told of what a profile counts besides samples, so that parts of a capture can have counts of their own. */
export interface PartListener {
  /** As `Profile.lose`. */
  lose(time: number, thread: number, reason: number, stack: number): void;
  /** As `Timeline.miss`. */
  miss(time: number, ticks: number): void;
  mark(mark: Mark): void;
  /** All that came together is through, and all samples from before a time, µs since the first tick. */
  drained(untilUs: number): void;
}
