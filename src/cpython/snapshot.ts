import type { Address } from "../../ffi/process.ts";
import { type CodeTable, isNone } from "./code_table.ts";
import { DISMISSED, type EdgeTable } from "./edge_table.ts";
import { INTERPRETER_OWNER } from "./layout.ts";
import { Lineage } from "./lineage.ts";
import { withRoom } from "./pair_map.ts";
import { FETCHED, REARRANGED, ThreadCopy } from "./thread_copy.ts";

/** How a snapshot came out. Values below {@link WHOLE} are those of a fetch that did not succeed. */
export const WHOLE = 10;
/** Whole, but for edges that no exact reading has shown yet: `freshEdges` names them. */
export const UNPROVEN = 11;
/** The thread runs no Python code. */
export const EMPTY = 12;
/** The stack was changing under the reading. */
export const TORN = 13;
/** The chain does not end where a complete one does. */
export const BROKEN = 14;
/** A frame or a code object could not be read. */
export const UNREADABLE = 15;
/** More frames than we hold. */
export const TOO_DEEP = 16;

/** Deeper stacks are rejected; Python's own limit is far below, but `sys.setrecursionlimit` is free. */
export const MOST_FRAMES = 100_000;
const MOST_ENTRIES = 200_000;
/** Fetches that only rearrange what is read, before a reading is given up. */
const MOST_REARRANGEMENTS = 12;

/**
 * Takes stacks of one thread. The frame that was current when the reading began is the moment of the
 * sample: all frames below it were live then. Those that have been popped since still hold their links
 * and instruction; what a new call has overwritten shows in a pair of call site and function that do
 * not belong together.
 */
export class Snapshot {
  readonly copy: ThreadCopy;
  /** Places of the stack, root first; `depth` of them. See {@link CodeTable}. */
  places: Int32Array = new Int32Array(256);
  /** Code indices of the stack, root first. */
  codes: Int32Array = new Int32Array(256);
  depth = 0;
  /** The stack is the same as that of the snapshot before up to this depth. */
  changedFrom = 0;
  /** Call sites and popped frames that were restored. */
  repairs = 0;
  /** Edges of an `UNPROVEN` stack that wait for proof. */
  readonly freshEdges: number[] = [];

  /** Frame addresses of the stack, root first. */
  #addresses: Float64Array = new Float64Array(256);
  /** The stack is proven and unrepaired up to this depth. */
  #trusted = 0;
  /** Depth + 1 of the frame at an 8-byte word of the copy, to meet the stack before again. */
  #depthAtWord = new Int32Array(0);
  /** Frames outside the data stack on the way: their offsets, and the depth that is sure below each. */
  #guardDepths: number[] = [];
  #guardOffsets: number[] = [];

  // What this walk has met, leaf first.
  #newAddresses: Float64Array = new Float64Array(256);
  #newCodes: Int32Array = new Int32Array(256);
  #newPlaces: Int32Array = new Int32Array(256);
  #newOffsets: Int32Array = new Int32Array(256);
  #newCount = 0;
  #walkRepairs = 0;
  /** Frames outside the data stack: offsets, and how many of the new frames are not below each. */
  readonly #newGuardOffsets: number[] = [];
  readonly #newGuardCounts: number[] = [];
  // What has been joined of it, leaf first: with repairs.
  #joinedAddresses: Float64Array = new Float64Array(256);
  #joinedCodes: Int32Array = new Int32Array(256);
  #joinedPlaces: Int32Array = new Int32Array(256);
  /** Offset in the copy; −1 for a frame that was restored. */
  #joinedOffsets: Int32Array = new Int32Array(256);
  #joinedCount = 0;
  /** Place of the uppermost frame that is kept. */
  #top = -1;
  /** The walk's result has not been spoilt by a join. */
  #rejudgeable = false;
  readonly #lineage: Lineage;
  /** Depth up to which the stack before is taken over. */
  #kept = 0;

  #none: Address = 0;
  #epoch = 0;

  constructor(
    copy: ThreadCopy,
    readonly codeTable: CodeTable,
    readonly edges: EdgeTable,
    readonly firstDifference: (a: Uint8Array, b: Uint8Array, length: number) => number,
  ) {
    this.copy = copy;
    this.#lineage = new Lineage(codeTable, edges);
  }

  /**
   * Reads the thread once.
   * @param strict edges that wait for proof count as torn unless another call site can take their place.
   */
  take(strict: boolean): number {
    let fetched = REARRANGED;
    for (let i = 0; i < MOST_REARRANGEMENTS && fetched === REARRANGED; i++) {
      fetched = this.copy.fetch();
      if (fetched !== FETCHED) continue;
      this.#noticeFreedCode();
      const walked = this.#walk();
      if (walked === WHOLE) return this.#join(strict);
      // The stack before is not that of the copy before any more.
      this.#trusted = 0;
      if (walked !== REARRANGED) return walked;
      fetched = REARRANGED;
    }
    this.#trusted = 0;
    return fetched === REARRANGED ? TORN : fetched;
  }

  /** Judges the same reading again, strictly. */
  rejudge(): number {
    return this.#rejudgeable ? this.#join(true) : TORN;
  }

  /** Reads again and tells whether nothing at all has moved. The stack stays that of the first reading. */
  confirm(): boolean {
    const { copy } = this;
    const { currentFrame } = copy.runtime.layout.thread;
    if (copy.fetch() === FETCHED && copy.comparable) {
      const from = copy.chunksAt;
      const length = copy.limit - from;
      const now = copy.bytes.subarray(from);
      const same = this.firstDifference(now, copy.earlier.subarray(from), length) === length;
      if (same && copy.words[currentFrame >> 2] === copy.earlierWords[currentFrame >> 2]) {
        return true;
      }
    }
    this.#trusted = 0;
    return false;
  }

  /** Notes all calls of the stack as seen in an exact reading. Returns the number of new ones. */
  learn(): number {
    let news = 0;
    for (let i = 1; i < this.depth; i++) {
      const place = this.places[i - 1]!;
      const callee = this.codes[i]!;
      if (this.edges.isKnown(place, callee)) continue;
      if (this.edges.learn(place, this.codes[i - 1]!, callee)) news++;
    }
    this.#trusted = this.depth;
    return news;
  }

  /** Code that may have been freed must not be taken over unseen. */
  #noticeFreedCode(): void {
    const { copy, codeTable } = this;
    const generation = copy.generation();
    if (generation >= 0) codeTable.noteGeneration(copy.thread.interpreter, generation);
    if (this.#epoch === codeTable.epoch) return;
    this.#epoch = codeTable.epoch;
    this.#trusted = 0;
  }

  /** Follows the frames from the current one to the root, or to where the stack before is met again. */
  #walk(): number {
    const { copy, codeTable } = this;
    const { frame: fields, thread, minor } = copy.runtime.layout;
    const base = thread.baseFrame < 0 ? -1 : copy.pointer(thread.baseFrame);
    const reusable = this.#reusableDepth();
    const stableUntil = reusable > 0 ? this.#stableBytes() : 0;
    this.#newCount = 0;
    this.#newGuardOffsets.length = 0;
    this.#newGuardCounts.length = 0;
    this.#kept = 0;
    this.#walkRepairs = 0;

    let address = copy.pointer(thread.currentFrame);
    if (address === 0 || address === base) return EMPTY;
    for (let entries = 0; entries < MOST_ENTRIES;) {
      if (address === base) return this.#newCount === 0 ? EMPTY : WHOLE;
      const at = copy.locate(address);
      if (at < 0) return at === -2 ? REARRANGED : TORN;
      const words = copy.words;

      const met = at < stableUntil ? (this.#depthAtWord[at >> 3] ?? 0) : 0;
      if (met > 0 && met <= reusable && this.#addresses[met - 1] === address) {
        if (at + fields.size <= stableUntil) {
          this.#kept = met;
          return WHOLE;
        }
      }

      const owner = copy.bytes[at + fields.owner]!;
      const previousAt = (at + fields.previous) >> 2;
      const previous = words[previousAt]! + words[previousAt + 1]! * 0x1_0000_0000;
      const executableAt = (at + fields.executable) >> 2;
      const low = minor >= 14 ? words[executableAt]! & ~3 : words[executableAt]!;
      const high = words[executableAt + 1]!;
      if (owner >= INTERPRETER_OWNER) {
        if (owner > INTERPRETER_OWNER + 1 || !this.#isEntry(low, high)) return TORN;
        if (previous === 0) {
          if (base >= 0) return BROKEN;
          return this.#newCount === 0 ? EMPTY : WHOLE;
        }
        entries++;
        this.#guard(at, this.#newCount);
        address = previous;
        continue;
      }

      const instructionAt = (at + fields.instruction) >> 2;
      const instruction = words[instructionAt]! + words[instructionAt + 1]! * 0x1_0000_0000;
      let code = (low | high) === 0 ? -1 : codeTable.find(low, high);
      let distance = code < 0 ? -1 : instruction - codeTable.starts[code]!;
      if (!(distance >= -2 && distance < codeTable.lengths[code]!)) {
        const owning = codeTable.findByInstruction(instruction);
        if (owning >= 0) {
          code = owning;
          distance = instruction - codeTable.starts[code]!;
          this.#walkRepairs++;
        } else if (this.#newCount === 0 && code >= 0) {
          distance = 0;
          this.#walkRepairs++;
        } else return (low | high) === 0 || code >= 0 ? TORN : UNREADABLE;
      }
      const place = codeTable.firstPlaces[code]! + Math.max(0, distance >> 1);
      this.#push(address, at, code, place);
      if (!copy.isInChunk(at)) this.#guard(at, this.#newCount);
      if (this.#newCount > MOST_FRAMES) return TOO_DEEP;
      if (previous === 0) return BROKEN;
      address = previous;
    }
    return BROKEN;
  }

  #guard(at: number, notBelow: number): void {
    this.#newGuardOffsets.push(at);
    this.#newGuardCounts.push(notBelow);
  }

  #push(address: Address, at: number, code: number, place: number): void {
    const i = this.#newCount++;
    if (i >= this.#newCodes.length) {
      this.#newCodes = withRoom(this.#newCodes, i + 1);
      this.#newPlaces = withRoom(this.#newPlaces, i + 1);
      this.#newOffsets = withRoom(this.#newOffsets, i + 1);
      this.#newAddresses = widened(this.#newAddresses, this.#newCodes.length);
    }
    this.#newAddresses[i] = address;
    this.#newOffsets[i] = at;
    this.#newCodes[i] = code;
    this.#newPlaces[i] = place;
  }

  /** Frames between C and Python hold None in place of a code object. */
  #isEntry(low: number, high: number): boolean {
    if ((low | high) === 0) return true;
    const address = (low >>> 0) + high * 0x1_0000_0000;
    if (address === this.#none) return true;
    const { reader, layout } = this.copy.runtime;
    if (this.#none !== 0 || !isNone(reader, layout, address)) return false;
    this.#none = address;
    return true;
  }

  /** How much of the stack before may be taken over if its bytes have not changed. */
  #reusableDepth(): number {
    const { copy } = this;
    if (!copy.comparable || this.#trusted === 0) return 0;
    const { frame: fields } = copy.runtime.layout;
    const words = copy.words;
    const earlier = copy.earlierWords;
    const owner = fields.owner >> 2;
    for (let i = 0; i < this.#guardDepths.length; i++) {
      const at = this.#guardOffsets[i]! >> 2;
      const previous = at + (fields.previous >> 2);
      const executable = at + (fields.executable >> 2);
      const instruction = at + (fields.instruction >> 2);
      if (
        words[previous] !== earlier[previous] || words[executable] !== earlier[executable] ||
        words[instruction] !== earlier[instruction] || words[at + owner] !== earlier[at + owner]
      ) return Math.min(this.#trusted, this.#guardDepths[i]!);
    }
    return this.#trusted;
  }

  /** Offset up to which the data stack is the same as in the copy before. */
  #stableBytes(): number {
    const { copy } = this;
    const from = copy.chunksAt;
    const length = Math.min(copy.limit, copy.outsideAt) - from;
    const now = copy.bytes.subarray(from);
    return from + this.firstDifference(now, copy.earlier.subarray(from), length);
  }

  /**
   * Puts the new frames onto what is kept of the stack before, checking every call from the leaf down.
   * A call site may be moved; a function changes only where lineage proves which one it was.
   */
  #join(strict: boolean): number {
    this.freshEdges.length = 0;
    this.repairs = this.#walkRepairs;
    this.#joinedCount = 0;
    this.#top = this.#kept > 0 ? this.places[this.#kept - 1]! : -1;
    let kept = this.#kept;
    let lowestRepair = -1;
    if (this.#newCount > 0) this.#joinFrame(0, this.#newPlaces[0]!);
    for (let i = 1; i <= this.#newCount; i++) {
      const callee = this.#joinedCodes[this.#joinedCount - 1]!;
      const isKept = i === this.#newCount;
      if (isKept && kept === 0) break;
      const code = isKept ? this.codes[kept - 1]! : this.#newCodes[i]!;
      const raw = isKept ? this.#top : this.#newPlaces[i]!;
      let place = raw;
      if (!this.edges.isKnown(raw, callee)) {
        lowestRepair = this.#joinedCount;
        const edge = this.edges.intern(raw, callee);
        if (!strict && this.edges.state(edge) !== DISMISSED) this.freshEdges.push(edge);
        else {
          this.repairs++;
          place = this.edges.callSite(code, callee, raw);
          if (place < 0) {
            if (!this.#restore(i, callee)) return this.#fail();
            lowestRepair = this.#joinedCount;
            const junction = this.#lineage.junction;
            if (junction < this.#newCount) {
              i = junction;
              place = this.#joinedSite(this.#newCodes[i]!, this.#newPlaces[i]!);
            } else {
              kept = junction - this.#newCount + 1;
              this.#top = this.#joinedSite(this.codes[kept - 1]!, this.places[kept - 1]!);
              break;
            }
          }
        }
      }
      if (isKept) this.#top = place;
      else this.#joinFrame(i, place);
    }
    return this.#settle(kept, lowestRepair);
  }

  /** Appends a frame of the walk to the joined stack, leaf first. */
  #joinFrame(i: number, place: number): void {
    this.#joinRaw(this.#newAddresses[i]!, this.#newOffsets[i]!, this.#newCodes[i]!, place);
  }

  #joinRaw(address: Address, at: number, code: number, place: number): void {
    const n = this.#joinedCount++;
    if (n >= this.#joinedCodes.length) {
      this.#joinedCodes = withRoom(this.#joinedCodes, n + 1);
      this.#joinedPlaces = withRoom(this.#joinedPlaces, n + 1);
      this.#joinedOffsets = withRoom(this.#joinedOffsets, n + 1);
      this.#joinedAddresses = widened(this.#joinedAddresses, this.#joinedCodes.length);
    }
    this.#joinedAddresses[n] = address;
    this.#joinedOffsets[n] = at;
    this.#joinedCodes[n] = code;
    this.#joinedPlaces[n] = place;
  }

  /** Where a caller stood when it called the frame joined last. */
  #joinedSite(caller: number, place: number): number {
    return this.edges.callSite(caller, this.#joinedCodes[this.#joinedCount - 1]!, place);
  }

  /** Finds the overwritten callers of the frame joined last and joins them. */
  #restore(i: number, callee: number): boolean {
    const count = this.#newCount;
    const address = i < count ? this.#newAddresses[i]! : this.#addresses[this.#kept - 1]!;
    const floor = this.copy.chunkOf(address);
    if (floor === address) return false;
    const found = this.#lineage.find(callee, address, floor, (at, code) => {
      for (let k = i; k < count; k++) {
        if (this.#newAddresses[k] === at) return this.#newCodes[k] === code ? k : -1;
      }
      for (let d = this.#kept - 1; d >= 0; d--) {
        if (this.#addresses[d] === at) return this.codes[d] === code ? count + d : -1;
      }
      return -1;
    });
    if (!found) return false;
    const { codes, addresses } = this.#lineage;
    for (let k = 0; k < codes.length; k++) {
      const site = this.edges.callSite(codes[k]!, this.#joinedCodes[this.#joinedCount - 1]!, 0);
      this.#joinRaw(addresses[k]!, -1, codes[k]!, site);
    }
    return true;
  }

  #fail(): number {
    this.#trusted = 0;
    this.#rejudgeable = true;
    return TORN;
  }

  /** Makes what was joined the stack. */
  #settle(kept: number, lowestRepair: number): number {
    const count = this.#joinedCount;
    const depth = kept + count;
    this.places = withRoom(this.places, depth);
    this.codes = withRoom(this.codes, depth);
    this.#addresses = widened(this.#addresses, this.codes.length);
    for (let d = kept; d < depth; d++) {
      const n = count - 1 - (d - kept);
      this.#addresses[d] = this.#joinedAddresses[n]!;
      this.codes[d] = this.#joinedCodes[n]!;
      this.places[d] = this.#joinedPlaces[n]!;
    }
    this.changedFrom = kept;
    let trusted = lowestRepair < 0 ? depth : Math.max(0, depth - 1 - lowestRepair);
    if (this.#walkRepairs > 0) trusted = Math.min(trusted, kept);
    if (kept > 0 && this.places[kept - 1] !== this.#top) {
      this.places[kept - 1] = this.#top;
      this.changedFrom = kept - 1;
      trusted = Math.min(trusted, kept - 1);
    }
    this.#rejudgeable = kept === this.#kept;
    this.depth = depth;
    this.#noteFrames(kept, Math.min(trusted, kept === this.#kept ? trusted : kept));
    return this.freshEdges.length > 0 ? UNPROVEN : WHOLE;
  }

  /** Notes where the stack's frames lie, for the next walk to meet them. */
  #noteFrames(kept: number, trusted: number): void {
    const { copy } = this;
    const count = this.#joinedCount;
    this.#trusted = trusted;
    if (this.#depthAtWord.length < copy.words.length / 2) {
      this.#depthAtWord = new Int32Array(copy.words.length / 2);
    }
    for (let d = kept; d < kept + count; d++) {
      const at = this.#joinedOffsets[count - 1 - (d - kept)]!;
      if (at >= 0 && copy.isInChunk(at)) this.#depthAtWord[at >> 3] = d + 1;
    }
    while ((this.#guardDepths.at(-1) ?? -1) >= kept) {
      this.#guardDepths.pop();
      this.#guardOffsets.pop();
    }
    for (let i = this.#newGuardCounts.length - 1; i >= 0; i--) {
      this.#guardDepths.push(this.#kept + this.#newCount - this.#newGuardCounts[i]!);
      this.#guardOffsets.push(this.#newGuardOffsets[i]!);
    }
  }
}

/** The same column with room for at least `length` addresses. */
function widened(column: Float64Array, length: number): Float64Array {
  if (length <= column.length) return column;
  const grown = new Float64Array(length);
  grown.set(column);
  return grown;
}
