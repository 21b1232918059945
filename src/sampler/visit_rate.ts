import type { Runtime } from "../cpython/runtime.ts";
import { listThreads } from "../cpython/thread_list.ts";
import type { Lowered } from "../profile/metadata.ts";
import { type CaptureRequest, maxSlowdownOf } from "./capture.ts";

/** At shorter intervals the rate is kept whatever exact readings take, unless they are asked for; µs. */
const SHORTEST = 100;
/** No visit takes longer on any machine: where so much may be taken, none is tried out, µs. */
const LONGEST_VISIT = 50;
/** What exact readings may take as it is measured here, in terms of what they may take by what is usual. */
const TOLERANCE = 1.1;
/** What they are to take of it where that would be more; and how far from the bound the interval is to stay. */
const AIM = 0.9;
const MARGIN = 1.001;

/** True if threads may be read exactly in all ticks because they call and return too quickly for anything else. */
export function seeksQuick(
  { layout }: Runtime,
  { consistency, allThreads }: CaptureRequest,
): boolean {
  // Without a GIL many threads run at a time, and each would be visited by itself.
  const isParallel = layout.freeThreaded && allThreads;
  return consistency === "verified" && !layout.hasFrameObjects && !isParallel;
}

/**
 * Finds out by how much the rate of a capture is to be lower than asked, so that the program can be read exactly
 * whenever it calls quickly. It depends on the machine and the rate alone: if it depended on what the program does,
 * shares would be wrong.
 * @returns undefined where the rate is to be kept.
 */
export function lowerRate(runtime: Runtime, request: CaptureRequest): Lowered | undefined {
  const { process, address } = runtime;
  const { intervalUs } = request;
  const bearableUs = maxSlowdownOf(request) * intervalUs;
  const isTried = bearableUs < LONGEST_VISIT && mayGiveWay(runtime, request);
  const thread = isTried ? listThreads(runtime).find(({ tid }) => tid !== 0) : undefined;
  if (thread === undefined) return undefined;
  process.introduce?.(thread.tid, thread.pthread);
  const measuredUs = process.tryVisits?.(thread.tid, address);
  if (measuredUs === undefined) return undefined;
  const usualUs = process.visitUs?.(thread.tid) ?? 0;
  if (usualUs <= bearableUs && measuredUs <= bearableUs * TOLERANCE) return undefined;
  const stretch = Math.max(usualUs * MARGIN, measuredUs / AIM) / bearableUs;
  return { visitUs: Math.max(usualUs, measuredUs), stretch };
}

function mayGiveWay(runtime: Runtime, request: CaptureRequest): boolean {
  const isExact = request.consistency === "exact";
  return isExact || (request.intervalUs >= SHORTEST && seeksQuick(runtime, request));
}

/** From one tick to the next, µs, as the machine lets it be. */
export function pacedInterval({ intervalUs, lowered }: CaptureRequest): number {
  return intervalUs * (lowered?.stretch ?? 1);
}
