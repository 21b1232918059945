import type { Address } from "../../../ffi/process.ts";
import type { MemoryReader } from "../memory.ts";
import type { ThreadState } from "../thread_list.ts";
import type { TaskFacts } from "./task.ts";

/** A word of a thread state that tells which task runs, and one that tells whether a loop does. */
export interface RunningFields {
  readonly loop: number;
  readonly task: number;
}

/** Where the tasks of a process are found. */
export interface TaskSource {
  /** Offsets in the thread state; absent where it says nothing of tasks (before 3.14). */
  readonly running?: RunningFields;
  /** What to ask `list` for, and the thread that such tasks belong to (0 for none that lives). */
  lists(threads: readonly ThreadState[]): readonly TaskList[];
  /** Addresses of the tasks of a list; undefined if it does not hold together. */
  list(reader: MemoryReader, key: Address): Address[] | undefined;
  /**
   * Addresses of the tasks that the threads of an interpreter run; undefined if they cannot be read. Only
   * where thread states do not say it.
   */
  current?(reader: MemoryReader, interpreter: Address): Address[] | undefined;
  /** Reads a task; undefined if there is none at the address. */
  read(reader: MemoryReader, task: Address): TaskFacts | undefined;
}

/** A list of tasks. */
export interface TaskList {
  readonly key: Address;
  /** The thread state that it belongs to; 0 if its thread has ended; absent: each task says its own. */
  readonly thread?: Address;
}
