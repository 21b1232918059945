/** What is said of a thread in a few words. */

import type { DumpedThread, ThreadDoing } from "../../sampler/dump.ts";

/** Labels of a thread, the most important first. */
export function labelsOf(thread: DumpedThread): string[] {
  const labels: string[] = [];
  if (thread.interpreter !== 0) labels.push(`interpreter ${thread.interpreter}`);
  if (thread.main) labels.push("main thread");
  labels.push(...namesOf(thread.doing));
  if (thread.daemon === true && !thread.foreign) labels.push("daemon");
  if (thread.foreign) labels.push("not started by Python");
  return labels;
}

/** What a thread was doing; `idle` if it is sure that it did nothing. */
function namesOf({ hasGil, onCpu, waitsForGil, hasException }: ThreadDoing): string[] {
  const names: string[] = [];
  if (hasGil === true) names.push("has GIL");
  if (onCpu === true) names.push("on CPU");
  if (waitsForGil === true) names.push("waiting for GIL");
  if (hasException === true) names.push("has exception");
  return names.length === 0 && onCpu === false ? ["idle"] : names;
}
