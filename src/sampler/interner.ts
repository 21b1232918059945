import type { Loops } from "../../ffi/process.ts";
import type { CodeTable } from "../cpython/code_table.ts";
import { describePlace } from "../cpython/frame_description.ts";
import { LoopTable } from "../cpython/loop_table.ts";
import { PairMap, withRoom } from "../cpython/pair_map.ts";
import type { Snapshot } from "../cpython/snapshot.ts";
import { type FrameKind, NO_STACK } from "../profile/tables.ts";
import type { StackBook } from "./stack_book.ts";

/** Turns places of one target into frames, and its stacks of them into numbers. */
export class Interner {
  /** Local frame + 1 by place; 0: not looked up. */
  frameOfPlace: Int32Array = new Int32Array(4096);
  /** Local frame by place and opcode, where these are wanted. */
  readonly #frameOfOpcode = new PairMap(16);

  constructor(readonly codeTable: CodeTable, readonly book: StackBook) {}

  /** The local id of a stack built on another. */
  push(prefix: number, place: number): number {
    return this.book.push(prefix, this.frameOf(place));
  }

  /** The same for a frame by its own local id. */
  pushFrame(prefix: number, frame: number): number {
    return this.book.push(prefix, frame);
  }

  /** The local id of a frame that is no place in a program. */
  markOf(kind: FrameKind, name: string, file?: string): number {
    return this.book.markOf(kind, name, file);
  }

  /** The local id of the frame at a place. */
  frameOf(place: number): number {
    const known = this.frameOfPlace[place] ?? 0;
    if (known !== 0) return known - 1;
    const frame = this.#addPlace(place, -1);
    this.frameOfPlace = withRoom(this.frameOfPlace, place + 1);
    this.frameOfPlace[place] = frame + 1;
    return frame;
  }

  /** The same of a frame that executes an opcode; −1: it is not known which. */
  frameWith(place: number, opcode: number): number {
    const known = this.#frameOfOpcode.get(place, opcode);
    if (known >= 0) return known;
    const frame = this.#addPlace(place, opcode);
    this.#frameOfOpcode.set(place, opcode, frame);
    return frame;
  }

  #addPlace(place: number, opcode: number): number {
    const { code, location } = describePlace(this.codeTable, place);
    return this.book.addFrame({
      file: code.file,
      name: code.name,
      firstLine: code.firstLine,
      line: location.line,
      endLine: location.endLine,
      column: location.column,
      endColumn: location.endColumn,
      opcode,
      kind: 0,
    });
  }
}

/** In place of a stack: what was read does not belong together. As a stack to fall back on it is none. */
export const REFUSED = -3;

/** Places in the table that the loop in C shares, in the order of `ffi/helper/tables.c`. */
const PREFIX = 0;
const FRAME = 1;
const VALUE = 2;
const MASK = 3;
const FRAME_OF_PLACE = 4;
const FRAME_OF_PLACE_LENGTH = 5;
const PLACES = 6;
const STACKS = 7;
const SLOTS = 8;

/** Turns the stacks of one thread into numbers. */
export interface StackInterner {
  /**
   * The local id of the snapshot's stack; {@link NO_STACK} if none of its frames is to be shown, or {@link REFUSED}.
   * @param again the stack may take the place of the one before, for the same sample.
   */
  intern(snapshot: Snapshot, again?: boolean): number;
  /** The local id of its frames from a depth on, put onto another stack. */
  internOn(stack: number, snapshot: Snapshot, from: number, to?: number): number;
}

/** The stack of one thread as numbers, kept so that only what has changed is interned again. */
export class ThreadStack implements StackInterner {
  /** Local stack id of each depth, root first. */
  #stacks: Int32Array = new Int32Array(256);
  #serial = 0;
  readonly #table: LoopTable;
  /** Whose places are entered. */
  #places: Int32Array | undefined;

  constructor(readonly interner: Interner, readonly loops: Loops) {
    this.#table = new LoopTable(loops, SLOTS);
  }

  intern(snapshot: Snapshot): number {
    const { depth, places } = snapshot.path;
    this.#stacks = withRoom(this.#stacks, depth);
    // What has changed is told against the stack before: that one must be the one we have.
    let d = snapshot.serial === this.#serial + 1 ? snapshot.changedFrom : 0;
    this.#serial = snapshot.serial;
    while ((d = this.#findKnown(places, d, depth)) < depth) {
      const prefix = d > 0 ? this.#stacks[d - 1]! : NO_STACK;
      this.#stacks[d] = this.interner.push(prefix, places[d]!);
      d++;
    }
    return depth > 0 ? this.#stacks[depth - 1]! : NO_STACK;
  }

  internOn(stack: number, { path }: Snapshot, from: number, to = path.depth): number {
    let whole = stack;
    for (let d = from; d < to; d++) whole = this.interner.push(whole, path.places[d]!);
    return whole;
  }

  /** Fills in the stacks that are known from a depth on; returns the depth of the first that is not. */
  #findKnown(places: Int32Array, from: number, depth: number): number {
    if (this.#table.isOutdated() || this.#places !== places) this.#refresh(places);
    return this.loops.findStacks(this.#table.numbers, from, depth);
  }

  /** Enters the arrays again that have been replaced. */
  #refresh(places: Int32Array): void {
    const { book: { stacks }, frameOfPlace } = this.interner;
    const table = this.#table;
    this.#places = places;
    table.enter(PREFIX, stacks.firsts);
    table.enter(FRAME, stacks.seconds);
    table.enter(VALUE, stacks.values);
    table.numbers[MASK] = stacks.values.length - 1;
    table.enter(FRAME_OF_PLACE, frameOfPlace);
    table.numbers[FRAME_OF_PLACE_LENGTH] = frameOfPlace.length;
    table.enter(PLACES, places);
    table.enter(STACKS, this.#stacks);
  }
}
