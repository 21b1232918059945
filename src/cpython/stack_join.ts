import type { Address } from "../../ffi/process.ts";
import { DISMISSED, type EdgeTable } from "./edge_table.ts";
import { FrameList, NOT_READ } from "./frame_list.ts";
import type { FrameWalk } from "./frame_walk.ts";
import { Lineage } from "./lineage.ts";
import { TORN, UNPROVEN, WHOLE } from "./snapshot_status.ts";
import type { StackPath } from "./stack_path.ts";

/** Calls that were never shown wait for proof; those given up are restored if they can be. */
export const OPEN = 0;
/** Calls that were never shown are restored, or the stack is torn. */
export const STRICT = 1;
/** All calls are taken as they are: the target was not running. */
export const EXACT = 2;
/** What to do about calls that no exact reading has shown yet. */
export type Policy = typeof OPEN | typeof STRICT | typeof EXACT;

/**
 * Puts the frames of a walk onto what is kept of the stack before, checking every call from the leaf
 * down. A call site may be moved; a function changes only where lineage proves which one it was.
 */
export class StackJoin {
  /** Frames and call sites that were restored, those of the walk included. */
  repairs = 0;
  /** Stacks found so far. */
  serial = 0;
  /** The new stack is the same as the one before up to this depth. */
  changedFrom = 0;
  /** Edges of an `UNPROVEN` stack that wait for proof. */
  readonly freshEdges: number[] = [];
  /** One of them is of code that no exact reading has met. */
  hasUnseen = false;

  readonly #joined = new FrameList();
  readonly #lineage: Lineage;
  /** Depth that is kept of the stack before, and the place of its uppermost frame. */
  #kept = 0;
  #top = -1;
  /** Index in `#joined` of the restored frame nearest to the root, or −1. */
  #lowestRepair = -1;
  /** The walk's input is still whole. */
  #repeatable = false;

  constructor(readonly walk: FrameWalk, readonly path: StackPath, readonly edges: EdgeTable) {
    this.#lineage = new Lineage(walk.codeTable, edges);
  }

  /** Joins the last walk. */
  join(policy: Policy): number {
    const { walk, path } = this;
    const { frames } = walk;
    this.freshEdges.length = 0;
    this.hasUnseen = false;
    this.repairs = walk.repairs;
    this.#joined.count = 0;
    this.#kept = walk.kept;
    this.#top = walk.kept > 0 ? path.places[walk.kept - 1]! : -1;
    this.#lowestRepair = -1;
    if (frames.count > 0) this.#copyFrame(0, frames.places[0]!);
    for (let i = 1; i <= frames.count; i++) {
      const isKept = i === frames.count;
      if (isKept && this.#kept === 0) break;
      const next = this.#joinCaller(i, isKept, policy);
      if (next < 0) {
        path.trusted = 0;
        this.#repeatable = true;
        return TORN;
      }
      i = next;
    }
    return this.#settle();
  }

  /** A new walk begins: the last one cannot be judged any more. */
  forget(): void {
    this.#repeatable = false;
  }

  /** Judges the same walk again, strictly; TORN if that cannot be. */
  rejudge(): number {
    return this.#repeatable ? this.join(STRICT) : TORN;
  }

  /**
   * Joins the caller of the frame joined last.
   * @returns index of the frame of the walk that was joined, beyond the last for a kept one; −1: torn.
   */
  #joinCaller(i: number, isKept: boolean, policy: Policy): number {
    const { walk, path, edges } = this;
    const callee = this.#joined.codes[this.#joined.count - 1]!;
    const code = isKept ? path.codes[this.#kept - 1]! : walk.frames.codes[i]!;
    const raw = isKept ? this.#top : walk.frames.places[i]!;
    let place = raw;
    if (!edges.isKnown(raw, callee)) {
      const edge = edges.intern(raw, callee);
      this.#lowestRepair = this.#joined.count;
      const waits = policy === OPEN && edges.state(edge) !== DISMISSED;
      if (waits || policy === EXACT) {
        this.freshEdges.push(edge);
        this.hasUnseen ||= !edges.isSeen(code) || !edges.isSeen(callee);
      } else {
        this.repairs++;
        place = edges.callSite(code, callee, raw);
        if (place < 0) return this.#restore(i);
      }
    }
    if (isKept) this.#top = place;
    else this.#copyFrame(i, place);
    return i;
  }

  #copyFrame(i: number, place: number): void {
    const { addresses, offsets, codes } = this.walk.frames;
    this.#joined.push(addresses[i]!, offsets[i]!, codes[i]!, place);
  }

  /** Where a caller stood when it called the frame joined last. */
  #siteOf(caller: number, place: number): number {
    return this.edges.callSite(caller, this.#joined.codes[this.#joined.count - 1]!, place);
  }

  /**
   * Finds the overwritten callers of the frame joined last and joins them, down to one that is still
   * there: a frame of the walk, or one of those kept.
   */
  #restore(i: number): number {
    const { walk, path } = this;
    const { copy, frames } = walk;
    const joined = this.#joined;
    const callee = joined.codes[joined.count - 1]!;
    const endBelow = (address: Address): Address => copy.endBelow(address);
    const found = this.#lineage.find(callee, this.#endBelow(), endBelow, (address, code) => {
      for (let k = i; k < frames.count; k++) {
        if (frames.addresses[k] === address) return frames.codes[k] === code ? k : -1;
      }
      const depth = path.find(address, code, this.#kept);
      return depth < 0 ? -1 : frames.count + depth;
    });
    if (!found) return -1;
    const { codes, addresses, junction } = this.#lineage;
    for (let k = 0; k < codes.length; k++) {
      joined.push(addresses[k]!, NOT_READ, codes[k]!, this.#siteOf(codes[k]!, 0));
    }
    this.#lowestRepair = joined.count;
    if (junction < frames.count) {
      this.#copyFrame(junction, this.#siteOf(frames.codes[junction]!, frames.places[junction]!));
      return junction;
    }
    this.#kept = junction - frames.count + 1;
    this.#top = this.#siteOf(path.codes[this.#kept - 1]!, path.places[this.#kept - 1]!);
    return frames.count;
  }

  /** Where the data stack ended below the frame joined last. */
  #endBelow(): number {
    const { copy } = this.walk;
    const { addresses, offsets, count } = this.#joined;
    for (let n = count - 1; n >= 0; n--) {
      const at = offsets[n]!;
      if (addresses[n] !== 0 && (at === NOT_READ || copy.isInChunk(at))) {
        return copy.endBelow(addresses[n]!);
      }
    }
    return copy.threadField(copy.runtime.layout.thread.chunkTop);
  }

  /** Makes what was joined the stack. */
  #settle(): number {
    const { walk, path } = this;
    const kept = this.#kept;
    const { count } = this.#joined;
    path.replaceAbove(kept, this.#joined, walk.copy);
    const total = walk.kept + walk.frames.count;
    path.replaceGuards(kept, walk.guardOffsets, walk.guardCounts.map((n) => total - n));
    this.changedFrom = kept;
    let trusted = this.#lowestRepair < 0 ? path.depth : kept + count - 1 - this.#lowestRepair;
    if (walk.repairs > 0) trusted = Math.min(trusted, kept);
    if (kept > 0 && path.places[kept - 1] !== this.#top) {
      path.places[kept - 1] = this.#top;
      this.changedFrom = kept - 1;
      trusted = Math.min(trusted, kept - 1);
    }
    path.trusted = Math.max(0, trusted);
    this.#repeatable = kept === walk.kept;
    this.serial++;
    return this.freshEdges.length > 0 ? UNPROVEN : WHOLE;
  }
}
