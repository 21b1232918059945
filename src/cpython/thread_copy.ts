import { type Address, DENIED, GONE, Ranges } from "../../ffi/process.ts";
import { DataStack } from "./data_stack.ts";
import type { Runtime, ThreadState } from "./runtime.ts";

/** How a fetch came out. */
export const FETCHED = 0;
/** What to read has changed (a new chunk, a larger window): fetch again. */
export const REARRANGED = 1;
/** The thread state is not what it was: list the threads anew. */
export const THREAD_LOST = 2;
/** The process has ended. */
export const PROCESS_LOST = 3;
/** The operating system refuses all of a sudden: the target has changed its user or started another program. */
export const ACCESS_LOST = 4;

/** Frames outside chunks that are fetched ahead; the rest is fetched when met. */
const MOST_OUTSIDE = 64;
/** Frames outside chunks that can be fetched one by one within one reading. */
export const MOST_LATE = 512;

/**
 * A copy of everything that a stack of one thread is made of, taken by one vectored read in this
 * order: the thread state (its `current_frame` is the moment of the sample, and comes first of all: to
 * touch what lies beside it before makes the target stumble just there, and short functions come out
 * too small), the data-stack chunks from the root upwards, frames outside the data stack (generators,
 * entries from C), the thread's status, and the counter of freed code objects. The sooner a frame is read after the thread state, the less can have happened to
 * it. The copy before is kept, to tell what has changed.
 */
export class ThreadCopy {
  bytes: Uint8Array = new Uint8Array(0);
  words: Uint32Array = new Uint32Array(0);
  /** The copy of the fetch before; of the same arrangement only if `comparable`. */
  earlier: Uint8Array = new Uint8Array(0);
  earlierWords: Uint32Array = new Uint32Array(0);
  /** The copies from the chunks' start on, for comparing. */
  chunkBytes: Uint8Array = new Uint8Array(0);
  earlierChunkBytes: Uint8Array = new Uint8Array(0);
  /** True when `earlier` has the same arrangement as `bytes`. */
  comparable = false;
  /** Bytes of the copy that were really read. */
  limit = 0;

  /** What to keep of the low half of an executable: from 3.14 on its low bits are a tag. */
  readonly executableMask: number;
  /** Where the chunks begin. */
  readonly chunksAt: number;
  /** Where they end and the frames outside begin. */
  outsideAt = 0;
  #generationAt = -1;
  outsideCount = 0;
  readonly outsideAddress: Float64Array = new Float64Array(MOST_OUTSIDE);
  /** 0: asked for since the last `relax`; 2: not yet. */
  readonly #outsideAge: Int32Array = new Int32Array(MOST_OUTSIDE);

  /** The chunks that are copied. */
  readonly dataStack: DataStack = new DataStack();

  /** What was read for this thread together with others, and whether it is new. */
  offered: Uint8Array = new Uint8Array(0);
  isOffered = false;

  #leftOut: Address = 0;
  #arrangement = 0;
  /** The arrangement that `bytes` is of. */
  #filled = -1;
  #dirty = true;
  #capacity = 0;
  #ranges = new Ranges(16);
  /** The current frame and what stacks are made of, but not the rest of the thread state. */
  #brief = new Ranges(16);
  /** Words of the copy in which the rest of the thread state was read last. */
  #stateWords: Uint32Array = new Uint32Array(0);
  #late = 0;
  /** A brief reading came short: the next one must see what has changed. */
  #isLost = false;
  readonly #lateRange = new Ranges(1);
  readonly #slotBytes: number;

  /** Offset in the thread state from which on it is read. */
  readonly #threadFrom: number;
  #statusAt = -1;

  /** @param watchesStatus read the thread's status word, too. */
  constructor(
    readonly runtime: Runtime,
    readonly thread: ThreadState,
    readonly watchesStatus = true,
  ) {
    const { layout } = runtime;
    this.#threadFrom = layout.thread.currentFrame;
    this.executableMask = layout.minor >= 14 ? ~3 : ~0;
    this.chunksAt = align(layout.thread.window - this.#threadFrom);
    this.#slotBytes = align(layout.frame.size);
  }

  /**
   * Takes a new copy; the one before becomes `earlier`.
   * @param watch see that thread and chunks are still the same, and read the count of freed code objects;
   * else that is left to readings a few microseconds before and after.
   */
  fetch(watch: boolean): number {
    if (this.#isStale()) this.#arrange();
    if (!watch && !this.watchesStatus && !this.#isLost && this.#filled === this.#arrangement) {
      return this.#fetchBriefly();
    }
    this.#isLost = false;
    this.#turn();
    this.#stateWords = this.words;
    const read = this.runtime.process.read(this.rangesToRead(watch), this.bytes);
    this.limit = read;
    if (read === this.#ranges.bytes) return this.#follow();
    this.comparable = false;
    if (read === GONE) return PROCESS_LOST;
    if (read === DENIED) return ACCESS_LOST;
    if (read < this.chunksAt) return THREAD_LOST;
    if (read >= this.outsideAt) return this.#forgetOutside();
    // A chunk above the current one has been given back: what is needed may still be there.
    return this.#follow();
  }

  #fetchBriefly(): number {
    this.#turn();
    const read = this.runtime.process.read(this.#brief, this.bytes);
    if (read === this.#brief.bytes) {
      this.limit = read + this.#brief.gap;
      return FETCHED;
    }
    this.limit = 0;
    this.comparable = false;
    this.#isLost = true;
    return REARRANGED;
  }

  /** Takes over what was read for it in a group, as if it had been fetched. */
  adopt(): number {
    this.#turn();
    this.#stateWords = this.words;
    this.bytes.set(this.offered);
    this.limit = this.offered.length;
    return this.#follow();
  }

  /** True if the thread state was not read with the copy. */
  #isBrief(): boolean {
    return this.#stateWords !== this.words;
  }

  /** Counts how often the ranges have been arranged anew, up to now. */
  arrangement(): number {
    if (this.#isStale()) this.#arrange();
    return this.#arrangement;
  }

  /**
   * What to read, in the arrangement of now.
   * @param watch with the count of freed code objects, which comes last.
   */
  rangesToRead(watch: boolean): Ranges {
    if (this.#generationAt >= 0) {
      this.#ranges.count = watch ? this.#ranges.capacity : this.#ranges.capacity - 1;
      this.#ranges.bytes = watch ? this.#generationAt + 8 : this.#generationAt;
    }
    return this.#ranges;
  }

  /** Makes the copy the earlier one, and room for the next. */
  #turn(): void {
    [this.bytes, this.earlier] = [this.earlier, this.bytes];
    [this.words, this.earlierWords] = [this.earlierWords, this.words];
    [this.chunkBytes, this.earlierChunkBytes] = [this.earlierChunkBytes, this.chunkBytes];
    this.#late = 0;
    this.isOffered = false;
    this.comparable = this.isCurrent();
    this.#filled = this.#arrangement;
  }

  #isStale(): boolean {
    return this.#dirty || this.dataStack.changed;
  }

  /** True if the copy is of the arrangement of now. */
  isCurrent(): boolean {
    return !this.#isStale() && this.#filled === this.#arrangement;
  }

  /** The interpreter's count of freed code objects; −1 where there is none, or it was not read. */
  generation(): number {
    const at = this.#generationAt;
    return at < 0 || at + 8 > this.limit ? -1 : this.words[at >> 2]!;
  }

  /** The frame that was current when the reading began. */
  currentFrame(): Address {
    return this.pointer(0);
  }

  /** A pointer of the thread state behind `current_frame`, by its offset there, as it was read last. */
  threadField(offset: number): Address {
    const at = (offset - this.#threadFrom) >> 2;
    return this.#stateWords[at]! + this.#stateWords[at + 1]! * 0x1_0000_0000;
  }

  /** The thread's status word; −1, all bits set, if it was not read. */
  status(): number {
    const at = this.#statusAt;
    return at < 0 || at + 8 > this.limit ? -1 : this.words[at >> 2]!;
  }

  /** True if the same frame was current in the copy before. */
  isSameFrame(): boolean {
    return this.words[0] === this.earlierWords[0] && this.words[1] === this.earlierWords[1];
  }

  /** The pointer at an offset of the copy. */
  pointer(offset: number): Address {
    const at = offset >> 2;
    return this.words[at]! + this.words[at + 1]! * 0x1_0000_0000;
  }

  /**
   * Offset in the copy of the frame at an address.
   * @returns −1: the frame is not in the copy and cannot be fetched; −2: fetch again, the arrangement
   * has been widened to take it in.
   */
  locate(address: Address): number {
    const size = this.#slotBytes;
    const inChunk = this.dataStack.locate(address, size);
    if (inChunk >= 0) return inChunk + size <= this.limit ? inChunk : -1;
    if (inChunk !== -1) return inChunk === -2 ? -2 : -1;
    const known = this.#findOutside(address);
    if (known < 0 && this.#isBrief()) {
      // It may lie in a chunk that is new.
      this.#isLost = true;
      return -2;
    }
    const at = this.outsideAt + known * size;
    return known >= 0 && at + size <= this.limit ? at : this.#fetchLate(address);
  }

  /**
   * Where the data stack ends below a frame at an address: there, or at the end of the chunk before if
   * it is the first of its chunk. 0 if it is in no chunk.
   */
  endBelow(address: Address): Address {
    return this.dataStack.endBelow(address, this.words);
  }

  /** True if an offset belongs to the data stack. */
  isInChunk(at: number): boolean {
    return at < this.outsideAt;
  }

  /** Once in a while: stop copying what has not been used for two periods. */
  relax(): void {
    this.dataStack.relax();
    for (let i = this.outsideCount - 1; i >= 0; i--) {
      if (this.#outsideAge[i]! > 1) this.#removeOutside(i);
      else this.#outsideAge[i] = 2;
    }
  }

  /** Checks the thread state that was just read and follows the data stack to where it is now. */
  #follow(): number {
    const { thread } = this.runtime.layout;
    const tid = this.words[(thread.nativeId - this.#threadFrom) >> 2];
    if (tid !== this.thread.tid) return THREAD_LOST;
    const chunk = this.threadField(thread.chunk);
    if (chunk === 0) return FETCHED;
    const top = this.threadField(thread.chunkTop);
    return this.dataStack.follow(this.runtime.reader, chunk, top) ? FETCHED : REARRANGED;
  }

  /**
   * Stops fetching a frame ahead: the entry at the root of the thread. While the frames above it do not
   * change, neither does it, and then nobody asks for it.
   */
  leaveOut(address: Address): void {
    if (this.#leftOut === address) return;
    this.#leftOut = address;
    const known = this.#findOutside(address);
    if (known >= 0) this.#removeOutside(known);
  }

  #findOutside(address: Address): number {
    for (let i = 0; i < this.outsideCount; i++) {
      if (this.outsideAddress[i] === address) {
        this.#outsideAge[i] = 0;
        return i;
      }
    }
    return -1;
  }

  /** Fetches one frame behind the copy, and remembers it for the next time. */
  #fetchLate(address: Address): number {
    if (!(address > 0) || address % 8 !== 0 || this.#late >= MOST_LATE) return -1;
    const size = this.#slotBytes;
    const at = this.#ranges.bytes + this.#late * size;
    this.#lateRange.clear();
    this.#lateRange.push(address, this.runtime.layout.frame.size);
    const into = this.bytes.subarray(at, at + size);
    if (this.runtime.process.read(this.#lateRange, into) < this.runtime.layout.frame.size) {
      return -1;
    }
    this.#late++;
    this.#rememberOutside(address);
    return at;
  }

  #rememberOutside(address: Address): void {
    if (address === this.#leftOut || this.#findOutside(address) >= 0) return;
    let place = this.outsideCount;
    if (place === MOST_OUTSIDE) {
      place = this.#outsideAge.indexOf(Math.max(...this.#outsideAge));
    } else this.outsideCount++;
    this.outsideAddress[place] = address;
    this.#outsideAge[place] = 0;
    this.#dirty = true;
  }

  #removeOutside(place: number): void {
    const last = --this.outsideCount;
    this.outsideAddress[place] = this.outsideAddress[last]!;
    this.#outsideAge[place] = this.#outsideAge[last]!;
    this.#dirty = true;
  }

  /** A frame's memory is not mapped any more: which one is not known, all are met again if they live. */
  #forgetOutside(): number {
    this.outsideCount = 0;
    this.#dirty = true;
    return REARRANGED;
  }

  /** Lays out the copy and the ranges to read. */
  #arrange(): void {
    const { layout } = this.runtime;
    const { codeGeneration } = layout.interpreter;
    const ranges = new Ranges(
      2 + this.dataStack.count + this.outsideCount + (this.watchesStatus ? 1 : 0) +
        (codeGeneration < 0 ? 0 : 1),
    );
    const from = this.thread.address + this.#threadFrom;
    ranges.push(from, 8);
    ranges.push(from + 8, this.chunksAt - 8);
    this.dataStack.addTo(ranges);
    this.outsideAt = ranges.bytes;
    for (let i = 0; i < this.outsideCount; i++) {
      ranges.push(this.outsideAddress[i]!, this.#slotBytes);
    }
    this.#statusAt = this.watchesStatus ? ranges.bytes : -1;
    if (this.watchesStatus) ranges.push(this.thread.address + (layout.thread.status & ~7), 8);
    this.#generationAt = codeGeneration < 0 ? -1 : ranges.bytes;
    if (codeGeneration >= 0) ranges.push(this.thread.interpreter + codeGeneration, 8);
    this.#ranges = ranges;
    this.#brief = briefOf(ranges, this.outsideAt + this.outsideCount * this.#slotBytes);
    const needed = ranges.bytes + MOST_LATE * this.#slotBytes;
    if (needed > this.#capacity) {
      this.#capacity = needed * 2;
      this.bytes = new Uint8Array(this.#capacity);
      this.earlier = new Uint8Array(this.#capacity);
      this.words = new Uint32Array(this.bytes.buffer);
      this.earlierWords = new Uint32Array(this.earlier.buffer);
      this.#stateWords = this.words;
      this.chunkBytes = this.bytes.subarray(this.chunksAt);
      this.earlierChunkBytes = this.earlier.subarray(this.chunksAt);
    }
    this.#dirty = false;
    this.#arrangement++;
    this.isOffered = false;
  }
}

/**
 * The first range and those from the third on, up to `end` of the copy; the second, the rest of the thread
 * state, is left out.
 */
function briefOf(ranges: Ranges, end: number): Ranges {
  const brief = new Ranges(ranges.capacity);
  brief.gap = ranges.words[6]!;
  brief.words.set(ranges.words.subarray(0, 4));
  brief.words.set(ranges.words.subarray(8), 4);
  brief.bytes = ranges.words[2]!;
  for (brief.count = 1; brief.bytes + brief.gap < end; brief.count++) {
    brief.bytes += ranges.words[brief.count * 4 + 6]!;
  }
  return brief;
}

function align(bytes: number): number {
  return (bytes + 7) & ~7;
}
