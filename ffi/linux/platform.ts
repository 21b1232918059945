import type { Platform } from "../process.ts";
import { createLoops } from "../helper/loops.ts";
import { openProcess } from "./process.ts";
import { watchProcesses } from "./process_watch.ts";
import { createReaderThread } from "../helper/reader_thread.ts";
import { openStopper } from "./stopper.ts";

/** Linux, x86-64 and arm64, glibc. */
export const linux: Platform = {
  open: openProcess,
  readerThread: createReaderThread,
  loops: createLoops,
  openStopper,
  watchProcesses,
};
