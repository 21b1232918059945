import { ACTIVITY, Ranges } from "../../ffi/process.ts";
import { RECALL_BYTES, ROUND } from "../../ffi/round.ts";
import type { ThreadBirths } from "./thread_births.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** The largest copy of which so many are kept, bytes. */
const LARGEST_COPY = 65_536;
const LINE = 64;
/** Bytes of what tells of threads that come. */
const BIRTHS = 16;

/**
 * Visits to one thread that are made one after another, without anybody being woken for each. They are judged
 * later, so that they must tell of themselves whether they need nothing else; how, `round.c` says.
 */
export class VisitRound {
  readonly #sheet = new Float64Array(ROUND.length);
  #places = new Uint8Array(0);
  #copies: Uint8Array[] = [];
  #words: Uint32Array[] = [];
  #ranges = new Ranges(16);
  #bytes = 0;
  #arrangement = -1;
  /** What was made of stacks by their traces, while there was this count of freed code objects. */
  readonly #memory = new Uint8Array(RECALL_BYTES);
  readonly #stacks = new Int32Array(ROUND.most);

  constructor(readonly copy: ThreadCopy) {}

  /**
   * True if visits to a thread can be made so: its frames are on data stacks and its version counts the code
   * objects that are freed.
   */
  static suits({ runtime }: ThreadCopy): boolean {
    const { layout, process } = runtime;
    return process.planRound !== undefined && layout.interpreter.codeGeneration >= 0 &&
      layout.cframe < 0 && layout.thread.chunk >= 0 && !layout.freeThreaded;
  }

  /** When a visit is due; to be filled in before {@link begin}. µs on the clock of the thread that reads. */
  setDue(visit: number, at: number): void {
    this.#sheet[ROUND.visits + ROUND.visit * visit] = at;
  }

  /**
   * Has the first `count` visits made, if that can be.
   * @param slotUs the time that each of them has, µs.
   * @param row where the system's answers stand to what the thread does, if it is to be asked; it is only read.
   * @param births tells whether a thread has come, where the round is to be over then.
   */
  begin(
    count: number,
    slotUs: number,
    row: Float64Array | undefined,
    births?: ThreadBirths,
  ): boolean {
    const { copy } = this;
    const { layout, process } = copy.runtime;
    const generation = copy.generation();
    if (!copy.isCurrent() || copy.visits.isLingering || generation < 0) return false;
    const read = copy.rangesToRead(true);
    if (read.bytes > LARGEST_COPY) return false;
    this.#reserve(read.bytes);
    const ranges = births === undefined ? read : this.#withBirths(read, births);
    this.#arrangement = copy.arrangement();
    const { thread, frame, gc, states } = layout;
    const sheet = this.#sheet;
    // The sheet has the count of the round before.
    if (generation !== sheet[ROUND.generation]) this.#memory.fill(0);
    sheet[ROUND.count] = count;
    sheet[ROUND.slot] = slotUs;
    sheet[ROUND.stride] = this.#copies[1]!.byteOffset;
    sheet[ROUND.frameAt] = 0;
    sheet[ROUND.identAt] = copy.placeOf(thread.ident);
    sheet[ROUND.ident] = copy.thread.ident;
    sheet[ROUND.chunkAt] = copy.placeOf(thread.chunk);
    sheet[ROUND.chunkTopAt] = copy.placeOf(thread.chunkTop);
    sheet[ROUND.generationAt] = copy.generationAt;
    sheet[ROUND.generation] = generation;
    sheet[ROUND.baseAt] = thread.baseFrame < 0 ? -1 : copy.placeOf(thread.baseFrame);
    sheet[ROUND.base] = copy.outside.leftOut;
    // Where a collection is not told by its frame, more has to be read of it at the same moment.
    sheet[ROUND.emptyAt] = gc.frame < 0 ? copy.gcAt : -1;
    sheet[ROUND.previous] = frame.previous;
    sheet[ROUND.frameBytes] = frame.size;
    // Of a generator that runs it has to be read, too, whether it handles an exception.
    sheet[ROUND.handledAt] = copy.watchesState ? copy.placeOf(states.handled) : -1;
    sheet[ROUND.handled] = copy.thread.address + states.ownItem;
    sheet[ROUND.executable] = frame.executable;
    sheet[ROUND.instruction] = frame.instruction;
    sheet[ROUND.owner] = frame.owner;
    sheet[ROUND.calmAt] = copy.gcAt;
    sheet[ROUND.bornAt] = births === undefined ? -1 : read.bytes;
    if (births !== undefined) sheet.set(births.noted, ROUND.born);
    sheet[ROUND.asks] = row === undefined ? 0 : 1;
    if (row !== undefined) sheet.set(row, ROUND.row);
    return process.planRound!(copy.thread.tid, ranges, this.#places, sheet);
  }

  /**
   * Waits for the round.
   * @param until when it should be over, µs; `patienceUs`: how long to wait then for a visit that is late.
   * @returns the number of visits from the first one on that were made or left out; the others were not.
   */
  join(until: number, patienceUs: number): number {
    const { copy } = this;
    const { process } = copy.runtime;
    process.joinRound!(until, patienceUs);
    process.recallRound!(this.#sheet, this.#memory, this.#stacks);
    if (this.#sheet[ROUND.wanting] !== 0) copy.visits.stay();
    return this.#sheet[ROUND.made]!;
  }

  /** The round was over early as something has changed that the thread itself does not tell. */
  get isOver(): boolean {
    return this.#sheet[ROUND.over] !== 0;
  }

  /** What was {@link remember remembered} of a stack that executes what that of a visit did; −1: nothing. */
  stackOf(visit: number): number {
    // What is to be shown besides it is of this round's arrangement.
    return this.copy.watchesState && this.#isOutdated() ? -1 : this.#stacks[visit]!;
  }

  /** What the thread state tells of what it does is from now on, until it is read again, what it told at a visit. */
  show(visit: number): void {
    if (this.copy.watchesState) this.copy.glance(this.#words[visit]!);
  }

  /** Remembers what was made of the stack of a visit. @param stack 0 or more. */
  remember(visit: number, stack: number): void {
    this.copy.runtime.process.rememberRound!(this.#sheet, this.#memory, visit, stack);
  }

  /** When a visit was made, µs; 0: it was left out, as its time had gone by. */
  madeAt(visit: number): number {
    return this.#sheet[ROUND.visits + ROUND.visit * visit + 1]!;
  }

  /** What the system has said of the thread at a visit, as {@link ACTIVITY} has it. */
  activity(visit: number): Float64Array {
    const at = ROUND.rows + ACTIVITY.length * visit;
    return this.#sheet.subarray(at, at + ACTIVITY.length);
  }

  /** The next reading of the thread takes what a visit has read; unless that is of another arrangement than now. */
  offer(visit: number): void {
    const { copy } = this;
    copy.isOffered = !this.#isOutdated();
    if (copy.isOffered) copy.offered = this.#copies[visit]!;
  }

  /** True if copies are of another arrangement by now. */
  #isOutdated(): boolean {
    return this.copy.isStale() || this.copy.arrangement() !== this.#arrangement;
  }

  /** All that is read, and behind it what tells of threads that come. */
  #withBirths(read: Ranges, { watched }: ThreadBirths): Ranges {
    const count = read.count + watched!.count;
    if (this.#ranges.capacity < count) this.#ranges = new Ranges(count * 2);
    this.#ranges.clear();
    this.#ranges.append(read);
    this.#ranges.append(watched!);
    return this.#ranges;
  }

  #reserve(bytes: number): void {
    if (this.#bytes === bytes) return;
    this.#bytes = bytes;
    const stride = Math.ceil((bytes + BIRTHS) / LINE) * LINE;
    const needed = stride * ROUND.most;
    if (needed > this.#places.length) this.#places = new Uint8Array(needed * 2);
    this.#copies = Array.from({ length: ROUND.most }, (_, i) => {
      return this.#places.subarray(i * stride, i * stride + bytes);
    });
    this.#words = this.#copies.map(({ buffer, byteOffset }) => {
      return new Uint32Array(buffer, byteOffset, bytes >> 2);
    });
  }
}
