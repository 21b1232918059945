/** What is said of a thread in a few words. */

import type { DumpedThread } from "../../sampler/dump.ts";

/** Labels of a thread, the most important first. */
export function labelsOf(thread: DumpedThread): string[] {
  const labels: string[] = [];
  if (thread.interpreter !== 0) labels.push(`interpreter ${thread.interpreter}`);
  if (thread.main) labels.push("main thread");
  if (thread.hasGil === true) labels.push("has GIL");
  if (thread.daemon === true && !thread.foreign) labels.push("daemon");
  if (thread.foreign) labels.push("not started by Python");
  return labels;
}
