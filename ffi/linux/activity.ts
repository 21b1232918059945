import { ACTIVITY, type ActivityWatch, STATE_UNKNOWN } from "../process.ts";
import type { FfiBuffer, Helper } from "../helper/library.ts";

/** Descriptors in the row, each at the number that its file has in `activity.c`. */
const FILES = { stat: 0, schedstat: 1, syscall: 2 } as const;

/**
 * What `/proc/PID/task/TID` says of a thread: `stat` has its state, `schedstat` the times, `syscall` what it
 * waits for while it is blocked.
 */
export class LinuxActivityWatch implements ActivityWatch {
  readonly row: Float64Array = new Float64Array(ACTIVITY.length);
  readonly #helper: Helper;

  /** @param process descriptor of the process's directory. */
  constructor(helper: Helper, process: number, tid: number, futex: boolean) {
    this.#helper = helper;
    const { row } = this;
    row[FILES.stat] = helper.tach_open_task_file(process, tid, FILES.stat);
    row[FILES.schedstat] = helper.tach_open_task_file(process, tid, FILES.schedstat);
    row[FILES.syscall] = futex ? helper.tach_open_task_file(process, tid, FILES.syscall) : -1;
    row[ACTIVITY.state] = STATE_UNKNOWN;
  }

  refresh(): void {
    this.#helper.tach_read_activity(this.row as unknown as FfiBuffer);
  }

  close(): void {
    for (const file of Object.values(FILES)) {
      const descriptor = this.row[file]!;
      if (descriptor >= 0) this.#helper.tach_close(descriptor);
      this.row[file] = -1;
    }
    this.row[ACTIVITY.state] = STATE_UNKNOWN;
  }
}
