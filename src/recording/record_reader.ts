import { type Profile, STATUS, STATUS_SHIFT } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";
import type { ByteReader } from "./byte_reader.ts";
import { Damage } from "./damage.ts";
import { MOST } from "./limits.ts";
import { TURN } from "./record_writer.ts";
import type { StackIndex } from "./stack_index.ts";
import { MOST_FRAMES, RECORD } from "./tach.ts";
import type { TimeOrder } from "../profile/time_order.ts";

/** The longest record but for repeats; and the longest repeat of one. */
const MOST_RECORD = 13 + 3 * 10 + 1 + 10 * MOST_FRAMES;
const MOST_REPEAT = 11;
/** Room for pieces that are a little longer. */
const SPARE = 4096;

/** What is known of a thread id of an interpreter. */
interface Line {
  readonly low: number;
  readonly high: number;
  readonly interpreter: number;
  /** The profile's thread; −1 until its first sample. */
  thread: number;
  /** Frames beneath those of the record, as a stack. */
  root: number;
  time: number;
  depth: number;
  /** By depth, root first: the frame, and the stack up to it. */
  frames: Int32Array;
  stacks: Int32Array;
}

/** Decodes TACH records into samples. Stacks are looked up from the first frame that has changed. */
export class RecordReader {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Room for what is held and what comes, used again and again. */
  #joined: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  readonly #lines = new Map<number, Line[]>();
  #line: Line | undefined;
  /** Samples left of a repeat. */
  #repeats = 0;
  #threads = 0;
  readonly #pushed = new Int32Array(MOST_FRAMES);
  /** What is to be known of the records that come. */
  #turns: ByteReader | undefined;
  #turnAt = Infinity;
  #record = 0;
  samples = 0;

  /**
   * @param mostSamples more than that are damage.
   * @param hidden frames that stacks do not show.
   */
  constructor(
    readonly profile: Profile,
    readonly index: StackIndex,
    readonly order: TimeOrder,
    readonly littleEndian: boolean,
    readonly mostSamples: number,
    readonly hidden: ReadonlySet<number> = new Set(),
  ) {}

  /** Begins a group of records, with what `RecordWriter` told of them. */
  begin(turns: ByteReader | undefined): void {
    this.#turns = turns;
    this.#record = 0;
    this.#turnAt = 0;
    this.#nextTurn();
  }

  /**
   * Decodes as far as the bytes go.
   * @param last no more will follow: all must be used up.
   * @throws Damage
   */
  feed(bytes: Uint8Array, last: boolean): void {
    this.#append(bytes);
    const end = this.#bytes.length;
    for (;;) {
      while (this.#repeats > 0) {
        const left = end - this.#at;
        if (left < MOST_REPEAT && (!last || left === 0)) return this.#finish(last);
        const line = this.#line!;
        line.time += this.#wrapping();
        this.#sample(line, this.#bytes[this.#at++] ?? 0);
        this.#repeats--;
      }
      const left = end - this.#at;
      if (left < MOST_RECORD && (!last || left === 0)) return this.#finish(last);
      if (left < 14) throw new Damage("the samples end in the middle of one");
      this.#readRecord();
      if (this.#at > end) throw new Damage("the samples end in the middle of one");
    }
  }

  /** Keeps what could not be decoded yet in front of what comes. */
  #append(bytes: Uint8Array): void {
    const held = this.#bytes.length - this.#at;
    if (held === 0) this.#bytes = bytes;
    else {
      const length = held + bytes.length;
      if (length > this.#joined.length) this.#joined = new Uint8Array(length + SPARE);
      // What is held has been copied before.
      this.#joined.set(this.#bytes.subarray(this.#at));
      this.#joined.set(bytes, held);
      this.#bytes = this.#joined.subarray(0, length);
    }
    this.#at = 0;
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  #finish(last: boolean): void {
    if (last && this.#repeats > 0) throw new Damage("the samples end in the middle of one");
    // The bytes may be overwritten when we return.
    this.#bytes = this.#bytes.slice(this.#at);
    this.#at = 0;
  }

  #readRecord(): void {
    const low = this.#view.getUint32(this.#at + (this.littleEndian ? 0 : 4), this.littleEndian);
    const high = this.#view.getUint32(this.#at + (this.littleEndian ? 4 : 0), this.littleEndian);
    const interpreter = this.#view.getUint32(this.#at + 8, this.littleEndian);
    const kind = this.#bytes[this.#at + 12]!;
    this.#at += 13;
    const line = this.#lineOf(low, high, interpreter);
    this.#line = line;
    while (this.#record === this.#turnAt) this.#turn(line);
    this.#record++;
    if (kind === RECORD.repeat) {
      this.#repeats = this.#varint();
      return;
    }
    if (kind > RECORD.popPush) throw new Damage(`a record of an unknown kind ${kind}`);
    line.time += this.#wrapping();
    const status = this.#bytes[this.#at++] ?? 0;
    if (kind === RECORD.full) line.depth = 0;
    else {
      const frames = this.#varint();
      if (kind === RECORD.popPush) line.depth = Math.max(0, line.depth - frames);
      else if (frames > line.depth) throw new Damage("a stack shares more frames than there are");
      else line.depth = frames;
    }
    this.#push(line);
    this.#sample(line, status);
  }

  /** Puts the frames of a record on the stack of its thread. */
  #push(line: Line): void {
    const count = this.#varint();
    if (count > MOST_FRAMES - line.depth) throw new Damage("a stack is too deep");
    const frameCount = this.profile.frames.length;
    for (let i = 0; i < count; i++) {
      const frame = this.#varint();
      if (frame >= frameCount) throw new Damage(`frame ${frame} in a table of ${frameCount}`);
      this.#pushed[i] = frame;
    }
    let depth = line.depth;
    if (depth + count > line.frames.length) {
      const room = Math.min(MOST_FRAMES, Math.max(16, 2 * (depth + count)));
      const { frames, stacks } = line;
      line.frames = new Int32Array(room);
      line.frames.set(frames);
      line.stacks = new Int32Array(room).fill(-1);
      line.stacks.set(stacks);
    }
    const { frames, stacks } = line;
    let stack = depth === 0 ? line.root : stacks[depth - 1]!;
    let same = true;
    for (let i = count - 1; i >= 0; i--, depth++) {
      const frame = this.#pushed[i]!;
      // What stood here before, on the same callers, needs no look-up.
      if (same && frames[depth] === frame && stacks[depth]! >= 0) stack = stacks[depth]!;
      else {
        if (same) stacks.fill(-1, depth);
        same = false;
        if (!this.hidden.has(frame)) stack = this.index.push(stack, frame);
        frames[depth] = frame;
        stacks[depth] = stack;
      }
    }
    line.depth = depth;
    if (this.index.stacks.length > MOST.stacks) throw new Damage("too many different stacks");
  }

  #sample(line: Line, status: number): void {
    if (this.#at > this.#bytes.length) throw new Damage("the samples end in the middle of one");
    if (this.samples >= this.mostSamples) {
      throw new Damage(`more samples than the ${this.mostSamples} that there should be`);
    }
    this.samples++;
    if (line.thread < 0) line.thread = this.#addThread(line, status);
    const stack = line.depth === 0 ? NO_STACK : line.stacks[line.depth - 1]!;
    this.order.push(line.time, line.thread, stack, (status & 63) << STATUS_SHIFT);
  }

  #addThread({ low, high, interpreter }: Line, status: number): number {
    const main = interpreter === 0 && (status & STATUS.main) !== 0;
    const tid = high * 0x1_0000_0000 + low;
    return this.profile.threads.push({ tid, name: "", interpreter, main }) - 1;
  }

  #turn(line: Line): void {
    const turns = this.#turns!;
    const kind = turns.u8();
    const value = turns.varint() - 1;
    if (kind === TURN.thread && value >= 0 && value < this.profile.threads.length) {
      line.thread = value;
    } else if (kind === TURN.root && value < this.index.stacks.length) {
      line.root = value;
      line.stacks.fill(-1);
      line.depth = 0;
    } else throw new Damage("a record belongs to what is not there");
    this.#nextTurn();
  }

  #nextTurn(): void {
    const turns = this.#turns;
    if (turns === undefined || turns.left === 0) this.#turnAt = Infinity;
    else this.#turnAt += turns.varint();
  }

  #lineOf(low: number, high: number, interpreter: number): Line {
    const known = this.#line;
    if (known?.low === low && known.high === high && known.interpreter === interpreter) {
      return known;
    }
    const hash = low ^ Math.imul(high, 31) ^ Math.imul(interpreter, 0x9e3779b1);
    let lines = this.#lines.get(hash);
    if (lines === undefined) this.#lines.set(hash, lines = []);
    for (const line of lines) {
      if (line.low === low && line.high === high && line.interpreter === interpreter) return line;
    }
    if (++this.#threads > MOST.threads) throw new Damage("too many threads");
    const line: Line = {
      low,
      high,
      interpreter,
      thread: -1,
      root: NO_STACK,
      time: 0,
      depth: 0,
      frames: new Int32Array(0),
      stacks: new Int32Array(0),
    };
    lines.push(line);
    return line;
  }

  /** LEB128 of up to 64 bits; beyond the end of the bytes all are 0, which the caller notices. */
  #varint(): number {
    let byte = this.#bytes[this.#at++] ?? 0;
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let scale = 128; byte >= 128; scale *= 128) {
      if (scale >= 2 ** 64) throw new Damage("a number has more than 64 bits");
      byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 127) * scale;
    }
    return value;
  }

  /** A difference of times: an unsigned number of 64 bits that wraps around below 0. */
  #wrapping(): number {
    const start = this.#at;
    const value = this.#varint();
    if (value < 2 ** 63) return value;
    // Such a number is not exact as it stands, but what it lacks to 2^64 is.
    let lacking = 1;
    for (let at = start, scale = 1; at < this.#at; at++, scale *= 128) {
      const most = scale === 2 ** 63 ? 1 : 127;
      lacking += (most - (this.#bytes[at]! & most)) * scale;
    }
    return -lacking;
  }
}
