import { ACTIVITY, type ActivityWatch, STATE_UNKNOWN } from "../process.ts";
import type { LinuxHelper } from "../helper/functions.ts";
import type { FfiBuffer } from "../helper/library.ts";

/** Descriptors in the row, each at the number that its file has in `activity.c`. */
const FILES = { stat: 0, schedstat: 1, syscall: 2 } as const;

/** Files that may still be opened for this: half of all that we may have, the rest is for others. */
let filesLeft: number | undefined;

/** Half of the soft limit (`RLIMIT_NOFILE`). */
function halfOfLimit(): number {
  const limits = Deno.readTextFileSync("/proc/self/limits");
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024) >> 1;
}

/**
 * What `/proc/PID/task/TID` says of a thread: `stat` has its state, `schedstat` the times, `syscall` what it
 * waits for while it is blocked. Where there are more threads than files for them, the last ones stay unknown.
 */
export class LinuxActivityWatch implements ActivityWatch {
  readonly row: Float64Array = new Float64Array(ACTIVITY.length);
  readonly #helper: LinuxHelper;

  /** @param process descriptor of the process's directory. */
  constructor(helper: LinuxHelper, process: number, tid: number, futex: boolean) {
    this.#helper = helper;
    const { row } = this;
    filesLeft ??= halfOfLimit();
    for (const file of Object.values(FILES)) {
      const opens = filesLeft > 0 && (futex || file !== FILES.syscall);
      row[file] = opens ? helper.tach_open_task_file(process, tid, file) : -1;
      if (row[file]! >= 0) filesLeft--;
    }
    row[ACTIVITY.state] = STATE_UNKNOWN;
  }

  refresh(): void {
    this.#helper.tach_read_activity(this.row as unknown as FfiBuffer);
  }

  close(): void {
    for (const file of Object.values(FILES)) {
      const descriptor = this.row[file]!;
      if (descriptor >= 0) {
        this.#helper.tach_close(descriptor);
        filesLeft!++;
      }
      this.row[file] = -1;
    }
    this.row[ACTIVITY.state] = STATE_UNKNOWN;
  }
}
