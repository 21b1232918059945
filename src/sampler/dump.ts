import type { LocalVariable } from "../cpython/objects/frame_locals.ts";
import type { AttachFault } from "./capture.ts";

/** What to look at. */
export interface DumpRequest {
  readonly pid: number;
  /** Every thread of every interpreter, not only the main thread. */
  readonly allThreads: boolean;
  /** Stop the target for the reading: all threads are then seen at one moment. */
  readonly blocking: boolean;
  readonly opcodes: boolean;
  /** Read arguments and local variables; `secrets`: also those whose names say that they are secret. */
  readonly locals?: { readonly secrets: boolean };
}

/** A call as it was found. All texts are untrusted. */
export interface DumpedFrame {
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
  /** Whether it held its interpreter's GIL; undefined where there is none. */
  readonly hasGil: boolean | undefined;
  /** Leaf first. */
  readonly frames: readonly DumpedFrame[];
  /** It changed at each of so many readings: there are no frames. 0 for a whole one. */
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
}

/** Looks at a process. */
export type TakeDump = (request: DumpRequest) => Promise<Dump | AttachFault>;

/** Names of variables, attributes and keys whose values are not shown unless they are asked for. */
export const SECRET = /passw(or)?d|passphrase|secret|token|key|credential/i;
