import { isOpen, LATE, NOT_THERE, type Process, Ranges, type Stopper } from "../../ffi/process.ts";
import { platform } from "../../ffi/platform.ts";
import { findTasks } from "../cpython/asyncio/find.ts";
import { CodeTable } from "../cpython/code_table.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { PLENTY } from "../cpython/visits.ts";
import { versionText } from "../cpython/debug_offsets.ts";
import { Beginning, practise, practiseSearch } from "./beginning.ts";
import { type AttachFault, type CaptureRequest, maxSlowdownOf, modeFor } from "./capture.ts";
import { featuresFor } from "./features.ts";
import { findRunning, isTooEarly } from "./interpreter_search.ts";
import { Ledger } from "./ledger.ts";
import { SamplingLoop } from "./loop.ts";
import { PRACTISE, type Report, type Word } from "./messages.ts";
import { ProcessTree } from "./process_tree.ts";
import { rehearse } from "./rehearsal.ts";
import { openStopper, Stops } from "./stops.ts";
import { Target } from "./target.ts";
import { canTell } from "./thread_states.ts";
import { lowerRate } from "./visit_rate.ts";
import { isStopRequested, openRing, type Ring, RingWriter } from "./ring.ts";

/** From one look for an interpreter to the next, µs. */
const LOOK_AGAIN = 500;
/** An interpreter that starts takes less, µs. */
const STARTUP = 200_000;
/** Tries to get onto the target's CPU before it is said that we may not. */
const MOST_TRIES = 20;

/** Answers the order that makes this Worker a sampling thread. */
export function serveSampler(scope: DedicatedWorkerGlobalScope): void {
  const report = (message: Report): void => scope.postMessage(message);
  scope.onmessage = ({ data }: MessageEvent<Word>): void => {
    if (data === PRACTISE) {
      practiseSearch(platform);
      return report({ kind: "ready" });
    }
    const { request, memory } = data;
    if (capture(request, openRing(memory), report)) scope.close();
  };
  // What it takes to load the helper should not come between an order and its first tick.
  platform.readerThread();
  report({ kind: "ready" });
}

/** @returns false if there was nothing to capture. */
function capture(request: CaptureRequest, ring: Ring, report: (message: Report) => void): boolean {
  const beginning = new Beginning(platform, request);
  beginning.hold();
  const process = platform.open(request.pid);
  const refuse = (fault: AttachFault): boolean => {
    report({ kind: "fault", fault });
    return false;
  };
  if (!isOpen(process)) {
    beginning.close();
    return refuse(process);
  }
  const reader = platform.readerThread();
  const watch = request.subprocesses ? platform.watchProcesses?.() : undefined;
  let stopper: Stopper | undefined;
  let tree: ProcessTree | undefined;
  try {
    if (request.subprocesses && watch === undefined) {
      return refuse({ fault: "no-subprocesses", detail: "" });
    }
    const begun = reader.now();
    const deadline = begun + request.waitForPythonMs * 1000;
    let found = findRunning(process, false);
    if (isTooEarly(found)) beginning.release();
    while (isTooEarly(found) && reader.now() < deadline && process.alive()) {
      if (isStopRequested(ring)) break;
      if (reader.now() > begun + STARTUP) beginning.close();
      reader.sleepUntil(reader.now() + LOOK_AGAIN, 0);
      found = findRunning(process, false);
    }
    if (isTooEarly(found)) found = findRunning(process, true);
    if ("fault" in found) {
      return refuse(process.alive() ? found : { fault: "target-ended", detail: "" });
    }
    const missing = request.asyncMode === undefined ? undefined : missesTasks(found, request);
    if (missing !== undefined) return refuse(missing);
    if (request.consistency === "exact" && !mayVisit(process, found)) {
      return refuse({ fault: "exact-refused", detail: "" });
    }
    const mode = modeFor(found, request);
    if (!canTell(found, mode)) return refuse({ fault: "mode-refused", detail: mode });
    const writer = new RingWriter(ring);
    const means = { platform, watch, reader, loops: platform.loops(), ledger: new Ledger(writer) };
    while (beginning.hold() && !practise(found, reader, means.loops, request)) {
      beginning.release();
      if (isStopRequested(ring) || !process.alive()) break;
      if (reader.now() > begun + STARTUP) beginning.close();
      reader.sleepUntil(reader.now() + LOOK_AGAIN, 0);
    }
    // By now it has a thread to visit.
    const lowered = lowerRate(found, request);
    const order = { ...request, mode, ...(lowered && { lowered }) };
    if (watch !== undefined) {
      const treeMeans = { ...means, watch };
      rehearse(treeMeans, order, process);
      tree = new ProcessTree(treeMeans, order, { process, runtime: found });
      // What there is to be begun with comes before the clock does.
      tree.begin();
    }
    beginning.close();
    if (request.consistency === "blocking") {
      const opened = openStopper(platform, process, reader);
      if ("fault" in opened) {
        return refuse(process.alive() ? opened : { fault: "target-ended", detail: "" });
      }
      stopper = opened;
    }
    report({
      kind: "started",
      pythonVersion: versionText(found.offsets.version),
      freeThreaded: found.offsets.freeThreaded,
      mode,
      features: featuresFor(found, request.features),
      startedAt: Date.now(),
    });
    const stops = stopper === undefined
      ? undefined
      : new Stops(stopper, reader, maxSlowdownOf(order));
    const subject = tree ??
      new Target(found, reader, means.loops, means.ledger, order, { stops });
    const summary = new SamplingLoop(subject, reader, writer, order).run();
    // Once the end is reported, the program may exit before we are done here.
    stopper?.close();
    report({ kind: "finished", summary });
    return true;
  } finally {
    stopper?.close();
    tree?.close();
    beginning.close();
    process.close();
  }
}

/** Why no tasks can be read; a program that has just been started may import asyncio later. */
function missesTasks(runtime: Runtime, request: CaptureRequest): AttachFault | undefined {
  const found = findTasks(runtime, new CodeTable(runtime.reader, runtime.layout));
  if (!("fault" in found)) return undefined;
  return found.fault === "no-asyncio" && request.waitForPythonMs > 0 ? undefined : found;
}

/** Tries whether we may read from the CPU of the process's first thread; a busy machine lets us wait there. */
function mayVisit(process: Process, { address }: Runtime): boolean {
  const tid = process.threads()[0];
  const ranges = new Ranges(1);
  ranges.push(address, 8);
  const how = { linger: false, patienceUs: PLENTY };
  let read: number = LATE;
  for (let tries = 0; tid !== undefined && tries < MOST_TRIES && read === LATE; tries++) {
    read = process.visit(tid, ranges, new Uint8Array(64), how);
    process.leave();
  }
  return read !== LATE && read !== NOT_THERE;
}
