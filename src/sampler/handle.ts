import type { Metadata, Summary } from "../profile/metadata.ts";
import { Profile } from "../profile/profile.ts";
import {
  type AttachFault,
  type BatchListener,
  type Capture,
  type CaptureRequest,
  isJittered,
} from "./capture.ts";
import { loadQuality } from "./counters.ts";
import { drain } from "./records.ts";
import { createRing, requestStop, type Ring, RingReader } from "./ring.ts";
import type { Order, Report } from "./messages.ts";

/** From one emptying of the ring to the next, ms. */
const DRAIN_MS = 100;

/**
 * Starts the sampling thread on a process.
 * @returns the running capture, or why there is none; never throws for what the target does.
 */
export function startCapture(
  request: CaptureRequest,
  listener?: BatchListener,
): Promise<Capture | AttachFault> {
  const ring = createRing();
  // One entry serves both threads, so that a bundle and a compiled executable need no second file.
  const worker = new Worker(Deno.mainModule, { type: "module", name: "sampler" });
  const order: Order = { request, memory: ring.memory };
  return new Promise((resolve, reject) => {
    let finish: ((summary: Summary) => void) | undefined;
    worker.onmessage = (event: MessageEvent<Report>): void => {
      const report = event.data;
      if (report.kind === "ready") worker.postMessage(order);
      else if (report.kind === "fault") resolve(report.fault);
      else if (report.kind === "finished") finish?.(report.summary);
      else {
        const profile = new Profile(describe(request, report));
        const finished = new Promise<Summary>((done) => finish = done);
        resolve(follow(ring, profile, finished, listener));
      }
    };
    worker.onerror = (event): void => reject(new Error(event.message));
  });
}

/** Empties the ring again and again until the sampling thread has ended. */
function follow(
  ring: Ring,
  profile: Profile,
  finished: Promise<Summary>,
  listener: BatchListener | undefined,
): Capture {
  const reader = new RingReader(ring);
  function collect(): void {
    for (const batch of drain(reader, profile)) {
      profile.add(batch);
      listener?.(profile, batch);
    }
    loadQuality(ring.counters, profile.quality);
  }
  const timer = setInterval(collect, DRAIN_MS);
  return {
    profile,
    stop: () => requestStop(ring),
    finished: finished.then((summary) => {
      clearInterval(timer);
      collect();
      return summary;
    }),
  };
}

function describe(request: CaptureRequest, started: Report & { kind: "started" }): Metadata {
  return {
    tool: "tachyon",
    toolVersion: request.toolVersion,
    pid: request.pid,
    command: request.command,
    pythonVersion: started.pythonVersion,
    freeThreaded: started.freeThreaded,
    mode: "wall",
    consistency: request.consistency,
    allThreads: request.allThreads,
    intervalUs: request.intervalUs,
    jitter: isJittered(request),
    ...(request.maxCpu === undefined ? {} : { maxCpu: request.maxCpu }),
    startedAt: started.startedAt,
  };
}
