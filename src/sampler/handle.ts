import type { Metadata } from "../profile/metadata.ts";
import { Profile, type SampleBatch } from "../profile/profile.ts";
import { TimeOrder } from "../profile/time_order.ts";
import {
  type AttachFault,
  type BatchListener,
  type Capture,
  type CaptureEnd,
  type CaptureRequest,
  isJittered,
  maxSlowdownOf,
  type PartListener,
  type Sampler,
} from "./capture.ts";
import { loadQuality } from "./counters.ts";
import { drain } from "./records.ts";
import { createRing, requestStop, type Ring, RingReader } from "./ring.ts";
import { type Order, PRACTISE, type Report } from "./messages.ts";

/** From one emptying of the ring to the next, ms, where somebody looks on or it fills quickly; and else. */
const DRAIN_MS = 200;
const SELDOM_MS = 500;
/** The part of the ring that may be found full to come seldom. */
const LITTLE = 1 / 32;

/** Samples with a thread of its own for each capture. */
export function createSampler(): Sampler {
  let spare: Promise<Worker> | undefined;
  return {
    async prepare(): Promise<void> {
      await (spare ??= startWorker(PRACTISE));
    },
    async start(request, listener, parts): Promise<Capture | AttachFault> {
      const worker = await (spare ?? startWorker());
      spare = undefined;
      const capture = await startCapture(worker, request, listener, parts);
      if ("fault" in capture) spare = Promise.resolve(worker);
      return capture;
    },
  };
}

/** Starts a sampling thread, and has it practise. Fulfilled when it takes orders. */
function startWorker(first?: typeof PRACTISE): Promise<Worker> {
  // One entry serves both threads, so that a bundle and a compiled executable need no second file.
  const worker = new Worker(Deno.mainModule, { type: "module", name: "sampler" });
  return new Promise((resolve, reject) => {
    worker.onmessage = (): void => {
      if (first === undefined) return resolve(worker);
      worker.onmessage = (): void => resolve(worker);
      worker.postMessage(first);
    };
    worker.onerror = (event): void => reject(new Error(event.message));
  });
}

function startCapture(
  worker: Worker,
  request: CaptureRequest,
  listener: BatchListener | undefined,
  parts: PartListener | undefined,
): Promise<Capture | AttachFault> {
  const ring = createRing();
  return new Promise((resolve, reject) => {
    let finish: ((end: CaptureEnd) => void) | undefined;
    let since = 0;
    worker.onmessage = (event: MessageEvent<Report>): void => {
      const report = event.data;
      if (report.kind === "fault") resolve(report.fault);
      else if (report.kind === "finished") finish?.(report.summary);
      else if (report.kind === "started") {
        since = performance.now();
        const profile = new Profile(describe(request, report));
        const finished = new Promise<CaptureEnd>((done) => finish = done);
        resolve(follow(ring, profile, finished, request.isWatched === true, listener, parts));
      }
    };
    worker.onerror = (event): void => {
      if (finish === undefined) return reject(new Error(event.message));
      // What it has read so far is as good as ever; a fault that nobody handles would end the program.
      event.preventDefault();
      worker.terminate();
      const durationUs = Math.round((performance.now() - since) * 1000);
      finish({ durationUs, ending: "sampler-failed", failure: event.message });
    };
    const order: Order = { request, memory: ring.memory };
    worker.postMessage(order);
  });
}

/** Empties the ring again and again until the sampling thread has ended. */
function follow(
  ring: Ring,
  profile: Profile,
  finished: Promise<CaptureEnd>,
  isWatched: boolean,
  listener: BatchListener | undefined,
  parts: PartListener | undefined,
): Capture {
  const reader = new RingReader(ring);
  const take = (batch: SampleBatch): void => {
    profile.add(batch);
    listener?.(profile, batch);
  };
  // Each process's samples are in order of time, all of them together are not.
  const order = profile.metadata.subprocesses ? new TimeOrder() : undefined;
  function collect(): void {
    let settled = 0;
    if (order === undefined) drain(reader, profile, { parts }).forEach(take);
    else {
      const settle = (time: number): void => {
        settled = Math.max(settled, time);
      };
      for (const batch of drain(reader, profile, { settle, parts })) order.append(batch);
      for (const batch of order.releaseUntil(settled)) take(batch);
    }
    parts?.drained(order === undefined ? Infinity : settled);
    loadQuality(ring.counters, profile.quality);
  }
  let timer = setTimeout(collectAgain, DRAIN_MS);
  function collectAgain(): void {
    const isLittle = reader.available() < LITTLE * ring.words.length;
    collect();
    timer = setTimeout(collectAgain, isLittle && !isWatched ? SELDOM_MS : DRAIN_MS);
  }
  return {
    profile,
    stop: () => requestStop(ring),
    finished: finished.then((summary) => {
      clearTimeout(timer);
      collect();
      for (const batch of order?.release(0) ?? []) take(batch);
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
    mode: started.mode,
    consistency: request.consistency,
    allThreads: request.allThreads,
    ...(request.subprocesses ? { subprocesses: true } : {}),
    features: started.features,
    ...(request.asyncMode === undefined ? {} : { asyncMode: request.asyncMode }),
    intervalUs: request.intervalUs,
    jitter: isJittered(request),
    ...(request.maxCpu === undefined ? {} : { maxCpu: request.maxCpu }),
    maxSlowdown: maxSlowdownOf(request),
    startedAt: started.startedAt,
  };
}
