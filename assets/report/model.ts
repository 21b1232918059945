import type { Calls, Names } from "./read.ts";
import type { BaseHeader, ReportHeader } from "./format.ts";

/**
 * The profile in the page. Nodes are places (a line in a function) under their callers, each before all
 * that it called, so what lies under node `i` are the nodes from `i + 1` to `end[i]`.
 */
export interface Model {
  readonly header: ReportHeader;
  readonly functions: number;
  readonly functionFile: Int32Array;
  readonly functionName: Int32Array;
  readonly functionLine: Int32Array;
  readonly functionKind: Int32Array;
  readonly placeFunction: Int32Array;
  readonly placeLine: Int32Array;
  /** An opcode and 1; 0 where none was recorded. */
  readonly placeOpcode: Int32Array;
  readonly nodes: number;
  readonly place: Int32Array;
  /** −1 for a root. */
  readonly parent: Int32Array;
  readonly end: Int32Array;
  readonly groups: readonly Group[];
  readonly entryNode: Int32Array;
  readonly entryCount: Int32Array;
  readonly samples: number;
  /** What this one is compared with. */
  readonly other?: Other;
}

/** The other side of a comparison. */
export interface Other {
  /** Whether the model at hand is the current profile or the baseline. */
  readonly side: Side;
  readonly model: Model;
  /** See `functionWorths` of the columns. */
  readonly worths: Int32Array;
  /** What times of the baseline are multiplied with; 0: no times are known. */
  readonly stretch: number;
}

/** The two profiles of a comparison. */
export const SIDES = ["current", "base"] as const;
export type Side = typeof SIDES[number];

/** The samples of one thread in one slice of time. */
export interface Group {
  readonly thread: number;
  readonly slice: number;
  /** Its entries. */
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  /** By index of `STATES`. */
  readonly states: Int32Array;
}

/** Puts names and a tree together. */
export function createModel({ header, columns: named }: Names, { columns }: Calls): Model {
  const nodes = columns.nodePlace.length;
  const { parent, end } = linkNodes(columns.nodeUp);
  const { entryNode, entryCount } = columns;
  const groups: Group[] = [];
  const width = columns.groupThread.length === 0
    ? 0
    : columns.groupStates.length / columns.groupThread.length;
  let from = 0;
  for (let i = 0; i < columns.groupThread.length; i++) {
    const to = from + columns.groupEntries[i]!;
    for (let e = from + 1; e < to; e++) entryNode[e]! += entryNode[e - 1]!;
    groups.push({
      thread: columns.groupThread[i]!,
      slice: columns.groupSlice[i]!,
      from,
      to,
      samples: columns.groupSamples[i]!,
      states: columns.groupStates.subarray(i * width, (i + 1) * width),
    });
    from = to;
  }
  const model = {
    header,
    functions: named.functionFile.length,
    functionFile: named.functionFile,
    functionName: named.functionName,
    functionLine: named.functionLine,
    functionKind: named.functionKind,
    placeFunction: named.placeFunction,
    placeLine: named.placeLine,
    placeOpcode: named.placeOpcode,
    nodes,
    place: columns.nodePlace,
    parent,
    end,
    groups,
    entryNode,
    entryCount,
    samples: countSamples(groups, entryCount),
  };
  return header.base === undefined ? model : splitSides(model, header.base, named.functionWorths);
}

function countSamples(groups: readonly Group[], entryCount: Int32Array): number {
  let samples = 0;
  for (const { from, to } of groups) for (let e = from; e < to; e++) samples += entryCount[e]!;
  return samples;
}

/** Two models of one: each knows the other. */
function splitSides(both: Model, base: BaseHeader, worths: Int32Array): Model {
  const { stretch, facts, threads } = base;
  const at = both.groups.length - base.groups;
  const make = (side: Side, header: ReportHeader, groups: readonly Group[]): Model => ({
    ...both,
    header,
    groups,
    samples: countSamples(groups, both.entryCount),
    get other(): Other {
      return { side, model: side === "base" ? current : baseline, worths, stretch };
    },
  });
  const alone = { facts, threads, sliceUs: 0, slices: 1, states: [] };
  const current = make("current", both.header, both.groups.slice(0, at));
  const baseline = make("base", { ...both.header, ...alone }, both.groups.slice(at));
  return current;
}

function linkNodes(up: Int32Array): { parent: Int32Array; end: Int32Array } {
  const nodes = up.length;
  const parent = new Int32Array(nodes);
  const end = new Int32Array(nodes).fill(nodes);
  let open = -1;
  for (let node = 0; node < nodes; node++) {
    for (let levels = up[node]!; levels > 0; levels--) {
      end[open] = node;
      open = parent[open]!;
    }
    parent[node] = open;
    open = node;
  }
  return { parent, end };
}
