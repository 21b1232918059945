import type { Loops, Platform, ReaderThread, Stopper } from "../../ffi/process.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { CaptureRequest } from "./capture.ts";
import { Ledger } from "./ledger.ts";
import { SamplingLoop } from "./loop.ts";
import { createRing, RingWriter } from "./ring.ts";
import { Target } from "./target.ts";

/** Time for which sampling is practised, µs, and from one reading to the next meanwhile. */
const PRACTICE = 8_000;
const PRACTICE_INTERVAL = 50;

/**
 * A program that is just starting. Where the system permits it, it is held while we do what would take
 * longer than its first lines: our own code is slow until it is compiled.
 */
export class Beginning {
  #stopper: Stopper | undefined;

  constructor(readonly platform: Platform, readonly request: CaptureRequest) {
    // Where it will be stopped for each reading, its stopper comes later.
    if (!request.justStarted || request.consistency === "blocking") return;
    const opened = platform.openStopper(request.pid);
    if (!("fault" in opened)) this.#stopper = opened;
  }

  /** Does something while the program stands still, or just does it. */
  hold<Result>(action: () => Result): Result {
    this.#stopper?.suspend();
    try {
      return action();
    } finally {
      this.#stopper?.resume();
    }
  }

  /** Samples for a moment while the program is held, and throws the samples away. */
  practise(runtime: Runtime, reader: ReaderThread, loops: Loops): void {
    if (this.#stopper === undefined) return;
    const trial = {
      ...this.request,
      intervalUs: PRACTICE_INTERVAL,
      durationUs: PRACTICE,
      jitter: false,
    };
    this.hold(() => {
      const writer = new RingWriter(createRing());
      const target = new Target(runtime, reader, loops, new Ledger(writer), trial);
      new SamplingLoop(target, reader, writer, trial).run();
    });
  }

  /** Lets the program be: a launcher may have something to start that cannot be traced, such as sudo. */
  close(): void {
    this.#stopper?.close();
    this.#stopper = undefined;
  }
}
