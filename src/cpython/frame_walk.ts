import type { Address } from "../../ffi/process.ts";
import { type CodeTable, isNoCode, numbered } from "./code_table.ts";
import type { EdgeTable } from "./edge_table.ts";
import { FrameList, NOT_READ } from "./frame_list.ts";
import {
  ALL_DONE,
  type FrameLoops,
  MET_BASE,
  MET_END,
  MET_STABLE,
  OUT_OF_ROOM,
} from "./frame_loops.ts";
import { GENERATOR_OWNER, INTERPRETER_OWNER } from "./layout.ts";
import { Lineage } from "./lineage.ts";
import { BROKEN, EMPTY, TOO_DEEP, TORN, UNREADABLE, WHOLE } from "./snapshot_status.ts";
import { EXACT, type Policy } from "./policy.ts";
import type { Walk } from "./walk.ts";
import { REARRANGED } from "./fetch_status.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** Deeper stacks are rejected; Python's own limit is far below, but `sys.setrecursionlimit` is free. */
export const MOST_FRAMES = 100_000;
/** Roots remembered of one thread: one, but for hosts and greenlets that enter Python again and again. */
const MOST_ROOTS = 64;
/** Irregular frames in one walk; links that lead in a circle would go on for ever. */
const MOST_TURNS = 200_000;
/** Searches for overwritten callers in one walk; links that lead in a circle would ask for more and more. */
const MOST_BRIDGES = 32;

/**
 * Follows the frames in a copy from the current one to the root, or to where the stack before is met
 * again unchanged. Runs of regular frames are left to {@link FrameLoops}; here is everything else.
 */
export class FrameWalk implements Walk {
  /** The frames met, leaf first. */
  readonly frames = new FrameList();
  /** Depth up to which the stack before is taken over. */
  kept = 0;
  /** The walk has joined the stack, too, and put it onto what is kept. */
  isDone = false;
  /** Frames outside the data stack: offsets, and how many of the new frames are not below each. */
  readonly guardOffsets: number[] = [];
  readonly guardCounts: number[] = [];

  readonly #lineage: Lineage;
  #none: Address = 0;
  readonly #roots = new Set<Address>();
  /** Root that this walk has met, and the one before it. */
  #root: Address = 0;
  #lastRoot: Address = 0;
  #bridges = 0;
  #repairs = 0;
  // The frame that is being decoded.
  #code = -1;
  #place = -1;

  constructor(
    readonly copy: ThreadCopy,
    readonly codeTable: CodeTable,
    readonly edges: EdgeTable,
    readonly loops: FrameLoops,
  ) {
    this.#lineage = new Lineage(codeTable, edges);
  }

  /** Frames whose code or caller had to be restored. */
  get repairs(): number {
    return this.#repairs + this.loops.restored;
  }

  /** @param reusable depth of the stack before that may be taken over. */
  run(reusable: number, policy: Policy): number {
    const { copy, frames } = this;
    const status = this.#walk(copy.currentFrame(), reusable, policy);
    if (status < TORN || frames.count > 1) return status;
    const outer = copy.outerFrame();
    return outer === 0 ? status : this.#walk(outer, reusable, policy);
  }

  /** Does the same from a frame on. */
  #walk(from: Address, reusable: number, policy: Policy): number {
    const { copy, frames, loops } = this;
    const held = policy === EXACT;
    const { frame: fields, thread } = copy.runtime.layout;
    const base = thread.baseFrame < 0 ? -1 : copy.threadField(thread.baseFrame);
    this.#begin();
    loops.begin(base, reusable, held);
    let address = from;
    if (address === 0 || address === base) return EMPTY;
    for (let turns = 0; turns < MOST_TURNS; turns++) {
      const stop = turns === 0
        ? loops.take(address, frames, policy)
        : loops.follow(address, frames);
      if (stop === MET_STABLE || stop === ALL_DONE) {
        this.kept = loops.kept;
        this.isDone = stop === ALL_DONE;
        return WHOLE;
      }
      address = loops.address;
      if (stop === MET_BASE) return frames.count === 0 ? EMPTY : WHOLE;
      if (frames.count > MOST_FRAMES) return TOO_DEEP;
      if (stop === OUT_OF_ROOM) {
        frames.reserve(frames.count * 2);
        continue;
      }
      if (stop === MET_END) {
        if (this.#endsAtRoot()) return WHOLE;
        address = this.#bridge();
        if (address === 0) return BROKEN;
        continue;
      }
      const at = copy.locate(address);
      if (at === -2) return REARRANGED;
      if (at < 0) {
        address = this.#bridge();
        if (address === 0) return TORN;
        continue;
      }
      const owner = copy.bytes[at + fields.owner]!;
      const previous = copy.pointer(at + fields.previous);
      if (owner >= INTERPRETER_OWNER) {
        if (owner > INTERPRETER_OWNER + 1 || !this.#isEntry(at + fields.executable)) {
          address = this.#bridge();
          if (address === 0) return TORN;
        } else if (previous === 0) {
          if (!this.#isRoot(address, base >= 0) && !held) return BROKEN;
          copy.outside.leaveOut(address);
          return frames.count === 0 ? EMPTY : WHOLE;
        } else {
          if (previous === base) copy.outside.leaveOut(address);
          else this.#guard(at);
          address = previous;
        }
        continue;
      }
      // What returns is not current any more before its code is cleared: here a call has just begun.
      if (held && frames.count === 0 && this.#isCleared(at)) return TORN;
      const decoded = this.#decode(at);
      if (decoded !== WHOLE) return decoded;
      if (this.#code === this.codeTable.internal) {
        loops.onStack = address;
        address = previous;
        if (address === 0) return BROKEN;
        continue;
      }
      frames.push(address, at, this.#code, this.#place);
      if (copy.isInChunk(at)) loops.onStack = address;
      else this.#guard(at);
      if (previous === 0 && this.#endsAtRoot()) return WHOLE;
      address = previous === 0 ? this.#bridge() : previous;
      if (address === 0) return BROKEN;
    }
    return BROKEN;
  }

  #begin(): void {
    this.frames.count = 0;
    if (this.guardOffsets.length > 0) this.guardOffsets.length = this.guardCounts.length = 0;
    this.kept = 0;
    this.isDone = false;
    this.#repairs = 0;
    this.#bridges = 0;
    this.#root = 0;
  }

  /** Where the data stack ended below the frame met last. */
  #end(): Address {
    const { copy, loops } = this;
    return loops.onStack === 0
      ? copy.threadField(copy.runtime.layout.thread.chunkTop)
      : copy.endBelow(loops.onStack);
  }

  #guard(at: number): void {
    this.guardOffsets.push(at);
    this.guardCounts.push(this.frames.count);
  }

  /** True if the frame at an offset has no code: it is over, or its call has not got so far. */
  #isCleared(at: number): boolean {
    const { words, executableMask, runtime } = this.copy;
    const executable = (at + runtime.layout.frame.executable) >> 2;
    return ((words[executable]! & executableMask) | words[executable + 1]!) === 0;
  }

  /** Finds code and place of the Python frame at an offset. */
  #decode(at: number): number {
    const { copy, codeTable } = this;
    const { frame: fields } = copy.runtime.layout;
    const executable = (at + fields.executable) >> 2;
    const low = copy.words[executable]! & copy.executableMask;
    const high = copy.words[executable + 1]!;
    const instruction = copy.pointer(at + fields.instruction);
    let object = (low | high) === 0 ? -1 : codeTable.find(low, this.#withCopy(at, high));
    if (object >= 0 && fields.copy >= 0) object = this.#fit(object, instruction);
    let code = object < 0 ? -1 : codeTable.codeOf[object]!;
    let distance = code < 0 ? -1 : instruction - codeTable.starts[object]!;
    if (!(distance >= -2 && distance < codeTable.lengths[code]!)) {
      this.#repairs++;
      const owning = codeTable.findByInstruction(instruction);
      if (owning >= 0) {
        // Popped, or about to be pushed over: the instruction is still that of the old call.
        code = codeTable.codeOf[owning]!;
        distance = instruction - codeTable.starts[owning]!;
      } else if (this.frames.count === 0 && code >= 0) distance = 0;
      else return (low | high) === 0 || code >= 0 ? TORN : UNREADABLE;
    }
    const onStack = copy.bytes[at + fields.owner] !== GENERATOR_OWNER;
    if (onStack && codeTable.codes[code]!.isGenerator) code = codeTable.makerOf(code);
    this.#code = code;
    this.#place = codeTable.firstPlaces[code]! + Math.max(0, distance >> 1);
    return WHOLE;
  }

  /** The upper half of an executable with the number of the copy that the frame at an offset executes. */
  #withCopy(at: number, high: number): number {
    const { words, runtime } = this.copy;
    const { copy } = runtime.layout.frame;
    if (copy < 0) return high;
    return numbered(high, words[(at + copy) >> 2]!);
  }

  /** An object that an instruction lies outside of is looked at again: that copy may be a new one. */
  #fit(object: number, instruction: Address): number {
    const { codeTable } = this;
    const distance = instruction - codeTable.starts[object]!;
    const fits = distance >= -2 && distance < codeTable.lengths[codeTable.codeOf[object]!]!;
    return fits ? object : codeTable.recheck(object);
  }

  /** In 3.11 the root is a frame like others: one that C has called, at the very start of the data stack. */
  #endsAtRoot(): boolean {
    const { copy, frames } = this;
    const { isEntry } = copy.runtime.layout.frame;
    const last = frames.count - 1;
    const at = frames.offsets[last]!;
    return isEntry >= 0 && at >= 0 && copy.isInChunk(at) && copy.bytes[at + isEntry] !== 0 &&
      copy.isBottom(frames.addresses[last]!);
  }

  /**
   * What an entry that is over leaves behind on the C stack may look like the one at the root. That one
   * lies above all others, and was met as the end of a stack before; others an exact reading must have
   * shown (greenlets have a root each).
   * @param hasBase the thread has a base frame, at which all stacks end but those of greenlets.
   */
  #isRoot(address: Address, hasBase: boolean): boolean {
    const again = address === this.#lastRoot && !hasBase;
    this.#lastRoot = this.#root = address;
    if (this.#roots.has(address)) return true;
    if (!again || address < Math.max(...this.#roots)) return false;
    this.confirmRoot();
    return true;
  }

  /** The root that the last stack ended at was really one. */
  confirmRoot(): void {
    if (this.#roots.size >= MOST_ROOTS) this.#roots.clear();
    if (this.#root !== 0) this.#roots.add(this.#root);
  }

  /** Frames between C and Python hold None in place of a code object, in 3.12 code that nobody wrote. */
  #isEntry(executableAt: number): boolean {
    const { words, executableMask, runtime } = this.copy;
    const low = words[executableAt >> 2]! & executableMask;
    const high = words[(executableAt >> 2) + 1]!;
    if ((low | high) === 0) return true;
    const address = (low >>> 0) + high * 0x1_0000_0000;
    if (address === this.#none) return true;
    if (this.#none !== 0 || !isNoCode(runtime.reader, runtime.layout, address)) return false;
    this.#none = address;
    return true;
  }

  /**
   * The frame met last does not lead on: a generator that has been suspended, an entry from C that is
   * over. Restores its callers down to a frame that is still on the data stack.
   * @returns the address of that frame, or 0 if nothing is sure.
   */
  #bridge(): Address {
    const { frames, copy, edges } = this;
    if (frames.count === 0 || ++this.#bridges > MOST_BRIDGES) return 0;
    const callee = frames.codes[frames.count - 1]!;
    const endBelow = (address: Address): Address => copy.endBelow(address);
    const found = this.#lineage.find(callee, this.#end(), endBelow, (address, code) => {
      const at = copy.locate(address);
      return at >= 0 && this.#decode(at) === WHOLE && this.#code === code ? address : -1;
    });
    if (!found) return 0;
    this.#repairs++;
    const { codes, addresses, junction } = this.#lineage;
    for (let k = 0; k < codes.length; k++) {
      const site = edges.callSite(codes[k]!, frames.codes[frames.count - 1]!, 0);
      frames.push(addresses[k]!, NOT_READ, codes[k]!, site);
      if (addresses[k] !== 0) this.loops.onStack = addresses[k]!;
    }
    return junction;
  }
}
