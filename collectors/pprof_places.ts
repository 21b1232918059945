/** What samples show, as pprof and OpenTelemetry number it: nothing twice, and nothing that no sample has. */

import type { Profile } from "../src/profile/profile.ts";
import { FRAME_KINDS, type FrameKind, NO_STACK } from "../src/profile/tables.ts";
import { countLeaves } from "../src/analysis/functions.ts";
import { countMerged, type MergedStacks, mergeStacks } from "../src/analysis/merged_stacks.ts";
import { sumBelow } from "../src/analysis/outermost.ts";
import { escapeForTerminal } from "../src/analysis/terminal_text.ts";
import { varintLength } from "./protobuf.ts";

/** A function; texts are indices into the string table. */
export interface FunctionPlace {
  readonly name: number;
  /** 0, the empty string, for artificial frames. */
  readonly file: number;
  /** First line, 0 when not known. */
  readonly firstLine: number;
  readonly kind: FrameKind;
}

/** A place in a function. */
export interface LocationPlace {
  /** Index into the functions. */
  readonly function: number;
  /** 0 when not known. */
  readonly line: number;
  /** Counts from 1; 0 when not known. In bytes of UTF-8. */
  readonly column: number;
}

/** All that samples show. Numbers count from 0; both formats add 1, because to them 0 means none. */
export interface Places {
  readonly strings: StringIndex;
  readonly functions: readonly FunctionPlace[];
  readonly locations: readonly LocationPlace[];
  /** Stacks with locations for frames. */
  readonly merged: MergedStacks;
  /** Name of the innermost task of each merged stack, an index into the strings; 0 for none. */
  readonly taskOf: Int32Array;
}

/** Samples of a stack in a thread. */
export interface CountedStack {
  /** Index into the profile's threads. */
  readonly thread: number;
  /** Merged stack. */
  readonly stack: number;
  readonly count: number;
}

/** Texts by number, each once; number 0 is the empty one. */
export class StringIndex {
  readonly texts: string[] = [""];
  readonly #known = new Map<string, number>([["", 0]]);

  /**
   * Number of a text. Viewers print it to terminals, and UTF-8 has no lone surrogates: what is harmful is
   * spelled out.
   */
  number(text: string): number {
    const safe = escapeForTerminal(text);
    let number = this.#known.get(safe);
    if (number === undefined) this.#known.set(safe, number = this.texts.push(safe) - 1);
    return number;
  }
}

/** Numbers what the samples of a profile show. */
export function numberPlaces(profile: Profile): Places {
  const { frames, strings: texts, stacks } = profile;
  const strings = new StringIndex();
  const functions: FunctionPlace[] = [];
  const locations: LocationPlace[] = [];
  const knownFunctions = new Map<string, number>();
  const knownLocations = new Map<string, number>();
  const tasks = new Set<number>();
  // A label of their own for frames that no sample shows.
  const locationOf = new Int32Array(frames.length).fill(frames.length);
  for (const frame of usedFrames(profile)) {
    const kind = FRAME_KINDS[frames.kind.at(frame)] ?? "synthetic";
    const place: FunctionPlace = {
      name: strings.number(texts[frames.name.at(frame)] ?? ""),
      file: kind === "python" ? strings.number(texts[frames.file.at(frame)] ?? "") : 0,
      firstLine: Math.max(0, frames.firstLine.at(frame)),
      kind,
    };
    const functionKey = `${place.name}:${place.file}:${place.firstLine}:${kind}`;
    const id = intern(knownFunctions, functionKey, () => functions.push(place) - 1);
    const line = Math.max(0, frames.line.at(frame));
    const column = line === 0 ? 0 : Math.max(0, frames.column.at(frame) + 1);
    locationOf[frame] = intern(
      knownLocations,
      `${id}:${line}:${column}`,
      () => locations.push({ function: id, line, column }) - 1,
    );
    if (kind === "task") tasks.add(locationOf[frame]!);
  }
  const merged = mergeStacks(stacks, locationOf);
  const taskOf = new Int32Array(merged.stacks.length);
  for (let stack = 0; tasks.size > 0 && stack < taskOf.length; stack++) {
    const location = merged.stacks.frame.at(stack);
    const caller = merged.stacks.prefix.at(stack);
    if (tasks.has(location)) taskOf[stack] = functions[locations[location]!.function]!.name;
    else if (caller !== NO_STACK) taskOf[stack] = taskOf[caller]!;
  }
  return { strings, functions, locations, merged, taskOf };
}

/** Frames of all stacks that samples have. */
function usedFrames(profile: Profile): Iterable<number> {
  const below = sumBelow(profile.stacks, countLeaves(profile));
  const used = new Uint8Array(profile.frames.length);
  const frame = profile.stacks.frame.view();
  for (let stack = 0; stack < below.length; stack++) if (below[stack]! > 0) used[frame[stack]!] = 1;
  return used.keys().filter((id) => used[id] === 1);
}

function intern(known: Map<string, number>, key: string, make: () => number): number {
  let id = known.get(key);
  if (id === undefined) known.set(key, id = make());
  return id;
}

/** All samples, thread by thread. */
export function* countStacks(profile: Profile, { merged }: Places): Generator<CountedStack> {
  const scratch = new Float64Array(merged.stacks.length);
  for (const [thread, column] of profile.counts.entries()) {
    if (column === undefined) continue;
    for (const [stack, count] of countMerged(column, merged, scratch)) {
      yield { thread, stack, count };
    }
  }
}

/** Bytes of each stack's locations, leaf first, as varints counted from 1. */
export function measureStacks({ merged: { stacks } }: Places): Int32Array {
  const lengths = new Int32Array(stacks.length);
  for (let stack = 0; stack < lengths.length; stack++) {
    const caller = stacks.prefix.at(stack);
    const below = caller === NO_STACK ? 0 : lengths[caller]!;
    lengths[stack] = below + varintLength(stacks.frame.at(stack) + 1);
  }
  return lengths;
}
