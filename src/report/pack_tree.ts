/** A tree of calls with its samples, as a part of a report. */

import { STATES, TREE_COLUMNS, type TreeColumn } from "../../assets/report/format.ts";
import type { Column } from "../profile/tables.ts";
import { ColumnSet } from "./columns.ts";
import type { PlaceTree } from "./places.ts";
import { listThreads, type TimeSlices } from "./slices.ts";

/** The samples of a thread in a slice; their stacks are counted in {@link NodeCounts}. */
export interface Group {
  readonly thread: number;
  readonly slice: number;
  readonly samples: number;
  readonly states: readonly number[];
}

/**
 * Packs a tree and the samples that end in it.
 * @param list lists all groups; it counts the stacks of each before it yields it.
 */
export function packTree(
  tree: PlaceTree,
  list: (nodes: NodeCounts) => Iterable<Group>,
): Uint8Array {
  const columns = new ColumnSet<TreeColumn>();
  for (const levels of tree.up) columns.put("nodeUp", levels);
  for (const at of tree.place) columns.put("nodePlace", at);
  const nodes = new NodeCounts(tree);
  for (const group of list(nodes)) putGroup(columns, group, nodes);
  return columns.pack(TREE_COLUMNS);
}

/** Samples by thread and slice of time. */
export function* groupByTime(time: TimeSlices, nodes: NodeCounts): Generator<Group> {
  const { slice, thread, stack, count } = time.entries;
  const order = time.entries.order();
  let next = 0;
  for (const [index, threads] of time.slices.entries()) {
    for (const { thread: number, samples, states } of listThreads(threads)) {
      for (; next < order.length; next++) {
        const entry = order[next]!;
        if (slice.at(entry) !== index || thread.at(entry) !== number) break;
        nodes.add(stack.at(entry), count.at(entry));
      }
      yield { thread: number, slice: index, samples, states };
    }
  }
}

/** Samples by thread. */
export function* groupAll(
  counts: readonly (Column | undefined)[],
  nodes: NodeCounts,
): Generator<Group> {
  for (const [thread, column] of counts.entries()) {
    if (column === undefined) continue;
    let samples = 0;
    column.each((stack, count) => {
      nodes.add(stack, count);
      samples += count;
    });
    yield { thread, slice: 0, samples, states: STATES.map(() => 0) };
  }
}

function putGroup(columns: ColumnSet<TreeColumn>, group: Group, nodes: NodeCounts): void {
  columns.put("groupThread", group.thread);
  columns.put("groupSlice", group.slice);
  columns.put("groupEntries", nodes.length);
  columns.put("groupSamples", group.samples);
  for (const count of group.states) columns.put("groupStates", count);
  let last = 0;
  nodes.drain((node, count) => {
    columns.put("entryNode", node - last);
    columns.put("entryCount", count);
    last = node;
  });
}

/** Samples of one group by node. */
class NodeCounts {
  readonly #nodeOf: Int32Array;
  readonly #counts: Float64Array;
  readonly #touched: Int32Array;
  length = 0;

  constructor({ nodeOf, place }: PlaceTree) {
    this.#nodeOf = nodeOf;
    this.#counts = new Float64Array(place.length);
    this.#touched = new Int32Array(place.length);
  }

  add(stack: number, count: number): void {
    const node = this.#nodeOf[stack]!;
    if (this.#counts[node] === 0) this.#touched[this.length++] = node;
    this.#counts[node]! += count;
  }

  /** Tells of all nodes in their order, and begins anew. */
  drain(tell: (node: number, count: number) => void): void {
    for (const node of this.#touched.subarray(0, this.length).sort()) {
      tell(node, this.#counts[node]!);
      this.#counts[node] = 0;
    }
    this.length = 0;
  }
}
