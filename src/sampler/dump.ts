import type { LocalVariable } from "../cpython/objects/frame_locals.ts";
import type { Features } from "../profile/metadata.ts";
import type { FrameKind } from "../profile/tables.ts";
import type { AttachFault } from "./capture.ts";

/** What to look at. */
export interface DumpRequest {
  readonly pid: number;
  /** Every thread of every interpreter, not only the main thread. */
  readonly allThreads: boolean;
  /** Stop the target for the reading: all threads are then seen at one moment. */
  readonly blocking: boolean;
  /** What stacks show besides Python frames. */
  readonly features: Features;
  /** Show the asyncio tasks, too: those that run and who waits for them, or all. */
  readonly tasks?: "running" | "all";
  /** Read arguments and local variables; `secrets`: also those whose names say that they are secret. */
  readonly locals?: { readonly secrets: boolean };
}

/** A call as it was found. All texts are untrusted. */
export interface DumpedFrame {
  /** Frames of other kinds than Python's have a name only. */
  readonly kind: FrameKind;
  readonly file: string;
  readonly name: string;
  readonly firstLine: number;
  /** 0 where it is not known. */
  readonly line: number;
  readonly endLine: number;
  /** In bytes of UTF-8; −1 where they are not known. */
  readonly column: number;
  readonly endColumn: number;
  /** Number of the instruction, in the target's version; −1 if it was not asked for or cannot be read. */
  readonly opcode: number;
  /** Absent where they were not asked for; undefined where they cannot be told. */
  readonly locals?: readonly LocalVariable[] | undefined;
}

/** What a thread was doing when it was read; undefined: not known, or there is no such thing. */
export interface ThreadDoing {
  /** It held its interpreter's GIL. */
  readonly hasGil: boolean | undefined;
  readonly waitsForGil: boolean | undefined;
  /** It ran on a CPU; false also if it waited for one. */
  readonly onCpu: boolean | undefined;
  /** It had an exception: on its way, or being handled by a function on the stack. */
  readonly hasException: boolean | undefined;
}

/** A thread as it was found. */
export interface DumpedThread {
  /** The system's id. */
  readonly tid: number;
  /** What Python calls it, else what the system does; empty if neither says. Untrusted text. */
  readonly name: string;
  readonly interpreter: number;
  /** The main thread of interpreter 0. */
  readonly main: boolean;
  /** Undefined where Python does not say. */
  readonly daemon: boolean | undefined;
  /** Python's `threading` met it without having started it. */
  readonly foreign: boolean;
  readonly doing: ThreadDoing;
  /** Leaf first. */
  readonly frames: readonly DumpedFrame[];
  /** It changed at each of so many readings: there are no frames. 0 for a whole one. */
  readonly torn: number;
}

/** A task of asyncio as it was found. */
export interface DumpedTask {
  /** Address of the task, which tells it from others: what `id()` says of it. */
  readonly id: number;
  /** Untrusted text. */
  readonly name: string;
  /** The system's id of the thread that made it; 0 if that has ended. */
  readonly tid: number;
  /** Its frames are on its thread's stack. */
  readonly executing: boolean;
  /** Its coroutines, the one that waits first; none if it is executing. */
  readonly frames: readonly DumpedFrame[];
  /** The tasks that wait for it. */
  readonly awaiters: readonly number[];
}

/** The tasks of a process. */
export interface DumpedTasks {
  readonly tasks: readonly DumpedTask[];
  /** Tasks that changed whenever they were read: they are not among these. */
  readonly torn: number;
}

/** What a process was doing. */
export interface Dump {
  readonly pid: number;
  readonly pythonVersion: string;
  readonly freeThreaded: boolean;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** Longest that the target can have been stopped, µs; 0 if it was not. */
  readonly stoppedUs: number;
  /** The main thread first. */
  readonly threads: readonly DumpedThread[];
  /** Absent where they were not asked for. */
  readonly tasks?: DumpedTasks;
}

/** Looks at a process. */
export type TakeDump = (request: DumpRequest) => Promise<Dump | AttachFault>;

/** Names of variables, attributes and keys whose values are not shown unless they are asked for. */
export const SECRET = /passw(or)?d|passphrase|secret|token|key|credential/i;
