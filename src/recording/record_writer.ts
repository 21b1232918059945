import type { Profile, SampleBatch } from "../profile/profile.ts";
import { statusOf } from "../profile/profile.ts";
import { NO_STACK, type StackTable } from "../profile/tables.ts";
import { ByteWriter } from "./byte_writer.ts";
import { MOST_FRAMES, RECORD } from "./tach.ts";

/** What a turn changes for the records of one thread id, from one record on. */
export const TURN = {
  /** They belong to another thread of the profile than the last one defined with that id. */
  thread: 0,
  /** Their stacks stand on so many frames more: the stack beneath, or none. */
  root: 1,
} as const;

/** What readers of the format know of a thread id of an interpreter, and what they are to be told. */
interface Line {
  readonly tid: number;
  readonly interpreter: number;
  /** The profile's thread that its samples belong to. */
  thread: number;
  stack: number;
  /** Frames beneath those that the format holds, as a stack. */
  root: number;
  time: number;
  /** Samples of the same stack that wait: differences of time, and states. */
  readonly repeats: ByteWriter;
  repeatCount: number;
}

/** Encodes samples as TACH records. A record costs what has changed in the stack, not its depth. */
export class RecordWriter {
  /** Records that are complete. */
  readonly #records = new ByteWriter(64 * 1024);
  /** What our reader must know about them: record number (from the turn before), kind, value + 1. */
  readonly #turns = new ByteWriter();
  #recordCount = 0;
  #turnAt = 0;
  readonly #lines = new Map<string, Line>();
  readonly #lineOf: Line[] = [];
  #waiting = 0;
  readonly #depths = new Depths();
  /** Samples encoded so far. */
  samples = 0;

  /** Threads that a reader tells apart. */
  get threads(): number {
    return this.#lines.size;
  }

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#records.length + this.#waiting;
  }

  add(profile: Profile, batch: SampleBatch, i: number): void {
    const thread = batch.thread[i]!;
    const stack = batch.stack[i]!;
    const line = this.#lineOf[thread] ??= this.#open(profile, thread);
    const time = Math.round(batch.time[i]!);
    const status = statusOf(batch.flags[i]!);
    this.samples++;
    if (stack === line.stack && thread === line.thread) {
      const before = line.repeats.length;
      line.repeats.wrapping(time - line.time);
      line.repeats.u8(status);
      line.repeatCount++;
      this.#waiting += line.repeats.length - before;
    } else {
      this.#repeat(line);
      if (thread !== line.thread) this.#turn(TURN.thread, line.thread = thread);
      this.#change(line, profile.stacks, stack, time, status);
    }
    line.time = time;
  }

  /** All records so far and what goes with them, whole and in a readable order. */
  take(): { readonly records: Uint8Array<ArrayBuffer>; readonly turns: ByteWriter } {
    for (const line of this.#lines.values()) this.#repeat(line);
    const turns = new ByteWriter(this.#turns.length);
    turns.bytes(this.#turns.view());
    this.#turns.length = this.#recordCount = this.#turnAt = 0;
    return { records: this.#records.take(), turns };
  }

  #open(profile: Profile, thread: number): Line {
    const { tid, interpreter } = profile.threads[thread]!;
    const key = `${tid} ${interpreter}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = {
        tid,
        interpreter,
        // A reader cannot know which thread it is: others may have the same number.
        thread: -1,
        stack: NO_STACK,
        root: NO_STACK,
        time: 0,
        repeats: new ByteWriter(64),
        repeatCount: 0,
      };
      this.#lines.set(key, line);
    }
    return line;
  }

  #turn(kind: number, value: number): void {
    this.#turns.varint(this.#recordCount - this.#turnAt);
    this.#turns.u8(kind);
    this.#turns.varint(value + 1);
    this.#turnAt = this.#recordCount;
  }

  #head(line: Line, kind: number): void {
    this.#records.u64(line.tid);
    this.#records.u32(line.interpreter);
    this.#records.u8(kind);
    this.#recordCount++;
  }

  #repeat(line: Line): void {
    if (line.repeatCount === 0) return;
    this.#head(line, RECORD.repeat);
    this.#records.varint(line.repeatCount);
    this.#records.bytes(line.repeats.view());
    this.#waiting -= line.repeats.length;
    line.repeats.length = line.repeatCount = 0;
  }

  #change(line: Line, stacks: StackTable, stack: number, time: number, status: number): void {
    this.#depths.update(stacks);
    const depth = this.#depths.of(stack);
    const base = Math.max(0, depth - MOST_FRAMES);
    const baseBefore = Math.max(0, this.#depths.of(line.stack) - MOST_FRAMES);
    // Frames that stay count from the lowest one that the format has of both.
    const common = base === baseBefore ? this.#common(stacks, stack, line.stack) - base : 0;
    if (common > 0) {
      const pop = this.#depths.of(line.stack) - base - common;
      this.#head(line, pop === 0 ? RECORD.suffix : RECORD.popPush);
      this.#records.wrapping(time - line.time);
      this.#records.u8(status);
      this.#records.varint(pop === 0 ? common : pop);
      this.#putFrames(stacks, stack, depth - base - common);
    } else {
      const root = this.#putRoot(stacks, stack, base, line.root);
      line.root = root;
      this.#head(line, RECORD.full);
      this.#records.wrapping(time - line.time);
      this.#records.u8(status);
      this.#putFrames(stacks, stack, depth - base);
    }
    line.stack = stack;
  }

  #putRoot(stacks: StackTable, stack: number, base: number, before: number): number {
    let root = base === 0 ? NO_STACK : stack;
    for (let depth = base + MOST_FRAMES; base > 0 && depth > base; depth--) {
      root = stacks.prefix.at(root);
    }
    if (root !== before) this.#turn(TURN.root, root);
    return root;
  }

  /** Writes the innermost frames of a stack after their number. */
  #putFrames(stacks: StackTable, stack: number, count: number): void {
    this.#records.varint(count);
    for (let at = stack, left = count; left > 0; left--, at = stacks.prefix.at(at)) {
      this.#records.varint(stacks.frame.at(at));
    }
  }

  /** Depth of the highest stack that two stand on. */
  #common(stacks: StackTable, a: number, b: number): number {
    let [high, low] = [a, b];
    let depth = this.#depths.of(high);
    let other = this.#depths.of(low);
    for (; depth > other; depth--) high = stacks.prefix.at(high);
    for (; other > depth; other--) low = stacks.prefix.at(low);
    for (; high !== low; depth--) {
      high = stacks.prefix.at(high);
      low = stacks.prefix.at(low);
    }
    return depth;
  }
}

/** How deep each stack of a table is, in frames. */
class Depths {
  #depths = new Int32Array(1024);
  #known = 0;

  update(stacks: StackTable): void {
    const { length } = stacks;
    if (length > this.#depths.length) {
      const grown = new Int32Array(Math.max(length, this.#depths.length * 2));
      grown.set(this.#depths);
      this.#depths = grown;
    }
    for (; this.#known < length; this.#known++) {
      const prefix = stacks.prefix.at(this.#known);
      this.#depths[this.#known] = prefix === NO_STACK ? 1 : this.#depths[prefix]! + 1;
    }
  }

  of(stack: number): number {
    return stack === NO_STACK ? 0 : this.#depths[stack]!;
  }
}
