import type { StopFault, Stopper } from "../process.ts";
import type { LinuxHelper } from "../helper/functions.ts";
import { loadLinuxHelper } from "../helper/library.ts";

/** errno values, the same on x86-64 and arm64. */
const EPERM = 1;
const ESRCH = 3;
const EACCES = 13;
const ETIMEDOUT = 110;
const ECANCELED = 125;

/**
 * Makes ready to stop a process: a helper process of our own begins to trace all its threads, which go
 * on running. To be used by the thread that calls this, alone, and one at a time.
 */
export function openStopper(pid: number): Stopper | StopFault {
  const helper = loadLinuxHelper();
  const result = helper.tach_stopper_begin(pid);
  if (result === 1) return new LinuxStopper(helper);
  const detail = `ptrace: errno ${-result}`;
  if (result === -ESRCH) return { fault: "no-such-process", detail };
  if (result === -ETIMEDOUT || result === -ECANCELED) return { fault: "unanswered", detail };
  if (result !== -EPERM && result !== -EACCES) return { fault: "not-stoppable", detail };
  const tracer = tracerOf(pid);
  if (tracer > 0) return { fault: "not-stoppable", detail: `process ${tracer} traces it already` };
  return { fault: "not-stoppable", detail: "the system does not permit it" };
}

class LinuxStopper implements Stopper {
  readonly #helper: LinuxHelper;

  constructor(helper: LinuxHelper) {
    this.#helper = helper;
  }

  suspend(): boolean | undefined {
    const result = this.#helper.tach_stopper_hold();
    return result < 0 ? undefined : result === 1;
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

/** The process that traces another one; 0 if nobody does, or one cannot know. */
function tracerOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^TracerPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
