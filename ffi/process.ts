/**
 * What tachyon asks of an operating system: to read another process's memory, to say what is mapped
 * in it and which threads it has, and to place and pace the thread that reads. `ffi/<os>` implements
 * it; `cpython/` and `sampler/` know only this file, so they also run on a recorded memory image.
 */

/** An address in the target: a plain number (user addresses fit in 48 bits on x86-64 and arm64). */
export type Address = number;

/** The process has ended, or is a zombie whose memory is released. */
export const GONE = -1;
/** The operating system refuses: another user, no CAP_SYS_PTRACE, a ptrace policy, a sandbox. */
export const DENIED = -2;
/** Nothing is mapped at the first address asked for. */
export const UNMAPPED = -3;
/** Nothing was read, as we may not run where the target runs. */
export const NOT_THERE = -4;
/** Nothing was read, as we did not get to where the target runs in time. */
export const LATE = -5;
/** How a visit is made. */
export interface Visiting {
  /** Stay there until `leave`, so that more can be read of the same moment. */
  readonly linger: boolean;
  /** How long to wait until we are there, µs. */
  readonly patienceUs: number;
}
/** Why a read gave nothing; a read that gave less than asked for returns its count of bytes instead. */
export type ReadFailure = typeof GONE | typeof DENIED | typeof UNMAPPED;

/**
 * A reusable list of (address, length) pairs for one read. `words` is laid out as the C helper (and
 * `struct iovec` on 64-bit systems) wants it: address low, address high, length low, length high.
 */
export class Ranges {
  readonly words: Uint32Array;
  /** Number of ranges in use. */
  count = 0;
  /** Sum of their lengths in bytes. */
  bytes = 0;
  /** Bytes of the buffer that are left as they are behind those of the first range. */
  gap = 0;

  /** @param capacity the most ranges it can hold; operating systems take at most 1024 in one call. */
  constructor(readonly capacity: number) {
    this.words = new Uint32Array(capacity * 4);
  }

  clear(): void {
    this.count = 0;
    this.bytes = 0;
  }

  /** Adds a range; the caller sees to it that `count < capacity`. */
  push(address: Address, length: number): void {
    const at = this.count++ * 4;
    const words = this.words;
    words[at] = address >>> 0;
    words[at + 1] = (address / 0x1_0000_0000) >>> 0;
    words[at + 2] = length;
    words[at + 3] = 0;
    this.bytes += length;
  }

  /** Adds all ranges of another list; the caller sees to it that they fit. */
  append(other: Ranges): void {
    this.words.set(other.words.subarray(0, other.count * 4), this.count * 4);
    this.count += other.count;
    this.bytes += other.bytes;
  }
}

/** A process's memory, or a recorded image of one. */
export interface ProcessMemory {
  /**
   * Reads the ranges in order, packed one behind the other but for {@link Ranges.gap}, into `into`; in one
   * system call where the operating system can.
   * @returns the number of bytes read, less than `ranges.bytes` if the read met an unmapped page; or
   * a negative {@link ReadFailure} if nothing could be read.
   */
  read(ranges: Ranges, into: Uint8Array): number;
}

/** A part of the target's address space: a section or symbol of a {@link Module}. */
export interface Span {
  readonly address: Address;
  /** Bytes; 0 where the file does not say. */
  readonly size: number;
}

/** An executable or shared library that is mapped in the target. */
export interface Module {
  /** Path as the target's own mount namespace names it. */
  readonly path: string;
  /** Lowest mapped address. */
  readonly start: Address;
  /** The kind of file it is; absent for those of Linux on x86-64. */
  readonly format?: "elf-arm64" | "mach-o" | "pe";
  /**
   * Finds a section by the name that CPython's sources give it, without the decoration of the file
   * format: `PyRuntime`, `AsyncioDebug`. Reads the file at the first call.
   */
  section(name: string): Span | undefined;
  /** Finds a defined data symbol, dynamic or regular: `_PyRuntime`, `Py_Version`. */
  symbol(name: string): Span | undefined;
  /** Its mapped parts that can be written to: its variables, as far as they come from the file. */
  writable(): Span[];
}

/** Places in {@link ActivityWatch.row}; those before are the implementation's own. */
export const ACTIVITY = {
  /** {@link RUNNABLE}, {@link BLOCKED} or {@link STATE_UNKNOWN}. */
  state: 3,
  /** Time on a CPU, ns, as of the last time that the system has counted it: a few ms ago at most. */
  ran: 4,
  /** Time for which it was runnable and had no CPU, ns, as of when it got one last. */
  waited: 5,
  /** How often it has got a CPU; 0: the system counts none of these three. */
  runs: 6,
  /**
   * Address of the futex that it is blocked on; 0 if it is not, or that was not asked for; −1 where the system
   * does not tell.
   */
  futex: 7,
  length: 8,
} as const;

/** A thread is on a CPU or waits for one. */
export const RUNNABLE = 1;
/** It waits for something else, or is stopped. */
export const BLOCKED = 0;
/** It is gone, or the system does not tell. */
export const STATE_UNKNOWN = -1;

/** Watches what a thread is doing. */
export interface ActivityWatch {
  /** What was found last: see {@link ACTIVITY}. */
  readonly row: Float64Array;
  /** Looks again. */
  refresh(): void;
  /** Closes what is held open for it. */
  close(): void;
}

/** A process that is open for reading. */
export interface Process extends ProcessMemory {
  readonly pid: number;
  /** The pid that it knows itself by: another one than `pid` if it is in a pid namespace of its own. */
  readonly ownPid: number;
  /** Our id of a thread by the id that it knows itself by; 0 when there is none. */
  threadBy(ownTid: number): number;
  /** The executable and libraries mapped now, the executable first; empty when the process is gone. */
  modules(): Module[];
  /** Ids of the operating system's threads, as seen by us; empty when the process is gone. */
  threads(): number[];
  /**
   * The operating system's name of a thread, untrusted text; empty when it is gone, or has no name of its
   * own but that of the process. Python 3.14 and later give their threads' names to the system.
   */
  threadName(tid: number): string;
  /** False once the process has ended (a zombie has), or its pid belongs to another process. */
  alive(): boolean;
  /**
   * The CPU on which a thread runs or ran last; −1 when it is gone. Linux keeps the thread's
   * `/proc/PID/task/TID/stat` open, so that a call costs one read.
   */
  threadCpu(tid: number): number;
  /** The system lets nobody be where a thread runs: every visit comes to nothing. */
  readonly cannotVisit?: true;
  /**
   * Says where a thread's own descriptor lies (`pthread_t`, as Python keeps it); visits to that thread may be
   * shorter for it.
   */
  introduce?(tid: number, descriptor: Address): void;
  /** About how much of a thread's time a visit takes, µs, by what is usual; absent where there are none. */
  visitUs?(tid: number): number;
  /**
   * What visits have taken so far: CPU time, which the target's CPU had not for the target, µs, and how many have
   * been made, modulo 2³².
   */
  readonly visitsTook?: number;
  readonly visitsMade?: number;
  /**
   * Finds out what a visit takes of the time of a thread that runs, on this machine and where a thread would run,
   * by making some to that one, for 2 ms or so; absent where there are none.
   * @param at an address at which there is something to read.
   * @returns µs; undefined where we may not be there, or somebody else was all the time.
   */
  tryVisits?(tid: number, at: Address): number | undefined;
  /**
   * Reads as `read` does, by a thread of ours that is on the CPU where a thread of the target runs or ran
   * last: that one cannot run then, and what is read is one moment, if `leave` says so.
   * @returns as `read`, or {@link NOT_THERE}, or {@link LATE}.
   */
  visit(tid: number, ranges: Ranges, into: Uint8Array, how: Visiting): number;
  /**
   * Has a visit made at a time to come: the next `visit` with the same arguments, if it is not to linger, takes
   * what was read then. Until that, or `drop`, nothing else may be done with `into`.
   * @param at µs on the clock of the thread that reads.
   * @returns false where it cannot be had before it is asked for, as the first one cannot: a planned visit goes
   * where the last one was. There is one at a time.
   */
  plan?(tid: number, ranges: Ranges, into: Uint8Array, at: number): boolean;
  /**
   * Has a round of visits made at times to come, one after another, without anybody being woken for each.
   * @param places what they read goes here, each into its own place.
   * @param sheet says when, and what they must have read: see `ROUND` in `round.ts`. Until {@link joinRound} or
   * `drop` the caller keeps it and `places`, and does nothing else with them.
   * @returns false where {@link plan} would do so, too.
   */
  planRound?(tid: number, ranges: Ranges, places: Uint8Array, sheet: Float64Array): boolean;
  /**
   * Sleeps until the round is over. Visits that are late by then are waited for, and taken back.
   * @param until when it should be over, µs on the clock of the thread that reads.
   */
  joinRound?(until: number, patienceUs: number): void;
  /**
   * Tells of the visits of a round that is over what {@link rememberRound} was told of stacks whose frames execute
   * the same. Where there is `planRound` there are both.
   * @param memory of one thread, `RECALL_BYTES` at an address that 8 divides; all 0 at first, and again when
   * code has been freed.
   * @param stacks place for `ROUND.most` answers; −1: it is not known.
   */
  recallRound?(sheet: Float64Array, memory: Uint8Array, stacks: Int32Array): void;
  /** Remembers a number, not below 0, for the stack of a visit. A full memory begins anew. */
  rememberRound?(sheet: Float64Array, memory: Uint8Array, visit: number, stack: number): void;
  /** Takes back what was planned. */
  drop?(): void;
  /**
   * Begins to watch what a thread is doing. Linux keeps two or three files of it open, so that a look costs
   * half a microsecond where it sleeps and two where it runs.
   * @param futex tell the futex that it is blocked on, too.
   */
  watchActivity(tid: number, futex: boolean): ActivityWatch;
  /** Ends a visit. True if the target's thread could not run from the last `visit` on. */
  leave(): boolean;
  /** Closes what is held open. The target is not touched. */
  close(): void;
}

/** Why a process could not be opened. */
export interface OpenFault {
  readonly fault: "no-such-process" | "denied" | "unsupported-platform";
  /** What the system said, for `--verbose` and doctor; never shown alone. */
  readonly detail: string;
}

/** The reading thread's own clock; one object for the thread that asks for it. */
export interface ReaderThread {
  /** Monotonic time in microseconds; the origin is the system's. */
  now(): number;
  /**
   * Sleeps until the monotonic time `deadline` (µs), spinning through the last few microseconds
   * (`spin` µs, 0 for none). Returns at once when it has passed.
   * @returns the time now.
   */
  sleepUntil(deadline: number, spin: number): number;
  /**
   * Asks the system to let this thread go before ordinary ones when it wakes; for threads that sleep
   * most of the time. False when the system refuses, which does no harm.
   */
  prefer(): boolean;
}

/**
 * The hot loops over what was read, in C (`helper/walk.c` and `helper/join.c` state each contract). They share tables of
 * numbers with their caller, in which arrays stand by their addresses in our own memory.
 */
export interface Loops {
  /** Index of the first byte in which two buffers differ, or `length`. */
  firstDifference(a: Uint8Array, b: Uint8Array, length: number): number;
  /** Where an array of 64 bytes or more lies. It stays there, and is kept alive by the caller. */
  addressOf(array: Int32Array | Float64Array): number;
  /**
   * Begins to follow the frames of a copy, and finishes the stack if nothing is in the way. Returns why it stopped.
   * @param before the copy before, of the same arrangement, where the table says that it is to be used.
   */
  take(table: Float64Array, copy: Uint8Array, before: Uint8Array, policy: number): number;
  /** From frame to frame in a copy. Returns why it stopped. */
  follow(table: Float64Array, copy: Uint8Array): number;
  /**
   * Joins frames from `from` on to those they call. Returns the index of the first that cannot be joined so,
   * or the number of frames.
   */
  join(table: Float64Array, from: number, policy: number): number;
  /** Puts the frames onto the lowest `kept` of the path. Returns the depth up to which it stays the same. */
  putAbove(table: Float64Array, kept: number): number;
  /** Finds known stacks from depth `from` on. Returns the depth of the first unknown one, or `depth`. */
  findStacks(table: Float64Array, from: number, depth: number): number;
}

/** Why a process cannot be stopped for its readings. */
export interface StopFault {
  readonly fault:
    | "no-such-process"
    | "not-stoppable"
    | "unanswered"; // what is to stop it has ended or does not answer: the machine is too busy
  /** What stands in the way: another tracer, permission. */
  readonly detail: string;
}

/**
 * Stops all threads of a process for a reading and lets them run again. The target is never left
 * standing: whatever happens to us, it goes on within a tenth of a second.
 */
export interface Stopper {
  /**
   * Stops the target.
   * @returns true if no thread can run any more; false if that could not be made sure in time (`resume`
   * it all the same); undefined if the target is gone, or the right to stop it is.
   */
  suspend(): boolean | undefined;
  /** True if the target has stood still since `suspend`, without a break, until now. */
  holds(): boolean;
  /** Lets the target run. */
  resume(): void;
  /** Time for which the target was stopped, µs, in all. */
  stoppedUs(): number;
  /** Lets the target run and be; it can be opened for stopping anew. */
  close(): void;
}

/** What tells the relations of a process. */
export interface Kin {
  readonly pid: number;
  /** Its parent, or who has adopted it; 0 where that is outside of what we see. */
  readonly parent: number;
  /** The processes whose group and whose session it is in; 0 where there is no such thing. */
  readonly group: number;
  readonly session: number;
  /**
   * Text that a process has in common with those that it forks, until one of them starts another program;
   * empty where the system does not tell.
   */
  readonly image: string;
  /** It has ended, and its parent has not taken notice. */
  readonly ended: boolean;
}

/** Watches which processes there are. */
export interface ProcessWatch {
  /** Those that have come since the last call, perhaps among others; at the first call, all. */
  fresh(): Kin[];
  /** One of them; undefined when it is gone. */
  look(pid: number): Kin | undefined;
  /** A process's command line, untrusted text; empty when it cannot be read. */
  command(pid: number): string[];
}

/** An operating system, as chosen where the sampling thread starts. */
export interface Platform {
  open(pid: number): Process | OpenFault;
  readerThread(): ReaderThread;
  loops(): Loops;
  /** Makes ready to stop a process; it goes on running. */
  openStopper(pid: number): Stopper | StopFault;
  /** Absent where nothing tells in time which processes come. */
  watchProcesses?(): ProcessWatch;
}

/** Tells an open process from the reason why there is none. */
export function isOpen(opened: Process | OpenFault): opened is Process {
  return !("fault" in opened);
}
