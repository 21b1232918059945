import { type FfiBuffer, loadMacHelper } from "../helper/library.ts";
import type { MacHelper } from "../helper/functions.ts";
import type { Ranges } from "../process.ts";

/**
 * What is asked of the system, as narrow as it goes: answers are the kernel's own bytes, which
 * `structs.ts` describes. Failures are negative: a `kern_return_t` of Mach calls (`task…`), an `errno` of
 * BSD calls (`process…`). `ffi/helper/macos.c` states each contract.
 */
export interface MachCalls {
  /** The right to read and stop a process. */
  taskOpen(pid: number): number;
  taskClose(task: number): void;
  /** Bytes read, see {@link import("../process.ts").ProcessMemory.read}. */
  taskRead(task: number, ranges: Ranges, into: Uint8Array): number;
  /** Bytes of the answer. */
  taskInfo(task: number, flavor: number, into: Uint8Array): number;
  /** The number of threads; their ids, as many as there is room for. */
  taskThreads(task: number, ids: Float64Array): number;
  /** Bytes of the answer. */
  processInfo(pid: number, flavor: number, argument: number, into: Uint8Array): number;
  /** The number of pids written. */
  processIds(into: Int32Array): number;
  /** Bytes of the executable's path. */
  processPath(pid: number, into: Uint8Array): number;
  /** Bytes of the command line and more. */
  processWords(pid: number, into: Uint8Array): number;
  /** Flags of a process's signature. */
  signingFlags(pid: number): number;
  /** Bytes of the entitlements that a process was signed with: eight of a head, and a property list. */
  entitlements(pid: number, into: Uint8Array): number;
  /** Milliseconds in a unit of `mach_absolute_time`. */
  unitMs(): number;
}

let made: MachCalls | undefined;

/** The calls of this system, by the helper. */
export function systemCalls(): MachCalls {
  return made ??= new HelperCalls(loadMacHelper());
}

type Words = Uint32Array<ArrayBuffer>;
type Numbers = Float64Array<ArrayBuffer>;
type Pids = Int32Array<ArrayBuffer>;

/** The calls, by a library that has the functions. */
export class HelperCalls implements MachCalls {
  readonly #helper: MacHelper;

  constructor(helper: MacHelper) {
    this.#helper = helper;
  }

  taskOpen(pid: number): number {
    return this.#helper.tach_task_open(pid);
  }

  taskClose(task: number): void {
    this.#helper.tach_task_close(task);
  }

  taskRead(task: number, ranges: Ranges, into: Uint8Array): number {
    return this.#helper.tach_task_read(
      task,
      ranges.words as Words,
      ranges.count,
      into as FfiBuffer,
      into.length,
      ranges.gap,
    );
  }

  taskInfo(task: number, flavor: number, into: Uint8Array): number {
    return this.#helper.tach_task_info(task, flavor, into as FfiBuffer, into.length);
  }

  taskThreads(task: number, ids: Float64Array): number {
    return this.#helper.tach_task_threads(task, ids as Numbers, ids.length);
  }

  processInfo(pid: number, flavor: number, argument: number, into: Uint8Array): number {
    return this.#helper.tach_process_info(pid, flavor, argument, into as FfiBuffer, into.length);
  }

  processIds(into: Int32Array): number {
    return this.#helper.tach_process_ids(into as Pids, into.length);
  }

  processPath(pid: number, into: Uint8Array): number {
    return this.#helper.tach_process_path(pid, into as FfiBuffer, into.length);
  }

  processWords(pid: number, into: Uint8Array): number {
    return this.#helper.tach_process_words(pid, into as FfiBuffer, into.length);
  }

  signingFlags(pid: number): number {
    return this.#helper.tach_signing_flags(pid);
  }

  entitlements(pid: number, into: Uint8Array): number {
    return this.#helper.tach_entitlements(pid, into as FfiBuffer, into.length);
  }

  unitMs(): number {
    return this.#helper.tach_unit() / 1e3;
  }
}
