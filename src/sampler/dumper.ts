import {
  isOpen,
  type Process,
  type ReaderThread,
  type StopFault,
  type Stopper,
} from "../../ffi/process.ts";
import { platform } from "../../ffi/platform.ts";
import { findRuntime, isRunning } from "../cpython/runtime.ts";
import type { AttachFault } from "./capture.ts";
import type { Dump, DumpRequest } from "./dump.ts";
import { DumpReader } from "./dump_reader.ts";

/** Tries to stop a process that is said not to be there, and is: a thread of it may just have ended. */
const TRIES = 20;
const PAUSE = 5_000;

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
      const opened = openStopper(process, clock);
      if ("fault" in opened) return process.alive() ? opened : ended;
      stopper = opened;
    }
    return new DumpReader(found, platform.loops(), clock, request, stopper).read();
  } finally {
    stopper?.close();
    process.close();
  }
}

function openStopper(process: Process, clock: ReaderThread): Stopper | StopFault {
  for (let tries = 1;; tries++) {
    const opened = platform.openStopper(process.pid);
    const isMistaken = "fault" in opened && opened.fault === "no-such-process" && process.alive();
    if (!isMistaken || tries === TRIES) return opened;
    clock.sleepUntil(clock.now() + PAUSE, 0);
  }
}
