import {
  type BaseHeader,
  NAME_COLUMNS,
  type NameColumn,
  type ReportHeader,
  type SourceEntry,
  type State,
  STATES,
  type ThreadEntry,
} from "../../assets/report/format.ts";
import { baseName } from "../analysis/places.ts";
import { fitText } from "../analysis/terminal_text.ts";
import { listOpcodes } from "../profile/opcodes.ts";
import type { Summary } from "../profile/metadata.ts";
import type { ProcessInfo } from "../profile/process.ts";
import { type Profile, STATUS } from "../profile/profile.ts";
import { FRAME_KINDS } from "../profile/tables.ts";
import type { JoinedProfiles } from "./baseline.ts";
import { ColumnSet } from "./columns.ts";
import { addRest, needsGlimpse, pruneTree } from "./glimpse.ts";
import { type Group, groupAll, groupByTime, packTree } from "./pack_tree.ts";
import { numberPlaces, orderStacks, type Places } from "./places.ts";
import type { TimeSlices } from "./slices.ts";
import { escapeForPage } from "./text.ts";
import { gatherFacts } from "./verdict.ts";

/** Characters of a command line that are shown: of a longer one the middle is left out. */
const LONGEST_COMMAND = 48;
const TASK = FRAME_KINDS.indexOf("task");

/** Finds the lines of files that a report is to show. */
export type SourceFinder = (profile: Profile, places: Places) => readonly SourceEntry[];

/** The parts of a report, deflated. */
export interface PackedReport {
  readonly names: Uint8Array;
  readonly tree: Uint8Array;
  /** A small tree that is seen first; absent where the whole one is small enough. */
  readonly glimpse?: Uint8Array;
}

/**
 * Packs a profile for the page.
 * @param time its samples by time; counted as one slice when they are not all there.
 * @param joined the baseline that it is compared with; its tables are those of the profile.
 */
export function packProfile(
  profile: Profile,
  summary: Summary,
  time: TimeSlices,
  sources: SourceFinder,
  joined?: JoinedProfiles,
): PackedReport {
  const known = numberPlaces(profile);
  const tree = orderStacks(profile, known);
  // Two profiles side by side are compared box by box: a part of them would be compared wrongly.
  const glimpsed = joined === undefined && needsGlimpse(tree);
  const places = glimpsed ? addRest(known) : known;
  const timed = holdsAll(profile, time);
  const header: ReportHeader = {
    facts: gatherFacts(profile, summary),
    packages: places.packages,
    files: places.files,
    threads: listThreads(profile),
    processes: profile.processes.map(nameProcess),
    sources: sources(profile, places),
    tasks: [...places.functions.keys()].filter((id) => places.functions[id]!.kind === TASK),
    names: places.names,
    opcodes: nameOpcodes(profile.metadata.pythonVersion, places),
    sliceUs: timed ? time.sliceUs : 0,
    slices: timed ? time.slices.length : 1,
    states: timed ? knownStates(time) : [],
    ...(joined === undefined ? {} : { base: describeBase(joined) }),
  };
  const packed = {
    names: packNames(header, places, joined),
    tree: packTree(tree, function* (nodes): Generator<Group> {
      if (timed) yield* groupByTime(time, nodes);
      else yield* groupAll(profile.counts, nodes);
      if (joined !== undefined) yield* groupAll(joined.counts, nodes);
    }),
  };
  if (!glimpsed) return packed;
  const small = pruneTree(tree, profile.counts, places.places.length - 1);
  if (small === undefined) return packed;
  return { ...packed, glimpse: packTree(small, (nodes) => groupAll(profile.counts, nodes)) };
}

function packNames(
  header: ReportHeader,
  { functions, places, placeOf }: Places,
  joined: JoinedProfiles | undefined,
): Uint8Array {
  const columns = new ColumnSet<NameColumn>();
  for (const { file, name, line, kind } of functions) {
    columns.put("functionFile", file);
    columns.put("functionName", name);
    columns.put("functionLine", line);
    columns.put("functionKind", kind);
  }
  for (const place of places) {
    columns.put("placeFunction", place.function);
    columns.put("placeLine", place.line);
    columns.put("placeOpcode", place.opcode + 1);
  }
  if (joined !== undefined) {
    const frameOf = new Int32Array(functions.length);
    for (let frame = 0; frame < placeOf.length; frame++) {
      frameOf[places[placeOf[frame]!]!.function] = frame;
    }
    for (const frame of frameOf) {
      for (const worth of joined.worthsOf(frame)) {
        columns.put("functionWorths", Math.max(1, Math.round(worth * 1000)));
      }
    }
  }
  return columns.pack(NAME_COLUMNS, { ...header });
}

function describeBase({ base, counts, stretch }: JoinedProfiles): BaseHeader {
  return {
    facts: gatherFacts(base.profile, base.summary),
    threads: listThreads(base.profile),
    groups: counts.filter((column) => column !== undefined).length,
    stretch,
  };
}

function listThreads({ threads, processes }: Profile): ThreadEntry[] {
  return threads.map(({ tid, name, main, interpreter, process }) => ({
    tid,
    name: escapeForPage(nameAmongAll(name, processes[process ?? -1])),
    main,
    interpreter,
    ...(process === undefined ? {} : { process }),
  }));
}

function nameProcess({ pid, command: [program = "", ...args], role }: ProcessInfo): string {
  const words = escapeForPage([baseName(program), ...args].join(" "));
  return `${pid} ${role ?? fitText(words, LONGEST_COMMAND)}`;
}

/** A thread's name, behind the pid of its process where there are several. */
function nameAmongAll(name: string, process: ProcessInfo | undefined): string {
  if (process === undefined) return name;
  return name === "" ? `process ${process.pid}` : `${process.pid}: ${name}`;
}

/** Names of the opcodes that places have. */
function nameOpcodes(pythonVersion: string, { places }: Places): [number, string][] {
  const used = new Set(places.map(({ opcode }) => opcode).filter((opcode) => opcode >= 0));
  if (used.size === 0) return [];
  const names = listOpcodes(pythonVersion);
  return [...used].map((opcode) => [opcode, names[opcode]?.name || `opcode ${opcode}`]);
}

function holdsAll(profile: Profile, time: TimeSlices): boolean {
  let samples = 0;
  for (const column of profile.counts) {
    column?.each((_, count) => samples += count);
  }
  return time.slices.length > 1 && time.samples === samples;
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
