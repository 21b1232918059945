import type { Runtime } from "../cpython/runtime.ts";
import { listThreads } from "../cpython/thread_list.ts";
import type { Lowered } from "../profile/metadata.ts";
import type { CaptureRequest } from "./capture.ts";

/** At shorter intervals the rate is kept whatever exact readings take, and none are made of quick programs; µs. */
const SHORTEST = 100;
/** At this interval and longer ones visits take too little on any machine to be tried out, µs. */
const LONGEST = 1000;
/** The most of a program's time that exact readings may take, by what is usual, and as it is measured here. */
const MOST_USUAL = 0.05;
const MOST_MEASURED = 0.055;
/** What they are to take of it where that would be more; and how far from the bound the interval is to stay. */
const AIM = 0.045;
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
  const isTried = intervalUs >= SHORTEST && intervalUs < LONGEST && seeksQuick(runtime, request);
  const thread = isTried ? listThreads(runtime).find(({ tid }) => tid !== 0) : undefined;
  if (thread === undefined) return undefined;
  process.introduce?.(thread.tid, thread.pthread);
  const measuredUs = process.tryVisits?.(thread.tid, address);
  if (measuredUs === undefined) return undefined;
  const usualUs = process.visitUs?.(thread.tid) ?? 0;
  const isKept = usualUs <= MOST_USUAL * intervalUs && measuredUs <= MOST_MEASURED * intervalUs;
  if (isKept) return undefined;
  const bearableUs = Math.max(usualUs / MOST_USUAL * MARGIN, measuredUs / AIM);
  return { visitUs: Math.max(usualUs, measuredUs), stretch: bearableUs / intervalUs };
}

/** From one tick to the next, µs, as the machine lets it be. */
export function pacedInterval({ intervalUs, lowered }: CaptureRequest): number {
  return intervalUs * (lowered?.stretch ?? 1);
}
