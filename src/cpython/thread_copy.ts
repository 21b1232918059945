import { type Address, DENIED, GONE, Ranges } from "../../ffi/process.ts";
import { CFRAME_BYTES, CFrameList } from "./cframe_list.ts";
import { type CopyPlan, NO_PLAN, planCopy } from "./copy_plan.ts";
import { DataStack } from "./data_stack.ts";
import { ACCESS_LOST, FETCHED, PROCESS_LOST, REARRANGED, THREAD_LOST } from "./fetch_status.ts";
import { HeapFrames } from "./heap_frames.ts";
import { OutsideFrames } from "./outside_frames.ts";
import type { Runtime } from "./runtime.ts";
import type { ThreadState } from "./thread_list.ts";
import { align } from "./state_ranges.ts";
import { statusOf } from "./status_words.ts";
import { Visits } from "./visits.ts";

/** Frames outside chunks that can be fetched one by one within one reading. */
export const MOST_LATE = 512;

/**
 * A copy of everything that a stack of one thread is made of, taken by one vectored read. The copy before
 * is kept, to tell what has changed.
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
  chunksAt = 0;
  /** Where they end and the frames outside begin. */
  outsideAt = 0;
  /** Where it stands whether the garbage collector runs; −1 if that is not read. */
  gcAt = -1;

  /** The chunks that are copied. */
  readonly dataStack: DataStack = new DataStack();
  readonly outside: OutsideFrames | HeapFrames;
  readonly visits: Visits;

  /** What was read for this thread together with others, and whether it is new. */
  offered: Uint8Array = new Uint8Array(0);
  isOffered = false;

  #arrangement = 0;
  /** The arrangement that `bytes` is of. */
  #filled = -1;
  #dirty = true;
  #capacity = 0;
  #plan: CopyPlan = NO_PLAN;
  /** Words of the copy in which the rest of the thread state was read last. */
  #stateWords: Uint32Array = new Uint32Array(0);
  #late = 0;
  /** A brief reading came short: the next one must see what has changed. */
  #isLost = false;
  readonly #lateRange = new Ranges(1);
  readonly #slotBytes: number;

  /** Offset in the thread state from which on it is read. */
  readonly #threadFrom: number;
  /** Where in the copy the current frame lies. */
  #frameAt = 0;
  /** Where it stands in the copy who held the GIL when the reading began; −1: in the thread state. */
  holderAt = -1;
  /** Where the current frame may be kept (3.11, 3.12). */
  readonly #cframes: CFrameList | undefined;

  /**
   * @param watchesStatus read the thread's status word, too.
   * @param watchesGc read whether the garbage collector runs.
   * @param notes offsets of further words of the thread state, to be read with it; only with its status.
   * @param watchesState read what the thread is doing right behind the current frame; with `watchesStatus`.
   */
  constructor(
    readonly runtime: Runtime,
    readonly thread: ThreadState,
    readonly watchesStatus = true,
    readonly watchesGc = false,
    readonly notes: readonly number[] = [],
    readonly watchesState = false,
  ) {
    const { layout } = runtime;
    runtime.process.introduce?.(thread.tid, thread.pthread);
    this.visits = new Visits(runtime.process, thread.tid);
    this.#threadFrom = watchesState ? layout.states.from : layout.thread.currentFrame;
    if (layout.cframe >= 0) this.#cframes = new CFrameList(layout.cframe);
    this.executableMask = layout.minor >= 14 ? ~3 : ~0;
    this.#slotBytes = align(layout.frame.size);
    this.outside = layout.hasFrameObjects
      ? new HeapFrames(this.#slotBytes)
      : new OutsideFrames(this.#slotBytes);
  }

  /**
   * Takes a new copy; the one before becomes `earlier`.
   * @param watch see that thread and chunks are still the same, and read the count of freed code objects;
   * else that is left to readings a few microseconds before and after.
   */
  fetch(watch: boolean): number {
    if (this.isStale()) this.#arrange();
    if (!watch && this.#mayBeBrief()) return this.#fetchBriefly();
    this.#isLost = false;
    this.#turn();
    this.#stateWords = this.words;
    const read = this.visits.read(this.rangesToRead(watch), this.bytes);
    this.limit = read;
    if (read === this.#plan.ranges.bytes) return this.#follow();
    this.comparable = false;
    if (read === GONE) return PROCESS_LOST;
    if (read === DENIED) return ACCESS_LOST;
    if (read < this.chunksAt) {
      this.#cframes?.forget();
      return THREAD_LOST;
    }
    if (read >= this.outsideAt) {
      this.outside.forget();
      return REARRANGED;
    }
    // A chunk above the current one has been given back: what is needed may still be there.
    return this.#follow();
  }

  /**
   * Has the thread visited at a time to come, for the next {@link fetch} of a visit.
   * @param at µs on the clock of the thread that reads.
   * @returns false where that cannot be.
   */
  plan(at: number): boolean {
    return !this.isStale() && this.visits.plan(this.rangesToRead(true), this.earlier, at);
  }

  #mayBeBrief(): boolean {
    return !this.watchesStatus && !this.#isLost && this.#filled === this.#arrangement &&
      this.#cframes === undefined;
  }

  /** Ends a visit; true if the thread could not run in the last fetch, and in all that was read since. */
  endVisit(): boolean {
    return this.visits.end(this.#late);
  }

  #fetchBriefly(): number {
    this.visits.drop();
    this.#turn();
    const { brief } = this.#plan;
    const read = this.runtime.process.read(brief, this.bytes);
    if (read === brief.bytes) {
      this.limit = read + brief.gap;
      return FETCHED;
    }
    this.limit = 0;
    this.comparable = false;
    this.#isLost = true;
    return REARRANGED;
  }

  /** Takes over what was read for it in a group, as if it had been fetched. */
  adopt(): number {
    this.visits.drop();
    this.#turn();
    this.#stateWords = this.words;
    this.bytes.set(this.offered);
    this.limit = this.offered.length;
    return this.#follow();
  }

  /** Takes the fields of the thread state from another copy of this arrangement, until there is a new one. */
  glance(words: Uint32Array): void {
    this.#stateWords = words;
  }

  /** True if the thread state was not read with the copy. */
  #isBrief(): boolean {
    return this.#stateWords !== this.words;
  }

  /** Counts how often the ranges have been arranged anew, up to now. */
  arrangement(): number {
    if (this.isStale()) this.#arrange();
    return this.#arrangement;
  }

  /**
   * What to read, in the arrangement of now.
   * @param watch with the count of freed code objects, which comes last.
   */
  rangesToRead(watch: boolean): Ranges {
    const { ranges, generationAt } = this.#plan;
    if (generationAt >= 0) {
      ranges.count = watch ? ranges.capacity : ranges.capacity - 1;
      ranges.bytes = watch ? generationAt + 8 : generationAt;
    }
    return ranges;
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

  /** True if what is to be copied is not what is copied now. */
  isStale(): boolean {
    return this.#dirty || this.dataStack.changed || this.outside.changed ||
      this.#cframes?.changed === true;
  }

  /** True if the copy is of the arrangement of now. */
  isCurrent(): boolean {
    return !this.isStale() && this.#filled === this.#arrangement;
  }

  /** The interpreter's count of freed code objects; −1 where there is none, or it was not read. */
  generation(): number {
    const at = this.#plan.generationAt;
    return at < 0 || at + 8 > this.limit ? -1 : this.words[at >> 2]!;
  }

  /** The frame that was current when the reading began. */
  currentFrame(): Address {
    return this.pointer(this.#frameAt);
  }

  /**
   * The frame that was current when C entered Python last; 0 where that is not to be had. In 3.11 and 3.12
   * a thread may stand where the new `_PyCFrame` has no frame yet.
   */
  outerFrame(): Address {
    if (this.#cframes === undefined) return 0;
    const outer = this.pointer(this.#frameAt + 8);
    return this.runtime.reader.pointer(outer + this.runtime.layout.cframe) ?? 0;
  }

  /** Where a field of the thread state behind `current_frame` lies in the copy, by its offset there. */
  placeOf(offset: number): number {
    return offset - this.#threadFrom + this.#plan.threadAt;
  }

  /** Where the count of freed code objects lies in the copy; −1 where there is none. */
  get generationAt(): number {
    return this.#plan.generationAt;
  }

  /** A pointer of the thread state behind `current_frame`, by its offset there, as it was read last. */
  threadField(offset: number): Address {
    const at = this.placeOf(offset) >> 2;
    return this.#stateWords[at]! + this.#stateWords[at + 1]! * 0x1_0000_0000;
  }

  /** 32 bits of the thread state, in the same way. */
  threadWord(offset: number): number {
    return this.#stateWords[this.placeOf(offset) >> 2]!;
  }

  /**
   * The thread's status word, or what is known of it: without a GIL, all threads that may run Python code
   * are active. −1, all bits set, if it was not read.
   */
  status(): number {
    const at = this.#plan.statusAt;
    if (at < 0 || at + 8 > this.limit) return -1;
    return statusOf(this.runtime, this.thread, this.words[at >> 2]!, this.words[(at >> 2) + 1]!);
  }

  /** One of the further words of the thread state, by its offset there. */
  noted(offset: number): Address {
    return this.pointer(this.#plan.notesAt + 8 * this.notes.indexOf(offset));
  }

  /** True if the same frame was current in the copy before. */
  isSameFrame(): boolean {
    const at = this.#frameAt >> 2;
    return this.words[at] === this.earlierWords[at] &&
      this.words[at + 1] === this.earlierWords[at + 1];
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
    const at = this.outside.find(address);
    if (at < 0 && this.#isBrief()) {
      // It may lie in a chunk that is new.
      this.#isLost = true;
      return -2;
    }
    return at >= 0 && at + size <= this.limit ? at : this.#fetchLate(address);
  }

  /**
   * Where the data stack ends below a frame at an address: there, or at the end of the chunk before if
   * it is the first of its chunk. 0 if it is in no chunk.
   */
  endBelow(address: Address): Address {
    return this.dataStack.endBelow(address, this.words);
  }

  /** True if a frame is the first one on the data stack. */
  isBottom(address: Address): boolean {
    return this.dataStack.isBottom(address);
  }

  /** True if an offset belongs to the data stack. */
  isInChunk(at: number): boolean {
    return at < this.outsideAt;
  }

  /** Once in a while: stop copying what has not been used for two periods. */
  relax(): void {
    this.dataStack.relax();
    this.#cframes?.relax();
    this.outside.relax();
  }

  /** Checks the thread state that was just read and follows the data stack to where it is now. */
  #follow(): number {
    const { thread } = this.runtime.layout;
    const ident = this.words[this.placeOf(thread.ident) >> 2];
    if (ident !== this.thread.ident) return THREAD_LOST;
    if (this.#cframes !== undefined) {
      const index = this.#cframes.find(this.threadField(thread.currentFrame));
      if (index < 0) return REARRANGED;
      this.#frameAt = index * CFRAME_BYTES;
    }
    const chunk = thread.chunk < 0 ? 0 : this.threadField(thread.chunk);
    if (chunk === 0) return FETCHED;
    const top = this.threadField(thread.chunkTop);
    return this.dataStack.follow(this.runtime.reader, chunk, top) ? FETCHED : REARRANGED;
  }

  /** Fetches one frame behind the copy, and remembers it for the next time. */
  #fetchLate(address: Address): number {
    if (!(address > 0) || address % 8 !== 0) return -1;
    if (this.#late >= MOST_LATE) return this.runtime.layout.hasFrameObjects ? -2 : -1;
    const size = this.#slotBytes;
    const at = this.#plan.ranges.bytes + this.#late * size;
    this.#lateRange.clear();
    this.#lateRange.push(address, this.runtime.layout.frame.size);
    const into = this.bytes.subarray(at, at + size);
    if (this.runtime.process.read(this.#lateRange, into) < this.runtime.layout.frame.size) {
      return -1;
    }
    this.#late++;
    this.outside.add(address);
    return at;
  }

  /** Lays out the copy and the ranges to read. */
  #arrange(): void {
    if (this.dataStack.changed && this.outside instanceof OutsideFrames) {
      this.outside.giveBack((address) => this.dataStack.holds(address));
    }
    const plan = this.#plan = planCopy(this, this.#threadFrom, this.#cframes);
    this.holderAt = plan.holderAt;
    this.gcAt = plan.gcAt;
    this.chunksAt = plan.chunksAt;
    this.outsideAt = plan.outsideAt;
    const needed = plan.ranges.bytes + MOST_LATE * this.#slotBytes;
    if (needed > this.#capacity) {
      this.#capacity = needed * 2;
      this.bytes = new Uint8Array(this.#capacity);
      this.earlier = new Uint8Array(this.#capacity);
      this.words = new Uint32Array(this.bytes.buffer);
      this.earlierWords = new Uint32Array(this.earlier.buffer);
      this.#stateWords = this.words;
    }
    this.chunkBytes = this.bytes.subarray(this.chunksAt);
    this.earlierChunkBytes = this.earlier.subarray(this.chunksAt);
    this.#dirty = false;
    this.#arrangement++;
    this.isOffered = false;
  }
}
