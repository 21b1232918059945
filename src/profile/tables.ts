/** The tables of a profile. Everything is interned once and named by a small integer from then on. */

/** What a frame stands for. */
export const FRAME_KINDS = ["python", "native", "gc", "task", "synthetic"] as const;
export type FrameKind = typeof FRAME_KINDS[number];

/** One place in a program. Lines count from 1; columns are UTF-8 byte offsets from 0; 0 or −1: not known. */
export interface Frame {
  /** Index of the file's path in the string table. */
  readonly file: number;
  /** Index of the (qualified) function name in the string table. */
  readonly name: number;
  /** First line of the function, 0 when not known. */
  readonly firstLine: number;
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly endColumn: number;
  /** Opcode at the instruction pointer, −1 when not recorded. */
  readonly opcode: number;
  /** Index into {@link FRAME_KINDS}. */
  readonly kind: number;
}

/** A column of integers that grows. */
export class Column {
  #values: Int32Array;
  length = 0;

  constructor(capacity = 256) {
    this.#values = new Int32Array(capacity);
  }

  push(value: number): void {
    this.set(this.length, value);
  }

  /** Writes at an index, growing with zeros up to it. */
  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Int32Array(Math.max(index + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
    if (index >= this.length) this.length = index + 1;
  }

  /** Adds to the value at an index, growing with zeros up to it. */
  add(index: number, amount: number): void {
    this.set(index, this.at(index) + amount);
  }

  /** The value at an index; 0 beyond the end. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  /** Tells of all values but 0, in the order of their indexes. */
  each(tell: (index: number, value: number) => void): void {
    for (let index = 0; index < this.length; index++) {
      const value = this.#values[index]!;
      if (value !== 0) tell(index, value);
    }
  }

  /** The values as one array, valid until the next write. */
  view(): Int32Array {
    return this.#values.subarray(0, this.length);
  }
}

/** Frames as columns; a frame's id is its row. */
export class FrameTable {
  readonly file: Column = new Column();
  readonly name: Column = new Column();
  readonly firstLine: Column = new Column();
  readonly line: Column = new Column();
  readonly endLine: Column = new Column();
  readonly column: Column = new Column();
  readonly endColumn: Column = new Column();
  readonly opcode: Column = new Column();
  readonly kind: Column = new Column();

  get length(): number {
    return this.file.length;
  }

  /** Appends a frame and returns its id. */
  push(frame: Frame): number {
    const id = this.length;
    this.file.push(frame.file);
    this.name.push(frame.name);
    this.firstLine.push(frame.firstLine);
    this.line.push(frame.line);
    this.endLine.push(frame.endLine);
    this.column.push(frame.column);
    this.endColumn.push(frame.endColumn);
    this.opcode.push(frame.opcode);
    this.kind.push(frame.kind);
    return id;
  }
}

/** No stack below: the prefix of a root frame. Also the stack of a thread without Python frames. */
export const NO_STACK = -1;

/**
 * Stacks as a tree: a stack is the stack of its caller (`prefix`) and a leaf frame. A prefix is
 * always in the table before what stands on it.
 */
export class StackTable {
  readonly prefix: Column = new Column(1024);
  readonly frame: Column = new Column(1024);

  get length(): number {
    return this.prefix.length;
  }

  /** Appends a stack and returns its id. The caller sees to it that it is not there yet. */
  push(prefix: number, frame: number): number {
    const id = this.length;
    this.prefix.push(prefix);
    this.frame.push(frame);
    return id;
  }

  /** Frame ids of a stack, leaf first. */
  frames(stack: number): number[] {
    const frames: number[] = [];
    for (let at = stack; at !== NO_STACK; at = this.prefix.at(at)) frames.push(this.frame.at(at));
    return frames;
  }
}
