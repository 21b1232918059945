import {
  isOpen,
  type Loops,
  type Platform,
  type ReaderThread,
  type Stopper,
} from "../../ffi/process.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { rejectedTotal } from "../profile/quality.ts";
import type { CaptureRequest } from "./capture.ts";
import { findRunning } from "./interpreter_search.ts";
import { Ledger } from "./ledger.ts";
import { SamplingLoop } from "./loop.ts";
import { createRing, RingWriter } from "./ring.ts";
import { Target } from "./target.ts";

/** Time for which sampling is practised, µs, and from one reading to the next meanwhile. */
const PRACTICE = 8_000;
const PRACTICE_INTERVAL = 50;
/** The same, to see whether there is something to sample yet. */
const GLANCE = 100;

/**
 * A program that is just starting. Where the system permits it, it is held while we do what would take
 * longer than its first lines: our own code is slow until it is compiled.
 */
export class Beginning {
  #stopper: Stopper | undefined;
  #held = false;

  constructor(readonly platform: Platform, readonly request: CaptureRequest) {
    // Where it will be stopped for each reading, its stopper comes later.
    if (!request.justStarted || request.consistency === "blocking") return;
    const opened = platform.openStopper(request.pid);
    if (!("fault" in opened)) this.#stopper = opened;
  }

  /**
   * Holds the program, or goes on holding it.
   * @returns false where it cannot be held.
   */
  hold(): boolean {
    if (!this.#held && this.#stopper !== undefined) this.#stopper.suspend();
    this.#held = true;
    return this.#stopper !== undefined;
  }

  /** Lets the program go on for a while. */
  release(): void {
    if (this.#held) this.#stopper?.resume();
    this.#held = false;
  }

  /** Lets the program be: a launcher may have something to start that cannot be traced, such as sudo. */
  close(): void {
    this.#stopper?.close();
    this.#stopper = undefined;
  }
}

/**
 * Samples for a moment, and throws the samples away.
 * @returns false, and at once, if there was nothing to be sampled yet: an interpreter has a thread before
 * that has an id and runs code.
 */
export function practise(
  runtime: Runtime,
  reader: ReaderThread,
  loops: Loops,
  request: CaptureRequest,
): boolean {
  const trial = { ...request, intervalUs: PRACTICE_INTERVAL, durationUs: GLANCE, jitter: false };
  const writer = new RingWriter(createRing());
  const stacks = (order: CaptureRequest): number => {
    const target = new Target(runtime, reader, loops, new Ledger(writer), order);
    new SamplingLoop(target, reader, writer, order).run();
    return target.quality.samples + rejectedTotal(target.quality);
  };
  // Of a program that is held there is no CPU time to be sampled, and of a new one no task.
  const { asyncMode: _, ...glance } = trial;
  if (stacks({ ...glance, mode: "wall" }) === 0) return false;
  stacks({ ...trial, durationUs: PRACTICE });
  return true;
}

/** Looks for an interpreter where there is none, in our own process, before there is a program to be held. */
export function practiseSearch(platform: Platform): void {
  const own = platform.open(Deno.pid);
  if (!isOpen(own)) return;
  findRunning(own, false);
  own.close();
}
