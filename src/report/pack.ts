import {
  type BaseHeader,
  type ColumnName,
  COLUMNS,
  type ReportHeader,
  type SourceEntry,
  type State,
  STATES,
  type ThreadEntry,
} from "../../assets/report/format.ts";
import { listOpcodes } from "../analysis/opcodes.ts";
import type { Summary } from "../profile/metadata.ts";
import { type Profile, STATUS } from "../profile/profile.ts";
import type { Column } from "../profile/tables.ts";
import type { JoinedProfiles } from "./baseline.ts";
import { ColumnWriter, packPayload } from "./columns.ts";
import { numberPlaces, orderStacks, type Places, type PlaceTree } from "./places.ts";
import type { TimeSlices } from "./slices.ts";
import { escapeForPage } from "./text.ts";
import { gatherFacts } from "./verdict.ts";

/** Finds the lines of files that a report is to show. */
export type SourceFinder = (profile: Profile, places: Places) => readonly SourceEntry[];

/**
 * Packs a profile for the page.
 * @param time its samples by time; counted as one slice when they are not all there.
 * @param joined the baseline that it is compared with; its tables are those of the profile.
 * @returns deflated bytes.
 */
export function packProfile(
  profile: Profile,
  summary: Summary,
  time: TimeSlices,
  sources: SourceFinder,
  joined?: JoinedProfiles,
): Uint8Array {
  const places = numberPlaces(profile);
  const tree = orderStacks(profile, places);
  const columns = new Columns();
  for (const { file, name, line, kind } of places.functions) {
    columns.put("functionFile", file);
    columns.put("functionName", name);
    columns.put("functionLine", line);
    columns.put("functionKind", kind);
  }
  for (const place of places.places) {
    columns.put("placeFunction", place.function);
    columns.put("placeLine", place.line);
    columns.put("placeOpcode", place.opcode + 1);
  }
  for (const up of tree.up) columns.put("nodeUp", up);
  for (const place of tree.place) columns.put("nodePlace", place);
  const timed = holdsAll(profile, time);
  const nodes = new NodeCounts(tree);
  const groups = timed ? groupByTime(time, nodes) : groupAll(profile.counts, nodes);
  for (const group of groups) putGroup(columns, group, nodes);
  const base = joined && putBase(columns, joined, places, nodes);

  const header: ReportHeader = {
    facts: gatherFacts(profile, summary),
    packages: places.packages,
    files: places.files,
    threads: listThreads(profile),
    sources: sources(profile, places),
    names: places.names,
    opcodes: nameOpcodes(profile.metadata.pythonVersion, places),
    sliceUs: timed ? time.sliceUs : 0,
    slices: timed ? time.slices.length : 1,
    states: timed ? knownStates(time) : [],
    ...(base === undefined ? {} : { base }),
    lengths: COLUMNS.map((name) => columns.length(name)),
  };
  return packPayload(header, COLUMNS.map((name) => columns.bytes(name)));
}

function listThreads({ threads }: Profile): ThreadEntry[] {
  return threads.map(({ tid, name, main, interpreter }) => ({
    tid,
    name: escapeForPage(name),
    main,
    interpreter,
  }));
}

function putBase(
  columns: Columns,
  { base, counts, stretch, worthsOf }: JoinedProfiles,
  { functions, places, placeOf }: Places,
  nodes: NodeCounts,
): BaseHeader {
  let groups = 0;
  for (const group of groupAll(counts, nodes)) {
    putGroup(columns, group, nodes);
    groups++;
  }
  const frameOf = new Int32Array(functions.length);
  for (let frame = 0; frame < placeOf.length; frame++) {
    frameOf[places[placeOf[frame]!]!.function] = frame;
  }
  for (const frame of frameOf) {
    for (const worth of worthsOf(frame)) {
      columns.put("functionWorths", Math.max(1, Math.round(worth * 1000)));
    }
  }
  return {
    facts: gatherFacts(base.profile, base.summary),
    threads: listThreads(base.profile),
    groups,
    stretch,
  };
}

/** Names of the opcodes that places have. */
function nameOpcodes(pythonVersion: string, { places }: Places): [number, string][] {
  const used = new Set(places.map(({ opcode }) => opcode).filter((opcode) => opcode >= 0));
  if (used.size === 0) return [];
  const names = listOpcodes(pythonVersion);
  return [...used].map((opcode) => [opcode, names[opcode]?.name || `opcode ${opcode}`]);
}

/** The samples of a thread in a slice; their stacks are counted in {@link NodeCounts}. */
interface Group {
  readonly thread: number;
  readonly slice: number;
  readonly samples: number;
  readonly states: readonly number[];
}

function holdsAll(profile: Profile, time: TimeSlices): boolean {
  let samples = 0;
  for (const column of profile.counts) {
    for (const count of column?.view() ?? []) samples += count;
  }
  return time.slices.length > 1 && time.samples === samples;
}

function* groupByTime(time: TimeSlices, nodes: NodeCounts): Generator<Group> {
  const { slice, thread, stack, count } = time.entries;
  const order = time.entries.order();
  let next = 0;
  for (const [index, threads] of time.slices.entries()) {
    for (const number of [...threads.keys()].sort((a, b) => a - b)) {
      for (; next < order.length; next++) {
        const entry = order[next]!;
        if (slice.at(entry) !== index || thread.at(entry) !== number) break;
        nodes.add(stack.at(entry), count.at(entry));
      }
      const { samples, states } = threads.get(number)!;
      yield { thread: number, slice: index, samples, states };
    }
  }
}

function* groupAll(
  counts: readonly (Column | undefined)[],
  nodes: NodeCounts,
): Generator<Group> {
  for (const [thread, column] of counts.entries()) {
    if (column === undefined) continue;
    let samples = 0;
    for (const [stack, count] of column.view().entries()) {
      if (count > 0) nodes.add(stack, count);
      samples += count;
    }
    yield { thread, slice: 0, samples, states: STATES.map(() => 0) };
  }
}

function putGroup(columns: Columns, group: Group, nodes: NodeCounts): void {
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

/** What the samples say of their threads; nothing where nothing was recorded. */
function knownStates(time: TimeSlices): State[] {
  const gil = STATUS.hasGil | STATUS.waitsForGil;
  const known: Readonly<Record<State, boolean>> = {
    gil: (time.seen & gil) !== 0,
    cpu: time.cpuKnown && (time.seen & STATUS.onCpu) !== 0,
    waiting: (time.seen & gil) !== 0,
    exception: (time.seen & STATUS.hasException) !== 0,
    gc: time.gcSeen,
  };
  return STATES.filter((state) => known[state]);
}

/** All columns while they are written. */
class Columns {
  readonly #columns = new Map<ColumnName, { writer: ColumnWriter; length: number }>();

  put(name: ColumnName, value: number): void {
    let column = this.#columns.get(name);
    if (column === undefined) {
      this.#columns.set(name, column = { writer: new ColumnWriter(), length: 0 });
    }
    column.writer.write(value);
    column.length++;
  }

  length(name: ColumnName): number {
    return this.#columns.get(name)?.length ?? 0;
  }

  bytes(name: ColumnName): Uint8Array {
    return this.#columns.get(name)?.writer.finish() ?? new Uint8Array(0);
  }
}
