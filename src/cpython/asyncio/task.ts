import type { Address } from "../../../ffi/process.ts";
import type { CodeObject } from "../code_object.ts";
import type { Location } from "../location_table.ts";

/** What is read of one task at one moment. */
export interface TaskFacts {
  readonly address: Address;
  /** As `get_name()` gives it, cut to {@link LONGEST_TASK_NAME}; untrusted text. */
  readonly name: string;
  /** Address of the frame in its coroutine; 0 if that is not one of Python's own. */
  readonly frame: Address;
  /** Its coroutine is being executed: `places` is empty, its frames are on its thread's stack. */
  readonly executing: boolean;
  /** Places of its coroutines (see `CodeTable`), outermost first. */
  readonly places: readonly number[];
  /** Code objects of these, to tell when one is another. */
  readonly objects: readonly number[];
  /** The tasks that wait for it, in no order. */
  readonly awaiters: readonly Address[];
  /** The thread state that runs its loop, 0 for none; absent where its list tells (from 3.14 on). */
  readonly thread?: Address;
}

/** One coroutine of a task. */
export interface TaskFrame {
  readonly code: CodeObject;
  readonly location: Location;
}

/** A task of a process, as it is now. */
export interface Task {
  /** Address of the task object: what `id()` says of it in the target. */
  readonly address: Address;
  /** As `get_name()` gives it; untrusted text. */
  readonly name: string;
  /** The system's id of the thread that runs it, from 3.14 on of the one that made it; 0 if there is none. */
  readonly tid: number;
  /**
   * Its coroutine is being executed: its frames are on its thread's stack, from the one at `frame` on, and
   * not in `frames`.
   */
  readonly executing: boolean;
  /** Address of the frame of its outermost coroutine; 0 if that is not one of Python's own. */
  readonly frame: Address;
  /** Its coroutines from the one that waits to the one that the task was made of. */
  readonly frames: readonly TaskFrame[];
  /** Addresses of the tasks that wait for it, by their names: see `orderAwaiters`. */
  readonly awaiters: readonly Address[];
}

/** All tasks of a process. */
export interface TaskListing {
  readonly tasks: readonly Task[];
  /** Tasks that changed each time they were read. */
  readonly torn: number;
}

/** Why tasks cannot be read. */
export interface AsyncioFault {
  readonly fault:
    | "asyncio-unsupported" // detail: the version
    | "no-asyncio" // the program has not imported it (yet)
    | "implausible"; // detail: the check that failed
  readonly detail: string;
}

/** Longer names are cut, characters. */
export const LONGEST_TASK_NAME = 255;
/** More coroutines that wait for one another are not followed. */
export const MOST_AWAITS = 10_000;
/** More tasks of one thread are taken for garbage. */
export const MOST_TASKS = 1_000_000;
/** Places in a set of tasks that wait for one; more are taken for garbage. */
export const MOST_AWAITER_PLACES = 1 << 18;
