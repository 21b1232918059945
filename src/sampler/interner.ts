import type { CodeTable } from "../cpython/code_table.ts";
import { describePlace } from "../cpython/frame_description.ts";
import { PairMap, withRoom } from "../cpython/pair_map.ts";
import type { Snapshot } from "../cpython/snapshot.ts";
import { type Frame, NO_STACK } from "../profile/tables.ts";
import type { RingWriter } from "./ring.ts";
import { writeFrame, writeStack, writeString } from "./records.ts";

/** A frame as the sampling thread knows it: its strings are not interned until it is sent. */
type LocalFrame = Omit<Frame, "file" | "name"> & { readonly file: string; readonly name: string };

/**
 * Turns places into frames and stacks of frames into numbers, and sends what the other side needs to
 * know of them: a stack is defined over there only when a sample uses it.
 */
export class Interner {
  /** Local frame + 1 by place; 0: not looked up. */
  #frameOfPlace: Int32Array = new Int32Array(4096);
  readonly #frames: LocalFrame[] = [];
  readonly #frameIds = new Map<string, number>();
  readonly #stacks = new PairMap(4096);
  #prefix: Int32Array = new Int32Array(4096);
  #frame: Int32Array = new Int32Array(4096);
  #stackCount = 0;

  /** Ids on the other side + 1, by local id. */
  #sentStack: Int32Array = new Int32Array(4096);
  #sentFrame: Int32Array = new Int32Array(1024);
  readonly #sentStrings = new Map<string, number>();
  #sentStacks = 0;
  #sentFrames = 0;

  constructor(readonly codeTable: CodeTable, readonly writer: RingWriter) {}

  /** The local id of a stack built on another. */
  push(prefix: number, place: number): number {
    return this.#pushFrame(prefix, this.#frameOf(place));
  }

  #pushFrame(prefix: number, frame: number): number {
    const known = this.#stacks.get(prefix, frame);
    if (known >= 0) return known;
    const stack = this.#stackCount++;
    this.#prefix = withRoom(this.#prefix, stack + 1);
    this.#frame = withRoom(this.#frame, stack + 1);
    this.#sentStack = withRoom(this.#sentStack, stack + 1);
    this.#prefix[stack] = prefix;
    this.#frame[stack] = frame;
    this.#stacks.set(prefix, frame, stack);
    return stack;
  }

  /** The local id of a stack of nothing but the leaf of another. */
  leafOf(stack: number): number {
    return this.#pushFrame(NO_STACK, this.#frame[stack]!);
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

  #frameOf(place: number): number {
    const known = this.#frameOfPlace[place] ?? 0;
    if (known !== 0) return known - 1;
    const { code, location } = describePlace(this.codeTable, place);
    const frame = this.#addFrame({
      file: code.file,
      name: code.name,
      firstLine: code.firstLine,
      line: location.line,
      endLine: location.endLine,
      column: location.column,
      endColumn: location.endColumn,
      opcode: -1,
      kind: 0,
    });
    this.#frameOfPlace = withRoom(this.#frameOfPlace, place + 1);
    this.#frameOfPlace[place] = frame + 1;
    return frame;
  }

  #addFrame(frame: LocalFrame): number {
    const { file, name, firstLine, line, endLine, column, endColumn } = frame;
    const key = JSON.stringify([file, name, firstLine, line, endLine, column, endColumn]);
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

/** The stack of one thread as numbers, kept so that only what has changed is interned again. */
export class ThreadStack {
  /** Local stack id of each depth, root first. */
  #stacks: Int32Array = new Int32Array(256);

  #serial = 0;

  constructor(readonly interner: Interner) {}

  /** The local id of the snapshot's stack; {@link NO_STACK} if none of its frames is to be shown. */
  intern(snapshot: Snapshot): number {
    const { depth, places } = snapshot.path;
    this.#stacks = withRoom(this.#stacks, depth);
    const stacks = this.#stacks;
    // What has changed is told against the stack before: that one must be the one we have.
    const from = snapshot.serial === this.#serial + 1 ? snapshot.changedFrom : 0;
    this.#serial = snapshot.serial;
    let stack = from > 0 ? stacks[from - 1]! : NO_STACK;
    for (let d = from; d < depth; d++) {
      stack = this.interner.push(stack, places[d]!);
      stacks[d] = stack;
    }
    return stack;
  }
}
