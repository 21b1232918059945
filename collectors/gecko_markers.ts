import { listOpcodes } from "../src/profile/opcodes.ts";
import { type Profile, STATUS } from "../src/profile/profile.ts";
import { NO_STACK } from "../src/profile/tables.ts";
import type { Bytes, CollectorTools } from "./collector.ts";
import { categoryOf, type MarkerName, MARKERS, typeOf } from "./gecko_meta.ts";
import { placeString } from "./gecko_tables.ts";
import { encodeSource, JsonColumn, type JsonText, writeElements } from "./json_text.ts";
import { KNOWN } from "./thread_states.ts";

/** Beside the bits of {@link KNOWN}: the garbage collector is on the stack. */
export const GC_RUNS = 256;

/** No marker, and no frame. */
const NONE = -1;
const OPCODE = placeOf("Opcode");
/** The phase of a marker that has a start and an end. */
const INTERVAL = 1;
const DATA = MARKERS.map(({ name }) => encodeSource(`{"type":"${typeOf(name)}"}`));
const CATEGORY = MARKERS.map(({ category }) => categoryOf(category));

/** Columns of the markers of a thread. */
interface Columns {
  readonly data: JsonColumn;
  readonly name: JsonColumn;
  readonly startTime: JsonColumn;
  readonly endTime: JsonColumn;
  readonly category: JsonColumn;
}

/** A marker that has not ended. */
interface OpenMarker {
  readonly marker: number;
  readonly from: number;
  readonly data: Uint8Array;
}

/** The intervals of a thread's time in which something stays the same, as markers. */
export class GeckoMarkers {
  readonly #tools: CollectorTools;
  readonly #opcodeData: Uint8Array[];
  #columns: Columns | undefined;
  #state = 0;
  /** The marker that is open of each aspect of the state, and since when. */
  #open: readonly number[] = listMarkers(0);
  readonly #since: number[] = this.#open.map(() => 0);
  /** The leaf whose opcode is known, and since when. */
  #leaf = NONE;
  #leafSince = 0;

  /** @param opcodeData what opcodes are called, by frame; shared by all threads, filled here. */
  constructor(tools: CollectorTools, opcodeData: Uint8Array[]) {
    this.#tools = tools;
    this.#opcodeData = opcodeData;
  }

  /**
   * Takes the next sample.
   * @param state bits of STATUS, KNOWN and {@link GC_RUNS}.
   */
  sample(profile: Profile, time: number, state: number, stack: number): void {
    if (state !== this.#state) this.#change(state, time);
    const { frames, stacks } = profile;
    let leaf = stack === NO_STACK ? NONE : stacks.frame.at(stack);
    if (leaf === this.#leaf) return;
    if (leaf !== NONE && frames.opcode.at(leaf) < 0) leaf = NONE;
    this.#step(profile, leaf, time);
  }

  /** Ends all markers: what comes next is not known. */
  end(profile: Profile, time: number): void {
    this.#change(0, time);
    this.#step(profile, NONE, time);
  }

  /**
   * The table of markers as a member of an object, in pieces.
   * @param end until when those last that have not ended; they may go on all the same.
   */
  *read(profile: Profile, end: number): Bytes {
    const columns = this.#columns;
    const ended = columns?.data.length ?? 0;
    const open = this.#listOpen(profile);
    const length = ended + open.length;
    const writers: Record<keyof Columns, (text: JsonText, one: OpenMarker) => void> = {
      data: (text, { data }) => text.bytes(data),
      name: (text, { marker }) => text.integer(marker),
      startTime: (text, { from }) => text.milliseconds(from),
      endTime: (text) => text.milliseconds(end),
      category: (text, { marker }) => text.integer(CATEGORY[marker]!),
    };
    yield encodeSource(`"markers":{`);
    for (const name of ["data", "name", "startTime", "endTime", "category"] as const) {
      yield encodeSource(`"${name}":[`);
      if (columns !== undefined) yield* columns[name].read();
      if (ended > 0 && open.length > 0) yield encodeSource(",");
      yield* writeElements(open.length, (text, i) => writers[name](text, open[i]!));
      yield encodeSource("],");
    }
    yield encodeSource(`"phase":[`);
    yield* writeElements(length, (text) => text.integer(INTERVAL));
    yield encodeSource(`],"length":${length}}`);
  }

  #listOpen(profile: Profile): OpenMarker[] {
    const open = this.#open.flatMap((marker, aspect) =>
      marker === NONE ? [] : [{ marker, from: this.#since[aspect]!, data: DATA[marker]! }]
    );
    if (this.#leaf === NONE) return open;
    const data = this.#dataOf(profile, this.#leaf);
    return [...open, { marker: OPCODE, from: this.#leafSince, data }];
  }

  #dataOf(profile: Profile, leaf: number): Uint8Array {
    return this.#opcodeData[leaf] ??= describeOpcode(profile, leaf);
  }

  #change(state: number, time: number): void {
    const next = listMarkers(state);
    for (const [aspect, marker] of this.#open.entries()) {
      if (marker === next[aspect]) continue;
      if (marker !== NONE) this.#add(marker, this.#since[aspect]!, time).bytes(DATA[marker]!);
      this.#since[aspect] = time;
    }
    this.#open = next;
    this.#state = state;
  }

  /** Ends the marker of an opcode and begins the next. */
  #step(profile: Profile, leaf: number, time: number): void {
    const ended = this.#leaf;
    if (ended !== NONE) {
      this.#add(OPCODE, this.#leafSince, time).bytes(this.#dataOf(profile, ended));
    }
    this.#leaf = leaf;
    this.#leafSince = time;
  }

  /** Adds a marker, but for its data, which is to be written to what is returned. */
  #add(marker: number, from: number, to: number): JsonText {
    const columns = this.#columns ??= {
      data: new JsonColumn(this.#tools.createSpool()),
      name: new JsonColumn(this.#tools.createSpool()),
      startTime: new JsonColumn(this.#tools.createSpool()),
      endTime: new JsonColumn(this.#tools.createSpool()),
      category: new JsonColumn(this.#tools.createSpool()),
    };
    columns.name.next().integer(marker);
    columns.startTime.next().milliseconds(from);
    columns.endTime.next().milliseconds(to);
    columns.category.next().integer(CATEGORY[marker]!);
    return columns.data.next();
  }
}

/** The data of a marker for the opcode of a frame. */
function describeOpcode({ frames, metadata }: Profile, frame: number): Uint8Array {
  const number = frames.opcode.at(frame);
  const { name, base } = listOpcodes(metadata.pythonVersion)[number] ?? { name: "", base: "" };
  const line = frames.line.at(frame);
  const column = frames.column.at(frame);
  return encodeSource(JSON.stringify({
    type: typeOf("Opcode"),
    opcode: number,
    ...(name === "" ? { opname: `opcode ${number}` } : { opname: name, base }),
    function: placeString(frames.name.at(frame)),
    ...(line > 0 ? { line } : {}),
    ...(column >= 0 ? { column: column + 1 } : {}),
  }));
}

/** Markers of a state, by state; there are few. */
const LISTED = new Map<number, readonly number[]>();

/** Which marker is open of each aspect of a state, {@link NONE} where nothing is known or to be said. */
function listMarkers(state: number): readonly number[] {
  let listed = LISTED.get(state);
  if (listed === undefined) {
    listed = chooseMarkers(state).map((name) => name === undefined ? NONE : placeOf(name));
    LISTED.set(state, listed);
  }
  return listed;
}

function chooseMarkers(state: number): (MarkerName | undefined)[] {
  const has = (bit: number): boolean => (state & bit) !== 0;
  const gilKnown = has(KNOWN.gilAndException);
  const code = has(STATUS.hasGil) ? "Python Code" : has(STATUS.onCpu) ? "Native Code" : undefined;
  return [
    gilKnown ? has(STATUS.hasGil) ? "Has GIL" : "No GIL" : undefined,
    has(STATUS.waitsForGil) ? "Waiting for GIL" : undefined,
    has(KNOWN.cpu) ? has(STATUS.onCpu) ? "On CPU" : "Off CPU" : undefined,
    gilKnown ? code : undefined,
    gilKnown ? has(STATUS.hasException) ? "Has Exception" : "No Exception" : undefined,
    has(GC_RUNS) ? "GC Collecting" : undefined,
  ];
}

function placeOf(name: MarkerName): number {
  return MARKERS.findIndex((marker) => marker.name === name);
}
