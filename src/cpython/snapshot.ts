import type { Loops } from "../../ffi/process.ts";
import type { CodeTable } from "./code_table.ts";
import type { EdgeTable } from "./edge_table.ts";
import { FrameLoops } from "./frame_loops.ts";
import { FrameWalk } from "./frame_walk.ts";
import { HeapWalk } from "./heap_walk.ts";
import { TORN, UNPROVEN, WHOLE } from "./snapshot_status.ts";
import { EXACT, type Policy } from "./policy.ts";
import { StackJoin } from "./stack_join.ts";
import { StackPath } from "./stack_path.ts";
import { FETCHED, REARRANGED } from "./fetch_status.ts";
import type { ThreadCopy } from "./thread_copy.ts";
import type { Walk } from "./walk.ts";

/** Fetches that only rearrange what is read, before a reading is given up. */
const MOST_REARRANGEMENTS = 12;

/**
 * Takes stacks of one thread. The frame that was current when the reading began is the moment of the
 * sample: all frames below it were live then. Those that have been popped since still hold their links
 * and instruction; what a new call has overwritten shows in a pair of call site and function that do
 * not belong together.
 */
export class Snapshot {
  /** The stack that was found last. */
  readonly path = new StackPath();
  readonly #walk: Walk;
  readonly #join: StackJoin;
  #epoch = 0;
  /** The thread could not run during the last visit. */
  isHeld = false;
  /** What was looked at for the last reading was code that its frames executed. */
  isSure = true;

  constructor(
    readonly copy: ThreadCopy,
    readonly codeTable: CodeTable,
    readonly edges: EdgeTable,
    readonly loops: Loops,
  ) {
    const frameLoops = new FrameLoops(loops, copy, codeTable, edges, this.path);
    this.#walk = copy.runtime.layout.hasFrameObjects
      ? new HeapWalk(copy, codeTable, this.path, frameLoops)
      : new FrameWalk(copy, codeTable, edges, frameLoops);
    this.#join = new StackJoin(this.#walk, this.path, edges, frameLoops);
  }

  /** The stack is the same as the one found before up to this depth. */
  get changedFrom(): number {
    return this.#join.changedFrom;
  }

  /** Number of the stack among those found so far. */
  get serial(): number {
    return this.#join.serial;
  }

  /** Frames and call sites of the stack that were restored. */
  get repairs(): number {
    return this.#join.repairs;
  }

  /** Place of the frame that was current when the last reading began, as far as it is known; or −1. */
  get leafPlace(): number {
    const { count, places } = this.#walk.frames;
    return count > 0 ? places[0]! : -1;
  }

  /** One of the edges that wait for proof is of code that no exact reading has met. */
  get hasUnseen(): boolean {
    return this.#join.hasUnseen;
  }

  /** Edges of an `UNPROVEN` stack that wait for proof. */
  get freshEdges(): readonly number[] {
    return this.#join.freshEdges;
  }

  /**
   * Reads the thread once. See `snapshot_status.ts` and, for what is below `WHOLE`, `ThreadCopy.fetch`.
   * @param watch look whether code objects have been freed, too.
   * @param surely look at each code object again where nothing tells whether some have been freed.
   * @param most fetches to be made of it.
   */
  take(
    policy: Policy,
    watch: boolean,
    surely = policy === EXACT,
    most = MOST_REARRANGEMENTS,
  ): number {
    let fetched = REARRANGED;
    this.isSure = true;
    this.#join.forget();
    for (let i = 0; i < most && fetched === REARRANGED; i++) {
      fetched = this.copy.isOffered ? this.copy.adopt() : this.copy.fetch(watch);
      if (fetched !== FETCHED) {
        // What `earlier` holds next is this failed reading, not the one the stack before was found in.
        this.path.trusted = 0;
        continue;
      }
      this.#noticeFreedCode(surely);
      const reusable = this.path.reusableDepth(this.copy);
      const { looks, news } = this.codeTable;
      const walked = this.#walk.run(reusable, policy);
      this.isSure = this.codeTable.looks === looks || !this.#mayHaveFreed(news);
      if (walked === WHOLE && this.isSure) return this.#join.join(policy);
      // The stack before is not that of the copy before any more.
      this.path.trusted = 0;
      if (!this.isSure) this.copy.visits.stay();
      if (walked !== REARRANGED) return walked === WHOLE ? TORN : walked;
      fetched = REARRANGED;
    }
    this.path.trusted = 0;
    return fetched === REARRANGED ? TORN : fetched;
  }

  /**
   * Reads the thread once from the CPU on which it runs, and takes all calls as they are.
   * @param surely as for `take`: what is learned from must be sure.
   * @returns as `take`; `isHeld` tells whether the thread could not run meanwhile.
   */
  visit(surely = true): number {
    this.copy.visits.begin();
    const status = this.take(EXACT, true, surely);
    this.isHeld = this.copy.endVisit();
    return status;
  }

  /**
   * Takes what a visit of a round has read, some time ago, as {@link visit} does; to what needs more than that
   * it says `TORN`. `isHeld` tells nothing of it.
   */
  takeVisited(): number {
    return this.copy.isOffered ? this.take(EXACT, true, true, 1) : TORN;
  }

  /**
   * True if what was read in a group says that nothing at all has changed since the last copy, so that
   * the stack is the same as well.
   */
  isUnchanged(): boolean {
    const { copy } = this;
    if (!copy.isOffered) return false;
    // Where nothing tells of freed code objects, they are doubted often; frames that wait hold theirs.
    const told = copy.runtime.layout.interpreter.codeGeneration >= 0;
    if (told && this.#epoch !== this.codeTable.epoch) return false;
    const { length } = copy.offered;
    return length <= copy.limit && copy.isCurrent() &&
      this.loops.firstDifference(copy.offered, copy.bytes, length) === length;
  }

  /** Judges the same reading again, strictly. */
  rejudge(): number {
    return this.#join.rejudge();
  }

  /** Reads again and tells whether nothing at all has moved. The stack stays that of the first reading. */
  confirm(): boolean {
    const { copy } = this;
    if (copy.fetch(true) === FETCHED && copy.comparable) {
      const { chunkBytes, earlierChunkBytes } = copy;
      const length = copy.limit - copy.chunksAt;
      const same = this.loops.firstDifference(chunkBytes, earlierChunkBytes, length) === length;
      if (same && copy.isSameFrame()) return true;
    }
    this.path.trusted = 0;
    return false;
  }

  /**
   * Reads again and learns the calls that both readings show in the same frames: the second-best
   * teacher, where exact readings are impossible. Calls that live shorter than a
   * reading are never learned so. The stack is not to be used after it.
   * @param unseenOnly learn of code only that no exact reading has met.
   */
  agree(): void {
    const { path, edges } = this;
    const { depth } = path;
    const addresses = path.addresses.slice(0, depth);
    const places = path.places.slice(0, depth);
    const status = this.take(EXACT, true);
    path.trusted = 0;
    if ((status !== WHOLE && status !== UNPROVEN) || this.repairs > 0) return;
    for (let d = 0; d < Math.min(depth, path.depth); d++) {
      if (path.addresses[d] !== addresses[d] || path.places[d] !== places[d]) return;
      if (d > 0) edges.learn(path.places[d - 1]!, path.codes[d - 1]!, path.codes[d]!);
    }
  }

  /** Notes all calls of the stack as seen in an exact reading. Returns the number of new ones. */
  learn(): number {
    const { edges, path } = this;
    let news = 0;
    for (let d = path.depth - 1; d >= 0; d--) edges.markSeen(path.codes[d]!);
    for (let d = 1; d < path.depth; d++) {
      const place = path.places[d - 1]!;
      const callee = path.codes[d]!;
      if (!edges.isKnown(place, callee) && edges.learn(place, path.codes[d - 1]!, callee)) news++;
    }
    path.trusted = path.depth;
    this.#walk.confirmRoot();
    return news;
  }

  /**
   * True if code that was looked at for a reading can have been what a frame executes no more: some has been freed
   * since the count of it was noted or, where there is none (before 3.14), the target has run on and what
   * was found is new.
   * @param news of the code table before.
   */
  #mayHaveFreed(news: number): boolean {
    const { copy: { runtime, thread, visits }, codeTable } = this;
    const { codeGeneration } = runtime.layout.interpreter;
    if (codeGeneration < 0) return visits.isOver && codeTable.news !== news;
    const now = runtime.reader.int32(thread.interpreter + codeGeneration);
    return now === undefined || now >>> 0 !== codeTable.generationOf(thread.interpreter);
  }

  /** Code that may have been freed must not be taken over unseen. */
  #noticeFreedCode(surely: boolean): void {
    const { copy, codeTable } = this;
    if (copy.runtime.layout.interpreter.codeGeneration < 0) codeTable.beforeReading(surely);
    const generation = copy.generation();
    if (generation >= 0) codeTable.noteGeneration(copy.thread.interpreter, generation);
    if (this.#epoch === codeTable.epoch) return;
    this.#epoch = codeTable.epoch;
    this.path.trusted = 0;
  }
}
