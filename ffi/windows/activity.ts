import { ACTIVITY, type ActivityWatch, STATE_UNKNOWN } from "../process.ts";
import type { WindowsHelper } from "../helper/functions.ts";
import type { FfiBuffer } from "../helper/library.ts";

/** Place of the thread's handle in the row. */
const THREAD = 0;

/**
 * Whether a thread is on a CPU: Windows tells running threads from those that are ready for a CPU, so nothing
 * has to be counted. What a blocked thread waits for it does not tell.
 */
export class WindowsActivityWatch implements ActivityWatch {
  readonly row: Float64Array = new Float64Array(ACTIVITY.length);
  readonly #helper: WindowsHelper;

  constructor(helper: WindowsHelper, tid: number) {
    this.#helper = helper;
    this.row[THREAD] = helper.tach_open_thread(tid);
    this.row[ACTIVITY.state] = STATE_UNKNOWN;
    this.row[ACTIVITY.futex] = -1;
  }

  refresh(): void {
    this.#helper.tach_read_activity(this.row as unknown as FfiBuffer);
  }

  close(): void {
    if (this.row[THREAD]! > 0) this.#helper.tach_close(this.row[THREAD]!);
    this.row[THREAD] = -1;
    this.row[ACTIVITY.state] = STATE_UNKNOWN;
  }
}
