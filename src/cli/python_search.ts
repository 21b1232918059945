/** Which of a program's processes is the Python: itself, or the first below it to become one. */

import type { AttachFault, Capture } from "../sampler/capture.ts";
import { type Child, delay } from "./child.ts";
import { listTree, looksLikePython, programOf, readCommand } from "./process_tree.ts";
import type { Recorder } from "./recorder.ts";

/** How long an interpreter may take to start up in a process that looks like one, ms. */
const STARTUP_MS = 5000;
/** After this time also processes that do not look like Python are tried: it may be built in, ms. */
const PATIENCE_MS = 1000;
/** Looks are close together at first, when the program is about to start, ms. */
const FIRST_PAUSE_MS = 1;
const LAST_PAUSE_MS = 10;
/** How long the sampler may take to notice that the program has ended, ms. */
const NOTICE_MS = 2000;

/** A process and what came of sampling it. */
export interface Found {
  readonly pid: number;
  readonly outcome: Capture | AttachFault;
}

/**
 * Looks through a program and its descendants, again and again, and samples the first Python.
 * @returns nothing when the program ended before, or nobody waits any more: `abandoned` is fulfilled.
 */
export async function capturePython(
  child: Child,
  recorder: Recorder,
  abandoned: Promise<void>,
): Promise<Found | undefined> {
  let over = false;
  const end = Promise.race([abandoned, child.status.then(() => delay(NOTICE_MS))])
    .then((): undefined => {
      over = true;
    });
  const tried = new Set<string>();
  const patient = performance.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(pause * 1.2, LAST_PAUSE_MS)) {
    for (const pid of listTree(child.pid)) {
      if (child.ended() || over) return undefined;
      const likely = looksLikePython(pid);
      if (!likely && performance.now() < patient) continue;
      const identity = `${pid} ${likely} ${programOf(pid)}`;
      if (tried.has(identity)) continue;
      tried.add(identity);
      const starting = recorder.start(
        pid,
        readCommand(pid),
        likely ? STARTUP_MS : 0,
        child.pid,
      );
      const outcome = await Promise.race([starting, end]);
      if (outcome === undefined) return undefined;
      if (!("fault" in outcome) || isFinal(outcome)) return { pid, outcome };
      // One that was just starting a program may have looked as if it had ended.
      if (likely && outcome.fault !== "not-python") tried.delete(identity);
    }
    if (child.ended() || over) return undefined;
    await delay(pause);
  }
}

/** Looks at ourselves as at a program to come, which could be over before that has been done the first time. */
export function practiseLooking(): void {
  for (const pid of listTree(Deno.pid)) {
    looksLikePython(pid);
    programOf(pid);
    readCommand(pid);
  }
}

/** Whether a fault says that there is a Python which cannot be sampled, so that it ends the search. */
function isFinal({ fault }: AttachFault): boolean {
  return fault !== "no-such-process" && fault !== "not-python" && fault !== "target-ended";
}
