import { ACTIVITY, type ActivityWatch, BLOCKED, RUNNABLE, STATE_UNKNOWN } from "../process.ts";
import type { MachCalls } from "./calls.ts";
import { FLAVOR, readText, TH_STATE_RUNNING, THREAD_INFO, view } from "./structs.ts";

/**
 * What the kernel says of a thread: whether it is runnable. macOS does not tell how long a thread has waited for
 * a CPU, nor how often it got one, nor what it waits for.
 */
export class MacActivityWatch implements ActivityWatch {
  readonly row: Float64Array = new Float64Array(ACTIVITY.length);
  readonly #calls: MachCalls;
  readonly #pid: number;
  #tid: number;
  readonly #info = new Uint8Array(THREAD_INFO.size);
  readonly #view = view(this.#info);

  constructor(calls: MachCalls, pid: number, tid: number) {
    this.#calls = calls;
    this.#pid = pid;
    this.#tid = tid;
    this.row[ACTIVITY.state] = STATE_UNKNOWN;
    this.row[ACTIVITY.futex] = -1;
  }

  refresh(): void {
    if (this.#tid === 0) return;
    const told = askThread(this.#calls, this.#pid, this.#tid, this.#info);
    if (!told) this.row[ACTIVITY.state] = STATE_UNKNOWN;
    else {
      const state = this.#view.getInt32(THREAD_INFO.pth_run_state, true);
      this.row[ACTIVITY.state] = state === TH_STATE_RUNNING ? RUNNABLE : BLOCKED;
    }
  }

  close(): void {
    this.#tid = 0;
    this.row[ACTIVITY.state] = STATE_UNKNOWN;
  }
}

/** The name that a thread was given; empty when it is gone or has none. */
export function readThreadName(calls: MachCalls, pid: number, tid: number): string {
  const info = new Uint8Array(THREAD_INFO.size);
  if (!askThread(calls, pid, tid, info)) return "";
  return readText(info, THREAD_INFO.pth_name, THREAD_INFO.size - THREAD_INFO.pth_name);
}

function askThread(calls: MachCalls, pid: number, tid: number, info: Uint8Array): boolean {
  return calls.processInfo(pid, FLAVOR.PROC_PIDTHREADID64INFO, tid, info) === THREAD_INFO.size;
}
