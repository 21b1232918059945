import type { StopFault, Stopper } from "../process.ts";
import type { MacHelper } from "../helper/functions.ts";
import { loadMacHelper } from "../helper/library.ts";
import { ERRNO } from "./structs.ts";

/**
 * Makes ready to stop a process: a process of our own gets the right to its task, and the target goes on
 * running. To be used by the thread that calls this, alone, and one at a time.
 */
export function openStopper(
  pid: number,
  helper: MacHelper = loadMacHelper(),
): Stopper | StopFault {
  const result = helper.tach_stopper_begin(pid);
  if (result === 1) return new MacStopper(helper);
  if (result === -ERRNO.ESRCH) {
    return { fault: "unanswered", detail: "the stopper does not answer" };
  }
  return {
    fault: "not-stoppable",
    detail: result === -ERRNO.EPERM ? "the system does not permit it" : `errno ${-result}`,
  };
}

/** What the process of our own is told to do. */
export class MacStopper implements Stopper {
  readonly #helper: MacHelper;

  constructor(helper: MacHelper) {
    this.#helper = helper;
  }

  suspend(): boolean | undefined {
    return this.#helper.tach_stopper_hold() < 0 ? undefined : true;
  }

  holds(): boolean {
    return this.#helper.tach_stopper_holds() === 1;
  }

  resume(): void {
    this.#helper.tach_stopper_release();
  }

  stoppedUs(): number {
    return this.#helper.tach_stopper_time();
  }

  close(): void {
    this.#helper.tach_stopper_end();
  }
}
