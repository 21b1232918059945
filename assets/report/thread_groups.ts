import type { Model } from "./model.ts";
import { threadName } from "./names.ts";

/** So many threads are listed one by one; of more, those whose names differ in numbers alone are one. */
const MOST_ALONE = 24;

/** Threads that are chosen together. */
export interface ThreadGroup {
  readonly name: string;
  readonly ids: readonly number[];
  readonly samples: number;
}

/** Threads with samples by process, by interpreter, and by name, the busiest first. */
export function groupThreads(
  model: Model,
): Readonly<Record<"processes" | "interpreters" | "threads", readonly ThreadGroup[]>> {
  const { threads, processes } = model.header;
  const counts = new Float64Array(threads.length);
  for (const { thread, samples } of model.groups) counts[thread]! += samples;
  const group = (nameOf: (id: number) => string): ThreadGroup[] =>
    [...Map.groupBy(threads.keys(), nameOf)].map(([name, ids]) => ({
      name,
      ids,
      samples: ids.reduce((sum, id) => sum + counts[id]!, 0),
    })).filter(({ samples }) => samples > 0).sort((a, b) => b.samples - a.samples);
  const many = threads.length > MOST_ALONE;
  const alike = group((id) =>
    many ? threadName(model, id).replace(/\d+/g, "…") : `${threadName(model, id)}\0${id}`
  );
  return {
    processes: group((id) => processes[threads[id]!.process ?? -1] ?? ""),
    interpreters: group((id) => `Interpreter ${threads[id]!.interpreter || "0 (main)"}`),
    threads: alike.map(({ name, ids, samples }) => ({
      name: ids.length > 1 ? `${name} (${ids.length} threads)` : threadName(model, ids[0]!),
      ids,
      samples,
    })),
  };
}
