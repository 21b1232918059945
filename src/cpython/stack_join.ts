import type { Address } from "../../ffi/process.ts";
import { DISMISSED, type EdgeTable } from "./edge_table.ts";
import { FrameList, NOT_READ } from "./frame_list.ts";
import type { FrameLoops } from "./frame_loops.ts";
import { Lineage } from "./lineage.ts";
import { MovedSites } from "./moved_sites.ts";
import { EXACT, OPEN, type Policy, STRICT } from "./policy.ts";
import { TORN, UNPROVEN, WHOLE } from "./snapshot_status.ts";
import type { StackPath } from "./stack_path.ts";
import type { Walk } from "./walk.ts";

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

  /** What is joined: the frames of the walk, or a list of their own once some had to be put between. */
  #frames: FrameList;
  readonly #restored = new FrameList();
  readonly #moved = new MovedSites();
  readonly #lineage: Lineage;
  /** Depth that is kept of the stack before, and the place of its uppermost frame. */
  #kept = 0;
  #top = -1;
  /** Index of the restored frame nearest to the root, or −1. */
  #lowestRepair = -1;
  /** The walk's input is still whole. */
  #repeatable = false;

  constructor(
    readonly walk: Walk,
    readonly path: StackPath,
    readonly edges: EdgeTable,
    readonly loops: FrameLoops,
  ) {
    this.#lineage = new Lineage(walk.codeTable, edges);
    this.#frames = walk.frames;
  }

  /** Joins the last walk. */
  join(policy: Policy): number {
    const { walk, path } = this;
    if (this.freshEdges.length > 0) this.freshEdges.length = 0;
    this.hasUnseen = false;
    this.repairs = walk.repairs;
    this.#frames = walk.frames;
    this.#kept = walk.kept;
    this.#top = walk.kept > 0 ? path.places[walk.kept - 1]! : -1;
    this.#lowestRepair = -1;
    if (walk.isDone) this.#noteMoves();
    else if (!this.#joinAll(policy)) {
      path.trusted = 0;
      this.#repeatable = true;
      return TORN;
    }
    return this.#settle();
  }

  /** Joins all callers, from the leaf down; false: torn. */
  #joinAll(policy: Policy): boolean {
    // The index behind the last frame stands for the uppermost of those that are kept.
    for (let i = Math.max(1, this.loops.joined); i <= this.#frames.count; i++) {
      if (i < this.#frames.count) i = this.#joinKnown(i, policy);
      const isKept = i === this.#frames.count;
      if (isKept && this.#kept === 0) break;
      i = this.#joinCaller(i, isKept, policy);
      if (i < 0) return false;
    }
    return true;
  }

  /** A new walk begins: the last one cannot be judged any more. */
  forget(): void {
    this.#repeatable = false;
    this.#moved.count = 0;
  }

  /** Judges the same walk again, strictly; TORN if that cannot be. */
  rejudge(): number {
    if (!this.#repeatable) return TORN;
    this.#moved.undo(this.walk.frames.places);
    return this.join(STRICT);
  }

  /** Joins the callers about whose calls all is known. Returns the index of the first other one. */
  #joinKnown(from: number, policy: Policy): number {
    const { loops, walk } = this;
    const moved = this.#frames === walk.frames ? this.#moved : undefined;
    const next = loops.join(this.#frames, from, policy, moved);
    this.#noteMoves();
    return next;
  }

  /** Counts the call sites that the loops in C have just moved. */
  #noteMoves(): void {
    const { moves, lowestMove } = this.loops;
    if (moves === 0) return;
    this.repairs += moves;
    this.#lowestRepair = lowestMove;
  }

  /**
   * Joins the caller of the frame joined last.
   * @returns index of the frame that was joined, beyond the last for a kept one; −1: torn.
   */
  #joinCaller(i: number, isKept: boolean, policy: Policy): number {
    const { path, edges } = this;
    const { codes, places } = this.#frames;
    const callee = codes[i - 1]!;
    const raw = isKept ? this.#top : places[i]!;
    if (edges.isKnown(raw, callee)) return i;
    const code = isKept ? path.codes[this.#kept - 1]! : codes[i]!;
    const edge = edges.intern(raw, callee);
    this.#lowestRepair = i;
    const waits = policy === OPEN && edges.state(edge) !== DISMISSED;
    if (waits || policy === EXACT) {
      this.freshEdges.push(edge);
      this.hasUnseen ||= !edges.isSeen(code) || !edges.isSeen(callee);
      return i;
    }
    this.repairs++;
    const place = edges.callSite(code, callee, raw);
    if (place < 0) return this.#restore(i);
    if (isKept) this.#top = place;
    else {
      if (this.#frames === this.walk.frames) this.#moved.push(i, raw);
      places[i] = place;
    }
    return i;
  }

  /**
   * Finds the overwritten callers of the frame before the i-th and puts them between it and one that is
   * still there: a frame of the walk, or one of those kept.
   */
  #restore(i: number): number {
    const { walk, path, edges } = this;
    const { copy } = walk;
    // Only on a data stack it shows where a caller must have been.
    if (copy.runtime.layout.hasFrameObjects) return -1;
    const frames = this.#frames;
    const endBelow = (address: Address): Address => copy.endBelow(address);
    const end = this.#endBelow(i);
    const found = this.#lineage.find(frames.codes[i - 1]!, end, endBelow, (address, code) => {
      for (let k = i; k < frames.count; k++) {
        if (frames.addresses[k] === address) return frames.codes[k] === code ? k : -1;
      }
      const depth = path.find(address, code, this.#kept);
      return depth < 0 ? -1 : frames.count + depth;
    });
    if (!found) return -1;
    const { codes, addresses, junction } = this.#lineage;
    const joined = frames === this.#restored ? new FrameList() : this.#restored;
    joined.count = 0;
    joined.append(frames, 0, i);
    const siteOf = (caller: number, place: number): number =>
      edges.callSite(caller, joined.codes[joined.count - 1]!, place);
    for (let k = 0; k < codes.length; k++) {
      joined.push(addresses[k]!, NOT_READ, codes[k]!, siteOf(codes[k]!, 0));
    }
    const next = this.#lowestRepair = joined.count;
    if (junction < frames.count) {
      const site = siteOf(frames.codes[junction]!, frames.places[junction]!);
      joined.append(frames, junction, frames.count);
      joined.places[next] = site;
    } else {
      this.#kept = junction - frames.count + 1;
      this.#top = siteOf(path.codes[this.#kept - 1]!, path.places[this.#kept - 1]!);
    }
    this.#frames = joined;
    return next;
  }

  /** Where the data stack ended below the frame before the i-th. */
  #endBelow(i: number): number {
    const { copy } = this.walk;
    const { addresses, offsets } = this.#frames;
    for (let n = i - 1; n >= 0; n--) {
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
    const { count } = this.#frames;
    const same = walk.isDone ? this.loops.same : this.loops.putAbove(this.#frames, kept);
    if (walk.guardOffsets.length > 0 || path.hasGuards) {
      const total = walk.kept + walk.frames.count;
      path.replaceGuards(kept, walk.guardOffsets, walk.guardCounts.map((n) => total - n));
    }
    this.changedFrom = same;
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
