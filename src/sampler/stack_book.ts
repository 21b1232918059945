import { PairMap, withRoom } from "../cpython/pair_map.ts";
import { type Frame, FRAME_KINDS, type FrameKind, NO_STACK } from "../profile/tables.ts";
import { writeFrame, writeStack, writeString } from "./records.ts";
import type { RingWriter } from "./ring.ts";

/** A frame as the sampling thread knows it: its strings are not interned until it is sent. */
export type LocalFrame = Omit<Frame, "file" | "name"> & {
  readonly file: string;
  readonly name: string;
};

/** Frames that are no places in a program have the file that CPython gives them. */
const NOWHERE = {
  file: "~",
  firstLine: 0,
  line: 0,
  endLine: 0,
  column: -1,
  endColumn: -1,
  opcode: -1,
} as const;

/**
 * The frames and stacks of a capture by their numbers, which all its processes share, and what the other
 * side knows of them: a stack is defined over there only when a sample uses it.
 */
export class StackBook {
  /** Local stacks by (prefix, local frame). */
  readonly stacks: PairMap = new PairMap(4096);
  readonly #frames: LocalFrame[] = [];
  readonly #frameIds = new Map<string, number>();
  #prefix: Int32Array = new Int32Array(4096);
  #frame: Int32Array = new Int32Array(4096);
  #stackCount = 0;

  /** Ids on the other side + 1, by local id. */
  #sentStack: Int32Array = new Int32Array(4096);
  #sentFrame: Int32Array = new Int32Array(1024);
  readonly #sentStrings = new Map<string, number>();
  #sentStacks = 0;
  #sentFrames = 0;

  constructor(readonly writer: RingWriter) {}

  /** The local id of a stack built on another, by the local id of its leaf. */
  push(prefix: number, frame: number): number {
    const known = this.stacks.get(prefix, frame);
    if (known >= 0) return known;
    const stack = this.#stackCount++;
    this.#prefix = withRoom(this.#prefix, stack + 1);
    this.#frame = withRoom(this.#frame, stack + 1);
    this.#sentStack = withRoom(this.#sentStack, stack + 1);
    this.#prefix[stack] = prefix;
    this.#frame[stack] = frame;
    this.stacks.set(prefix, frame, stack);
    return stack;
  }

  /** The local id of a stack of nothing but the leaf of another. */
  leafOf(stack: number): number {
    return this.push(NO_STACK, this.#frame[stack]!);
  }

  /**
   * The id of a stack on the other side, after sending whatever it is made of.
   * @returns −1 when the ring is full; what has been sent stays sent.
   */
  send(stack: number): number {
    const sent = this.#sentStack[stack]!;
    if (sent > 0) return sent - 1;
    const missing: number[] = [];
    for (let at = stack; at !== NO_STACK && this.#sentStack[at] === 0; at = this.#prefix[at]!) {
      missing.push(at);
    }
    for (let i = missing.length - 1; i >= 0; i--) {
      const at = missing[i]!;
      const prefix = this.#prefix[at]!;
      const frame = this.#sendFrame(this.#frame[at]!);
      const prefixId = prefix === NO_STACK ? NO_STACK : this.#sentStack[prefix]! - 1;
      if (frame < 0 || !writeStack(this.writer, prefixId, frame)) return -1;
      this.#sentStack[at] = ++this.#sentStacks;
    }
    return this.#sentStack[stack]! - 1;
  }

  /** The local id of a frame that is no place in a program. */
  markOf(kind: FrameKind, name: string, file: string = NOWHERE.file): number {
    return this.addFrame({ ...NOWHERE, file, name, kind: FRAME_KINDS.indexOf(kind) });
  }

  /** The local id of a frame. */
  addFrame(frame: LocalFrame): number {
    const { file, name, firstLine, line, endLine, column, endColumn, opcode, kind } = frame;
    const key = JSON.stringify(
      [file, name, firstLine, line, endLine, column, endColumn, opcode, kind],
    );
    const known = this.#frameIds.get(key);
    if (known !== undefined) return known;
    const id = this.#frames.push(frame) - 1;
    this.#frameIds.set(key, id);
    this.#sentFrame = withRoom(this.#sentFrame, id + 1);
    return id;
  }

  #sendFrame(local: number): number {
    const sent = this.#sentFrame[local]!;
    if (sent > 0) return sent - 1;
    const frame = this.#frames[local]!;
    const file = this.#sendString(frame.file);
    const name = this.#sendString(frame.name);
    if (file < 0 || name < 0 || !writeFrame(this.writer, { ...frame, file, name })) return -1;
    return (this.#sentFrame[local] = ++this.#sentFrames) - 1;
  }

  #sendString(text: string): number {
    const known = this.#sentStrings.get(text);
    if (known !== undefined) return known;
    if (!writeString(this.writer, text)) return -1;
    const id = this.#sentStrings.size;
    this.#sentStrings.set(text, id);
    return id;
  }
}
