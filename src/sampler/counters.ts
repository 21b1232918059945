import { emptyQuality, type Quality, REJECTIONS } from "../profile/quality.ts";

/** Order of the simple counts in shared memory; the rejections follow. */
const SIMPLE = [
  "ticks",
  "missedTicks",
  "withheldTicks",
  "samples",
  "exact",
  "controlTried",
  "control",
  "retried",
  "repaired",
  "empty",
  "dropped",
] as const satisfies readonly (keyof Quality)[];

/** Counts that processes read at the same ticks have in common. */
const OF_CAPTURE: ReadonlySet<string> = new Set(["ticks", "missedTicks", "withheldTicks"]);

/** Publishes the counts of the sampling thread. */
export function storeQuality(counters: Float64Array, quality: Quality): void {
  SIMPLE.forEach((name, i) => counters[i] = quality[name]);
  quality.rejected.forEach((count, i) => counters[SIMPLE.length + i] = count);
}

/** All counts in the order in which they are published. */
export function listCounts(quality: Quality): number[] {
  return [...SIMPLE.map((name) => quality[name]), ...quality.rejected];
}

/** Copies published counts into a quality record. */
export function loadQuality(
  counters: ArrayLike<number>,
  into: Quality = emptyQuality(),
): Quality {
  SIMPLE.forEach((name, i) => into[name] = counters[i] ?? 0);
  REJECTIONS.forEach((_, i) => into.rejected[i] = counters[SIMPLE.length + i] ?? 0);
  return into;
}

/** Adds the counts of one record to another; ticks are those of the capture, and stay. */
export function addQuality(to: Quality, from: Quality): void {
  for (const name of SIMPLE) if (!OF_CAPTURE.has(name)) to[name] += from[name];
  from.rejected.forEach((count, i) => to.rejected[i]! += count);
}
