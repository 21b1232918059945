import { countLeaves, groupFrames } from "../analysis/functions.ts";
import { addOutermost, sumBelow } from "../analysis/outermost.ts";
import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../profile/tables.ts";

const PYTHON = FRAME_KINDS.indexOf("python");

/** Samples with something as the leaf, and with it anywhere on the stack, recursion counted once. */
export interface Heat {
  readonly self: number;
  readonly total: number;
}

/** A part of a line, as the instruction that ran there is placed. */
export interface HeatSpan extends Heat {
  /** UTF-8 byte offsets; −1: not known. */
  readonly column: number;
  readonly endColumn: number;
  /** Larger than the line's number if the part goes on below. */
  readonly endLine: number;
  /** By opcode, where opcodes were recorded. */
  readonly opcodes: ReadonlyMap<number, Heat>;
}

/** A call to or from a line. */
export interface HeatCall {
  /** Index of the file at the other end. */
  readonly file: number;
  readonly line: number;
  /** The function at the other end. Untrusted text. */
  readonly name: string;
  /** Samples with this call on the stack. */
  readonly total: number;
}

/** A line with samples, or at which a function with samples begins. */
export interface HeatLine extends Heat {
  readonly line: number;
  /** Name of the function that ran in it. Untrusted text. */
  readonly name: string;
  readonly spans: readonly HeatSpan[];
  /** Where functions that begin here are called from, most first. */
  readonly callers: readonly HeatCall[];
  /** Functions called from here, most first. */
  readonly callees: readonly HeatCall[];
}

/** A Python file with samples. */
export interface HeatFile extends Heat {
  /** As the target gives it; untrusted text. */
  readonly path: string;
  /** Index of the path in the profile's strings. */
  readonly id: number;
  /** By number, in order. */
  readonly lines: ReadonlyMap<number, HeatLine>;
}

/** What of a profile belongs to lines of files. */
export interface HeatCounts {
  readonly files: readonly HeatFile[];
  /** All samples, also those outside all files. */
  readonly samples: number;
}

/** Folds a profile into files, lines, and parts of lines, with the calls between them. */
export function countHeat(profile: Profile): HeatCounts {
  const { frames, stacks, strings } = profile;
  const files = new Groups();
  const lines = new Groups();
  const spans = new Groups();
  const opcodes = new Groups();
  for (let id = 0; id < frames.length; id++) {
    const path = frames.file.at(id);
    if (frames.kind.at(id) !== PYTHON || isNoPath(strings[path] ?? "")) {
      for (const groups of [files, lines, spans, opcodes]) groups.skip();
      continue;
    }
    const file = files.put(`${path}`);
    const line = frames.line.at(id) > 0 ? lines.put(`${file} ${frames.line.at(id)}`) : lines.skip();
    const place = `${frames.column.at(id)} ${frames.endLine.at(id)} ${frames.endColumn.at(id)}`;
    const span = line < 0 ? spans.skip() : spans.put(`${line} ${place}`);
    const opcode = frames.opcode.at(id);
    if (span < 0 || opcode < 0) opcodes.skip();
    else opcodes.put(`${span} ${opcode}`);
  }
  const leaves = countLeaves(profile);
  const below = sumBelow(stacks, leaves);
  const heat = ({ of, first }: Groups): Heat[] => {
    const keyOf = stacks.frame.view().map((frame) => of[frame]!);
    const total = new Float64Array(first.length);
    addOutermost(stacks, keyOf, below, total);
    const self = new Float64Array(first.length);
    keyOf.forEach((key, stack) => key >= 0 && (self[key]! += leaves[stack]!));
    return first.map((_, group) => ({ self: self[group]!, total: total[group]! }));
  };
  const opcodesOf = gather(opcodes, spans, heat(opcodes), (id, counts) => {
    return [frames.opcode.at(id), counts] as const;
  });
  const spansOf = gather(spans, lines, heat(spans), (id, counts, span): HeatSpan => ({
    ...counts,
    column: frames.column.at(id),
    endColumn: frames.endColumn.at(id),
    endLine: frames.endLine.at(id),
    opcodes: new Map(opcodesOf[span]),
  }));
  const lineHeat = heat(lines);
  const calls = countCallsOfLines(profile, files, lines, below);
  const made = files.first.map(() => new Map<number, HeatLine>());
  const nothing = { self: 0, total: 0, spans: [] };
  const lineAt = (file: number, line: number, name: string): HeatLine => ({
    ...nothing,
    line,
    name,
    callers: calls.callers.get(`${file} ${line}`) ?? [],
    callees: [],
  });
  for (const [group, id] of lines.first.entries()) {
    if (lineHeat[group]!.total === 0) continue;
    const [file, line] = [files.of[id]!, frames.line.at(id)];
    made[file]!.set(line, {
      ...lineAt(file, line, nameOf(profile, id)),
      ...lineHeat[group]!,
      spans: spansOf[group]!.filter(({ total }) => total > 0),
      callees: calls.callees.get(group) ?? [],
    });
  }
  for (const { file, line, name } of calls.beginnings) {
    if (!made[file]!.has(line)) made[file]!.set(line, lineAt(file, line, name));
  }
  const fileHeat = heat(files);
  return {
    files: files.first.map((id, file) => ({
      ...fileHeat[file]!,
      path: strings[frames.file.at(id)] ?? "",
      id: frames.file.at(id),
      lines: new Map([...made[file]!].sort(([a], [b]) => a - b)),
    })),
    samples: leaves.reduce((sum, count) => sum + count, 0),
  };
}

/** Frames that have no file carry names like these. */
function isNoPath(path: string): boolean {
  return path === "" || path === "~";
}

function nameOf({ frames, strings }: Profile, frame: number): string {
  return strings[frames.name.at(frame)] ?? "";
}

/** Groups of frames, numbered as they come; frames are put in one after the other. */
class Groups {
  /** Group of each frame; −1 for none. */
  readonly of: number[] = [];
  /** A frame of each group. */
  readonly first: number[] = [];
  readonly #known = new Map<string, number>();

  put(key: string): number {
    let group = this.#known.get(key);
    if (group === undefined) this.#known.set(key, group = this.first.push(this.of.length) - 1);
    this.of.push(group);
    return group;
  }

  skip(): number {
    this.of.push(-1);
    return -1;
  }
}

/** Lists what was made of each inner group with the outer group that it lies in. */
function gather<T>(
  inner: Groups,
  outer: Groups,
  heat: readonly Heat[],
  make: (frame: number, heat: Heat, group: number) => T,
): T[][] {
  const lists = outer.first.map((): T[] => []);
  for (const [group, id] of inner.first.entries()) {
    lists[outer.of[id]!]!.push(make(id, heat[group]!, group));
  }
  return lists;
}

interface LineCalls {
  /** By file and line at which the called function begins. */
  readonly callers: ReadonlyMap<string, readonly HeatCall[]>;
  /** By group of lines. */
  readonly callees: ReadonlyMap<number, readonly HeatCall[]>;
  /** Where functions with samples begin. */
  readonly beginnings: readonly { file: number; line: number; name: string }[];
}

/** Calls from lines to functions; what is no Python between them is looked through. */
function countCallsOfLines(
  profile: Profile,
  files: Groups,
  lines: Groups,
  below: Float64Array,
): LineCalls {
  const { stacks, frames } = profile;
  const { functionOf, firstFrame } = groupFrames(profile);
  const frame = stacks.frame.view();
  const prefix = stacks.prefix.view();
  const callerFrame = new Int32Array(prefix.length).fill(-1);
  const callOf = new Int32Array(prefix.length).fill(-1);
  const known = new Map<number, number>();
  const ends: { caller: number; line: number; callee: number }[] = [];
  for (let stack = 0; stack < prefix.length; stack++) {
    const under = prefix[stack]!;
    if (under !== NO_STACK) {
      const below = frame[under]!;
      callerFrame[stack] = files.of[below]! >= 0 ? below : callerFrame[under]!;
    }
    const caller = callerFrame[stack]!;
    const line = caller < 0 ? -1 : lines.of[caller]!;
    if (line < 0 || files.of[frame[stack]!]! < 0 || below[stack] === 0) continue;
    const callee = functionOf[frame[stack]!]!;
    const key = line * firstFrame.length + callee;
    let call = known.get(key);
    if (call === undefined) {
      known.set(key, call = known.size);
      ends.push({ caller, line, callee });
    }
    callOf[stack] = call;
  }
  const total = new Float64Array(known.size);
  addOutermost(stacks, callOf, below, total);

  const begins = findBeginnings(profile, functionOf, firstFrame.length);
  const callers = new Map<string, HeatCall[]>();
  const callees = new Map<number, HeatCall[]>();
  for (const [call, { caller, line, callee }] of ends.entries()) {
    const file = files.of[firstFrame[callee]!]!;
    const begin = begins[callee]!;
    const to = { file, line: begin, name: nameOf(profile, firstFrame[callee]!) };
    push(callees, line, { ...to, total: total[call]! });
    push(callers, `${file} ${begin}`, {
      file: files.of[caller]!,
      line: frames.line.at(caller),
      name: nameOf(profile, caller),
      total: total[call]!,
    });
  }
  for (const lists of [callers, callees]) {
    for (const list of lists.values()) list.sort((a, b) => b.total - a.total);
  }
  const called = new Set(ends.map(({ callee }) => callee));
  const beginnings = [...called].flatMap((callee) => {
    const [id, line] = [firstFrame[callee]!, begins[callee]!];
    return line > 0 ? [{ file: files.of[id]!, line, name: nameOf(profile, id) }] : [];
  });
  return { callers, callees, beginnings };
}

/** First line of each function: as it is recorded, else the first one seen. */
function findBeginnings({ frames }: Profile, functionOf: Int32Array, functions: number): number[] {
  const begins = new Array<number>(functions).fill(0);
  for (let id = 0; id < frames.length; id++) {
    const fn = functionOf[id]!;
    const line = frames.firstLine.at(id) || frames.line.at(id);
    if (line > 0 && (begins[fn] === 0 || line < begins[fn]!)) begins[fn] = line;
  }
  return begins;
}

function push<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
