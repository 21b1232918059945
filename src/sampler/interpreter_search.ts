import type { Process } from "../../ffi/process.ts";
import {
  findRuntime,
  isRunning,
  NOT_STARTED,
  type Runtime,
  type RuntimeFault,
} from "../cpython/runtime.ts";

/** An interpreter that has come up; one that is still starting counts as none yet. */
export function findRunning(process: Process, thorough: boolean): Runtime | RuntimeFault {
  const found = findRuntime(process, thorough);
  if ("fault" in found || isRunning(found)) return found;
  return { fault: "not-python", detail: NOT_STARTED };
}

/** True if another look may find more: every other fault is final. While it starts, nothing runs in a module. */
export function isTooEarly(found: Runtime | RuntimeFault): found is RuntimeFault {
  return "fault" in found && (found.fault === "not-python" || found.fault === "newer-version");
}
