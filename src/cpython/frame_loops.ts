import type { Address, Loops } from "../../ffi/process.ts";
import type { CodeTable } from "./code_table.ts";
import type { EdgeTable } from "./edge_table.ts";
import type { FrameList } from "./frame_list.ts";
import { GENERATOR_OWNER, INTERPRETER_OWNER } from "./layout.ts";
import { LoopTable } from "./loop_table.ts";
import { MovedSites } from "./moved_sites.ts";
import type { StackPath } from "./stack_path.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** Why a walk stopped, as `ffi/helper/walk.c` says it. */
export const MET_STABLE = 0; // the stack before is met unchanged
export const MET_BASE = 1; // the thread's base frame
export const MET_END = 2; // the frame met last has no caller
export const OUT_OF_ROOM = 3; // the list of frames is full
export const ALL_DONE = 7; // the stack is put together already
// All others: a frame that is not regular, as it is the interpreter's own, its code is new, …

/** Places in the table, in the order of `ffi/helper/tables.c`. */
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
const SORTED = 49;
const SORTED_COUNT = 50;
const HELD = 51;
const RESTORED = 52;
const EDGE_PLACE = 53;
const EDGE_CALLEE = 54;
const EDGE_VALUE = 55;
const EDGE_MASK = 56;
const EDGE_STATES = 57;
const NEWEST_CALLER = 58;
const NEWEST_CALLEE = 59;
const NEWEST_VALUE = 60;
const NEWEST_MASK = 61;
const SITES = 62;
const NEXT_SITE = 63;
const MOVED_AT = 64;
const MOVED_FROM = 65;
const MOVED_COUNT = 66;
const MOVED_CAPACITY = 67;
const MOVES = 68;
const LOWEST = 69;
const CHUNKS_AT = 70;
const SAME = 71;
const SLOTS = 72;

/** The table that the loops in C share with the walk of one thread. */
export class FrameLoops {
  readonly #shared: LoopTable;
  readonly #table: Float64Array;
  /** The list of frames that is entered. */
  #frames: FrameList | undefined;
  /** What `take` has moved, which nobody needs to know. */
  readonly #own = new MovedSites();

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

  /** Frames of this walk that had lost their code, which `follow` told from their instruction. */
  get restored(): number {
    return this.#table[RESTORED]!;
  }

  /** Frames whose places the last `join` has moved. */
  get moves(): number {
    return this.#table[MOVES]!;
  }

  /** Index of the one nearest to the root; −1: none. */
  get lowestMove(): number {
    return this.#table[LOWEST]!;
  }

  /** Depth up to which the path's places are as they were, after `take` has done it all. */
  get same(): number {
    return this.#table[SAME]!;
  }

  /**
   * Begins the walk of a copy.
   * @param base address of the thread's base frame, −1 if it has none.
   * @param reusable depth of the stack before that may be taken over.
   * @param held the thread is said not to run.
   */
  begin(base: Address, reusable: number, held: boolean): void {
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
    table[CHUNKS_AT] = copy.chunksAt;
    table[STABLE_UNTIL] = 0;
    table[REUSABLE] = reusable;
    table[BASE] = base;
    table[ON_STACK] = 0;
    table[JOINED] = 0;
    table[RESTORED] = 0;
    table[HELD] = held ? 1 : 0;
  }

  /**
   * Follows regular frames from the leaf's address on, and puts the whole stack together if they are all there
   * is: {@link ALL_DONE}. Else returns why it stopped.
   */
  take(address: Address, frames: FrameList, policy: number): number {
    const { copy, path } = this;
    const table = this.#table;
    this.#aim(address, frames);
    this.#enterMoved(this.#own);
    const stop = this.loops.take(table, copy.bytes, copy.earlier, policy);
    frames.count = table[COUNT]!;
    if (stop === ALL_DONE) path.depth = table[PATH_DEPTH]!;
    return stop;
  }

  /** Follows regular frames from an address on and adds them to the list. Returns why it stopped. */
  follow(address: Address, frames: FrameList): number {
    this.#aim(address, frames);
    const stop = this.loops.follow(this.#table, this.copy.bytes);
    frames.count = this.#table[COUNT]!;
    return stop;
  }

  /**
   * Joins frames from `from` (1 or more) on to the ones above them: those that are known to call them from
   * where they stand, and those that are known to have stood elsewhere when they called them.
   * @param moved takes down which were moved; absent: nobody wants to know.
   * @returns index of the first frame that is neither, or their number.
   */
  join(frames: FrameList, from: number, policy: number, moved?: MovedSites): number {
    this.#enterFrames(frames);
    const table = this.#table;
    table[MOVED_COUNT] = -1;
    if (moved !== undefined) this.#enterMoved(moved);
    const next = this.loops.join(table, from, policy);
    if (moved !== undefined) moved.count = table[MOVED_COUNT];
    return next;
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

  /** Makes ready to follow frames from an address on. */
  #aim(address: Address, frames: FrameList): void {
    const table = this.#table;
    this.#enterFrames(frames);
    table[EPOCH] = this.codeTable.epoch;
    table[SORTED_COUNT] = this.codeTable.sortedCount;
    table[ADDRESS] = address;
  }

  #enterMoved(moved: MovedSites): void {
    const table = this.#table;
    this.#shared.enter(MOVED_AT, moved.at);
    this.#shared.enter(MOVED_FROM, moved.from);
    table[MOVED_COUNT] = moved.count;
    table[MOVED_CAPACITY] = moved.at.length;
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
    const { edges, newest } = this.edges;
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
    this.#shared.enter(SORTED, codeTable.sorted);
    this.#shared.enter(EDGE_PLACE, edges.firsts);
    this.#shared.enter(EDGE_CALLEE, edges.seconds);
    this.#shared.enter(EDGE_VALUE, edges.values);
    table[EDGE_MASK] = edges.values.length - 1;
    this.#shared.enter(EDGE_STATES, this.edges.states);
    this.#shared.enter(NEWEST_CALLER, newest.firsts);
    this.#shared.enter(NEWEST_CALLEE, newest.seconds);
    this.#shared.enter(NEWEST_VALUE, newest.values);
    table[NEWEST_MASK] = newest.values.length - 1;
    this.#shared.enter(SITES, this.edges.sites);
    this.#shared.enter(NEXT_SITE, this.edges.next);
    this.#shared.enter(DEPTH_AT, path.depthAtWord);
    table[DEPTH_AT_LENGTH] = path.depthAtWord.length;
    this.#shared.enter(PATH_ADDRESSES, path.addresses);
    this.#shared.enter(PATH_CODES, path.codes);
    this.#shared.enter(PATH_PLACES, path.places);
    table[PATH_CAPACITY] = path.codes.length;
    if (this.#frames !== undefined) this.#enterList(this.#frames);
  }
}
