import { isOpen, type Stopper } from "../../ffi/process.ts";
import { platform } from "../../ffi/platform.ts";
import { findRuntime, isRunning } from "../cpython/runtime.ts";
import type { AttachFault } from "./capture.ts";
import type { Dump, DumpRequest } from "./dump.ts";
import { DumpReader } from "./dump_reader.ts";
import { openStopper } from "./stops.ts";

/** Looks at a process. */
export function takeDump(request: DumpRequest): Dump | AttachFault {
  const process = platform.open(request.pid);
  if (!isOpen(process)) return process;
  let stopper: Stopper | undefined;
  try {
    const ended: AttachFault = { fault: "target-ended", detail: "" };
    const found = findRuntime(process, true);
    if ("fault" in found) return process.alive() ? found : ended;
    if (!isRunning(found)) {
      return process.alive()
        ? { fault: "not-python", detail: "the interpreter has not started" }
        : ended;
    }
    const clock = platform.readerThread();
    if (request.blocking) {
      const opened = openStopper(platform, process, clock);
      if ("fault" in opened) return process.alive() ? opened : ended;
      stopper = opened;
    }
    return new DumpReader(found, platform.loops(), clock, request, stopper).read();
  } finally {
    stopper?.close();
    process.close();
  }
}
