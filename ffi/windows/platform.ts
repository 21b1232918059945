import type { Platform, StopFault } from "../process.ts";
import { createLoops } from "../helper/loops.ts";
import { createReaderThread } from "../helper/reader_thread.ts";
import { openProcess } from "./process.ts";

/** Windows 10 and later, x86-64. */
export const windows: Platform = {
  open: (pid) => openProcess(pid),
  readerThread: createReaderThread,
  loops: createLoops,
  openStopper: refuseToStop,
};

/**
 * What Windows documents to stop the threads of another process (SuspendThread) outlives the one who called it:
 * if we were ended meanwhile, the target would stand still for ever.
 */
function refuseToStop(): StopFault {
  return {
    fault: "not-stoppable",
    detail: "on Windows a stop would outlive tachyon if that were ended",
  };
}
