/**
 * Collapsed (folded) stacks: a line for each stack, root first, frames joined by `;`, a blank and the
 * count. Ours, CPython's and those of Brendan Gregg's FlameGraph tools, whose frames are any text.
 */

import type { Profile, SampleBatch } from "../../profile/profile.ts";
import { Column, NO_STACK } from "../../profile/tables.ts";
import type { ByteSource } from "../byte_source.ts";
import { createForeign, type InputFault, NO_SAMPLES, type StackInput } from "./input.ts";
import { type ForeignFrame, Interner, kindOfName } from "./interner.ts";

/** Bytes read at once. */
const CHUNK = 1024 * 1024;
/** A line that is longer is none. */
const LONGEST_LINE = 16 * 1024 * 1024;
/** Lines looked at to tell what a file is. */
const FIRST_LINES = 50;
const MOST_COUNT = 0x7fff_ffff;

const THREAD = /^tid:(\d{1,10})$/;
/** `file.py:function:line`, the line absent where it was left out. */
const OURS = /^([^:]+):(.+?)(?::(\d{1,9}))?$/s;
/** `function (file.py:line)`, as py-spy writes it. */
const IN_BRACKETS = /^(.+) \(([^()]+):(\d{1,9})\)$/s;
const PYTHON_FILE = /\.pyw?$|^<.+>$/;
const ESCAPE = /\\(?:\\|x([0-9a-f]{2})|u([0-9a-f]{4}))/g;

/** A line in parts. */
interface Line {
  readonly stack: string;
  /** Absent in files that have a line for every sample. */
  readonly count?: number;
}

/** Whether text looks like the beginning of such a file. */
export function looksCollapsed(text: string, whole: boolean): boolean {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x08]/.test(text)) return false;
  const lines = text.split("\n");
  if (!whole) lines.pop();
  const seen = lines.filter((line) => line.trim() !== "").slice(0, FIRST_LINES);
  const counted = seen.filter((line) => splitLine(line).count !== undefined).length;
  return seen.length > 0 &&
    (counted * 2 > seen.length || counted === 0 && seen.every((line) => line.includes(";")));
}

/** Opens such a file. */
export function openCollapsed(source: ByteSource, head: string): StackInput | InputFault {
  const profile = createForeign("collapsed stacks", { allThreads: /^tid:\d+;/.test(head) });
  const reader = new CollapsedReader(profile);
  let done = 0;
  return {
    kind: "collapsed",
    knows: "counts",
    profile,
    *read(): Iterable<SampleBatch> {
      for (const { lines, at } of readLines(source)) {
        for (const line of lines) reader.add(line);
        done = at;
        yield NO_SAMPLES;
      }
      reader.finish();
    },
    progress: () => source.size === 0 ? 1 : done / source.size,
    summary: () => ({ durationUs: 0, ending: "target-ended" }),
    notes: () => reader.notes,
  };
}

/** Lines in chunks, and how far they go. One that is too long is handed on empty. */
function* readLines(source: ByteSource): Generator<{ lines: readonly string[]; at: number }> {
  const decoder = new TextDecoder();
  let rest = "";
  for (let at = 0; at < source.size;) {
    const bytes = source.readAt(at, CHUNK);
    if (bytes.length === 0) break;
    at += bytes.length;
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) rest = rest.slice(0, 0);
    yield { lines, at };
  }
  yield { lines: [rest + decoder.decode()], at: source.size };
}

function splitLine(line: string): Line {
  const text = line.trimEnd();
  const blank = Math.max(text.lastIndexOf(" "), text.lastIndexOf("\t"));
  const digits = text.slice(blank + 1);
  if (blank < 1 || !/^\d{1,18}(?:\.\d{1,18})?$/.test(digits)) return { stack: text };
  return { stack: text.slice(0, blank).trimEnd(), count: Number(digits) };
}

/** Collects lines into a profile. */
class CollapsedReader {
  readonly notes: string[] = [];
  readonly #interner: Interner;
  readonly #threads = new Map<number, number>();
  /** Frame of each text. */
  readonly #frames = new Map<string, number>();
  /** By thread: counts by stack, which may be larger than a profile can hold. */
  readonly #counts: Map<number, number>[] = [];
  #counted = 0;
  #uncounted = 0;

  constructor(readonly profile: Profile) {
    this.#interner = new Interner(profile);
  }

  add(line: string): void {
    const { stack: text, count } = splitLine(line);
    if (text === "") return;
    if (count === undefined) this.#uncounted++;
    else this.#counted++;
    // Lines without a count are samples where no line has one, and mistakes elsewhere.
    if (count === undefined && this.#counted > 0) return;
    const frames = text.split(";");
    const tid = THREAD.exec(frames[0]!)?.[1];
    const thread = this.#thread(Number(tid ?? 0));
    let stack = NO_STACK;
    for (const frame of tid === undefined ? frames : frames.slice(1)) {
      stack = this.#interner.stack(stack, this.#frame(frame));
    }
    if (stack === NO_STACK) return;
    const counts = this.#counts[thread]!;
    counts.set(stack, (counts.get(stack) ?? 0) + (count ?? 1));
  }

  /** Puts the counts into the profile, made smaller where they are too large for it. */
  finish(): void {
    const { profile } = this;
    let largest = 0;
    for (const counts of this.#counts) {
      for (const count of counts.values()) largest = Math.max(largest, count);
    }
    const divisor = largest > MOST_COUNT ? 10 ** Math.ceil(Math.log10(largest / MOST_COUNT)) : 1;
    for (const [thread, counts] of this.#counts.entries()) {
      const column = profile.counts[thread] = new Column();
      for (const [stack, count] of counts) {
        const scaled = Math.round(count / divisor);
        if (scaled === 0) continue;
        column.set(stack, scaled);
        profile.quality.samples += scaled;
      }
    }
    if (divisor > 1) this.notes.push(`Counts were divided by ${divisor}, as they are very large.`);
    if (this.#counted > 0 && this.#uncounted > 0) {
      this.notes.push(`Lines without a count were left out: ${this.#uncounted}.`);
    }
  }

  #thread(tid: number): number {
    let thread = this.#threads.get(tid);
    if (thread === undefined) {
      const main = this.#threads.size === 0;
      thread = this.profile.threads.push({ tid, name: "", interpreter: 0, main }) - 1;
      this.#threads.set(tid, thread);
      this.#counts[thread] = new Map();
    }
    return thread;
  }

  #frame(text: string): number {
    let frame = this.#frames.get(text);
    if (frame === undefined) {
      frame = this.#interner.frame(parseFrame(text));
      this.#frames.set(text, frame);
    }
    return frame;
  }
}

/** What the text of a frame says; text of unknown make is a name. */
export function parseFrame(text: string): ForeignFrame {
  const [, bracketed, place, at] = IN_BRACKETS.exec(text) ?? [];
  if (bracketed !== undefined && place !== undefined) {
    return { file: place, name: bracketed, line: Number(at), kind: "python" };
  }
  const [, file, name, line] = OURS.exec(text) ?? [];
  if (file !== undefined && name !== undefined && (line !== undefined || isPythonFile(file))) {
    return {
      file: unescape(file),
      name: unescape(name),
      line: Number(line ?? 0),
      kind: "python",
    };
  }
  if (isPythonFile(text) && kindOfName(text) === "synthetic" && !text.startsWith("<")) {
    return { file: unescape(text), name: "", line: 0, kind: "python" };
  }
  return { file: "~", name: unescape(text), line: 0, kind: kindOfName(text) };
}

function isPythonFile(text: string): boolean {
  return PYTHON_FILE.test(text);
}

/** Undoes our escapes; text in which a backslash means anything else stays as it is. */
function unescape(text: string): string {
  if (!text.includes("\\") || text.replace(ESCAPE, "").includes("\\")) return text;
  return text.replace(
    ESCAPE,
    (_, x?: string, u?: string) =>
      x === undefined && u === undefined ? "\\" : String.fromCharCode(parseInt((x ?? u)!, 16)),
  );
}
