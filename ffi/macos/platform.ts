import type { Platform } from "../process.ts";
import { createLoops } from "../helper/loops.ts";
import { createReaderThread } from "../helper/reader_thread.ts";
import { systemCalls } from "./calls.ts";
import { openProcess } from "./process.ts";
import { MacProcessWatch } from "./process_watch.ts";
import { openStopper } from "./stopper.ts";

/** macOS 11 and later, x86-64 and arm64. */
export const macos: Platform = {
  open: (pid) => openProcess(pid),
  readerThread: createReaderThread,
  loops: createLoops,
  openStopper: (pid) => openStopper(pid),
  watchProcesses: () => new MacProcessWatch(systemCalls()),
};
