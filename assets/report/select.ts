import type { Model } from "./model.ts";

/** Which samples are looked at. */
export interface Filter {
  /** Threads left out. */
  readonly without: ReadonlySet<number>;
  /** First slice and the one after the last; absent: all of them. */
  readonly range?: readonly [from: number, to: number];
}

/** Samples by node. */
export interface Selection {
  /** Samples whose leaf the node is. */
  readonly self: Float64Array;
  /** Samples whose stack it is in. */
  readonly total: Float64Array;
  readonly samples: number;
}

/** Whether a filter keeps a thread in a slice. */
export function keeps({ without, range }: Filter, thread: number, slice: number): boolean {
  if (without.has(thread)) return false;
  return range === undefined || slice >= range[0] && slice < range[1];
}

/** Adds up the samples that a filter keeps. */
export function selectSamples(model: Model, filter: Filter): Selection {
  const self = new Float64Array(model.nodes);
  const { entryNode, entryCount, parent } = model;
  let samples = 0;
  for (const { thread, slice, from, to } of model.groups) {
    if (!keeps(filter, thread, slice)) continue;
    for (let e = from; e < to; e++) {
      self[entryNode[e]!]! += entryCount[e]!;
      samples += entryCount[e]!;
    }
  }
  const total = self.slice();
  for (let node = model.nodes - 1; node >= 0; node--) {
    const caller = parent[node]!;
    if (caller >= 0) total[caller]! += total[node]!;
  }
  return { self, total, samples };
}
