import type { Address, Loops } from "../../ffi/process.ts";
import type { CodeTable } from "./code_table.ts";
import type { EdgeTable } from "./edge_table.ts";
import type { FrameList } from "./frame_list.ts";
import { GENERATOR_OWNER, INTERPRETER_OWNER } from "./layout.ts";
import { LoopTable } from "./loop_table.ts";
import type { StackPath } from "./stack_path.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** Why a walk stopped, as `ffi/helper/walk.c` says it. */
export const MET_STABLE = 0; // the stack before is met unchanged
export const MET_BASE = 1; // the thread's base frame
export const MET_END = 2; // the frame met last has no caller
export const OUT_OF_ROOM = 3; // the list of frames is full
// All others: a frame that is not regular, as it is the interpreter's own, its code is new, …

/** Places in the table, in the order of `ffi/helper/walk.c`. */
const EXECUTABLE = 0;
const PREVIOUS = 1;
const INSTRUCTION = 2;
const OWNER = 3;
const FRAME_SIZE = 4;
const EXECUTABLE_MASK = 5;
const INTERPRETER = 6;
const GENERATOR = 7;
const OBJECT_LOW = 8;
const OBJECT_HIGH = 9;
const OBJECT_VALUE = 10;
const OBJECT_MASK = 11;
const CHECKED = 12;
const EPOCH = 13;
const CODE_OF = 14;
const STARTS = 15;
const LENGTHS = 16;
const FIRST_PLACES = 17;
const ODDITIES = 18;
const CHUNK_ADDRESS = 19;
const CHUNK_WINDOW = 20;
const CHUNK_AT = 21;
const CHUNK_COUNT = 22;
const CHUNK_HINT = 23;
const LIMIT = 24;
const CHUNKS_END = 25;
const STABLE_UNTIL = 26;
const REUSABLE = 27;
const DEPTH_AT = 28;
const DEPTH_AT_LENGTH = 29;
const PATH_ADDRESSES = 30;
const PATH_CODES = 31;
const PATH_PLACES = 32;
const PATH_DEPTH = 33;
const PATH_CAPACITY = 34;
const ADDRESSES = 35;
const OFFSETS = 36;
const CODES = 37;
const PLACES = 38;
const COUNT = 39;
const CAPACITY = 40;
const LAST_CALLEE = 41;
const LAST_CALLEE_LENGTH = 42;
const BASE = 43;
const ADDRESS = 44;
const ON_STACK = 45;
const KEPT = 46;
const JOINED = 47;
const COPY = 48;
const SLOTS = 49;

/** The table that the loops in C share with the walk of one thread. */
export class FrameLoops {
  readonly #shared: LoopTable;
  readonly #table: Float64Array;
  /** The list of frames that is entered. */
  #frames: FrameList | undefined;

  constructor(
    readonly loops: Loops,
    readonly copy: ThreadCopy,
    readonly codeTable: CodeTable,
    readonly edges: EdgeTable,
    readonly path: StackPath,
  ) {
    const { frame } = copy.runtime.layout;
    this.#shared = new LoopTable(loops, SLOTS);
    const table = this.#table = this.#shared.numbers;
    table[EXECUTABLE] = frame.executable;
    table[PREVIOUS] = frame.previous;
    table[INSTRUCTION] = frame.instruction;
    table[OWNER] = frame.owner;
    table[FRAME_SIZE] = frame.size;
    table[EXECUTABLE_MASK] = copy.executableMask;
    table[INTERPRETER] = INTERPRETER_OWNER;
    table[GENERATOR] = GENERATOR_OWNER;
    table[COPY] = frame.copy;
  }

  /** The frame at which the last walk stopped. */
  get address(): Address {
    return this.#table[ADDRESS]!;
  }

  /** Frame on the data stack that was met last; 0 for none. */
  get onStack(): Address {
    return this.#table[ON_STACK]!;
  }

  set onStack(address: Address) {
    this.#table[ON_STACK] = address;
  }

  /** Depth at which the stack before was met. */
  get kept(): number {
    return this.#table[KEPT]!;
  }

  /** So many frames from the leaf on are known to call one another: those that `follow` added first. */
  get joined(): number {
    return this.#table[JOINED]!;
  }

  /**
   * Begins the walk of a copy.
   * @param base address of the thread's base frame, −1 if it has none.
   * @param reusable depth of the stack before that may be taken over.
   * @param stableUntil offset up to which the data stack is the same as in the copy before.
   */
  begin(base: Address, reusable: number, stableUntil: number): void {
    const { copy, path } = this;
    const table = this.#table;
    path.reserve(0, copy);
    this.#refresh();
    const { count } = copy.dataStack;
    table[CHUNK_COUNT] = count;
    if (table[CHUNK_HINT]! >= count) table[CHUNK_HINT] = Math.max(0, count - 1);
    table[PATH_DEPTH] = path.depth;
    table[LIMIT] = copy.limit;
    table[CHUNKS_END] = copy.outsideAt;
    table[STABLE_UNTIL] = stableUntil;
    table[REUSABLE] = reusable;
    table[BASE] = base;
    table[ON_STACK] = 0;
    table[JOINED] = 0;
  }

  /** Follows regular frames from an address on and adds them to the list. Returns why it stopped. */
  follow(address: Address, frames: FrameList): number {
    const table = this.#table;
    this.#enterFrames(frames);
    table[EPOCH] = this.codeTable.epoch;
    table[ADDRESS] = address;
    const stop = this.loops.follow(table, this.copy.bytes);
    frames.count = table[COUNT]!;
    return stop;
  }

  /** Index of the first frame from `from` (1 or more) on that is not known to call the one above it, or their number. */
  firstUnknown(frames: FrameList, from: number): number {
    this.#enterFrames(frames);
    return this.loops.firstUnknown(this.#table, from);
  }

  /**
   * Makes the frames the path above its lowest `kept`. Returns the depth up to which its places stay the
   * same.
   */
  putAbove(frames: FrameList, kept: number): number {
    const { path } = this;
    path.reserve(kept + frames.count, this.copy);
    this.#enterFrames(frames);
    this.#table[PATH_DEPTH] = path.depth;
    const same = this.loops.putAbove(this.#table, kept);
    path.depth = kept + frames.count;
    return same;
  }

  #enterFrames(frames: FrameList): void {
    this.#refresh();
    if (this.#frames !== frames) {
      this.#frames = frames;
      this.#enterList(frames);
    }
    this.#table[COUNT] = frames.count;
  }

  #enterList(frames: FrameList): void {
    this.#shared.enter(ADDRESSES, frames.addresses);
    this.#shared.enter(OFFSETS, frames.offsets);
    this.#shared.enter(CODES, frames.codes);
    this.#shared.enter(PLACES, frames.places);
    this.#table[CAPACITY] = frames.codes.length;
  }

  /** Enters all arrays again that have been replaced, if any has been anywhere. */
  #refresh(): void {
    if (!this.#shared.isOutdated()) return;
    const { codeTable, path } = this;
    const { objects } = codeTable;
    const { addresses, windows, offsets } = this.copy.dataStack;
    const { lastCallee } = this.edges;
    const table = this.#table;
    this.#shared.enter(OBJECT_LOW, objects.firsts);
    this.#shared.enter(OBJECT_HIGH, objects.seconds);
    this.#shared.enter(OBJECT_VALUE, objects.values);
    table[OBJECT_MASK] = objects.values.length - 1;
    this.#shared.enter(CHECKED, codeTable.checked);
    this.#shared.enter(CODE_OF, codeTable.codeOf);
    this.#shared.enter(STARTS, codeTable.starts);
    this.#shared.enter(LENGTHS, codeTable.lengths);
    this.#shared.enter(FIRST_PLACES, codeTable.firstPlaces);
    this.#shared.enter(ODDITIES, codeTable.oddities);
    this.#shared.enter(CHUNK_ADDRESS, addresses);
    this.#shared.enter(CHUNK_WINDOW, windows);
    this.#shared.enter(CHUNK_AT, offsets);
    this.#shared.enter(LAST_CALLEE, lastCallee);
    table[LAST_CALLEE_LENGTH] = lastCallee.length;
    this.#shared.enter(DEPTH_AT, path.depthAtWord);
    table[DEPTH_AT_LENGTH] = path.depthAtWord.length;
    this.#shared.enter(PATH_ADDRESSES, path.addresses);
    this.#shared.enter(PATH_CODES, path.codes);
    this.#shared.enter(PATH_PLACES, path.places);
    table[PATH_CAPACITY] = path.codes.length;
    if (this.#frames !== undefined) this.#enterList(this.#frames);
  }
}
