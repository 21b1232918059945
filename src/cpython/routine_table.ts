import { type Bytecode, readBytecode } from "./bytecode.ts";
import { isSameCode } from "./code_object.ts";
import type { CodeTable } from "./code_table.ts";
import type { MemoryReader } from "./memory.ts";

/** The count of a function's variables lies right behind its first line (CPython 3.12–3.15 Include/cpython/code.h). */
const COUNT_OF_LOCALS = 4;
/** The table of exceptions lies right before the flags (CPython 3.11–3.15 Include/cpython/code.h). */
const HANDLERS = -8;
const LARGEST_TABLE = 1 << 20;
/** Longer instructions would take too long to take apart, bytes. */
const LARGEST_ROUTINE = 1 << 20;

/** The instructions of a function. */
export interface Routine {
  readonly bytecode: Bytecode;
  /** Values in its frames before those of the stack; 0 where a frame says where these are (before 3.11). */
  readonly locals: number;
}

/** The instructions of the functions whose calls are looked at, each read once. */
export class RoutineTable {
  /** By code; undefined: it has instructions that tell nothing. */
  readonly #routines = new Map<number, Routine | undefined>();

  constructor(readonly codeTable: CodeTable, readonly reader: MemoryReader) {}

  /**
   * The instructions of a code; undefined if they cannot be read or tell nothing.
   * @param object one that holds the code now.
   */
  find(code: number, object: number): Routine | undefined {
    const known = this.#routines.get(code);
    if (known !== undefined || this.#routines.has(code)) return known;
    return this.#read(code, object);
  }

  #read(code: number, object: number): Routine | undefined {
    const { reader, codeTable } = this;
    const { layout } = codeTable;
    const content = codeTable.contentOf(object);
    if (content.length > LARGEST_ROUTINE) {
      this.#routines.set(code, undefined);
      return undefined;
    }
    const bytes = reader.bytes(content.start, content.length);
    let locals: number | undefined = 0;
    let handlers: Uint8Array | undefined = new Uint8Array(0);
    if (!layout.hasFrameObjects) {
      const { locals: count, firstLine, flags } = layout.code;
      locals = reader.int32(content.address + (count < 0 ? firstLine + COUNT_OF_LOCALS : count));
      const table = reader.pointer(content.address + flags + HANDLERS) ?? 0;
      const length = reader.pointer(table + layout.bytes.size) ?? Infinity;
      handlers = length > LARGEST_TABLE
        ? undefined
        : reader.bytes(table + layout.bytes.data, length);
    }
    if (bytes === undefined || locals === undefined || handlers === undefined) return undefined;
    if (!isSameCode(reader, layout, content)) return undefined;
    const bytecode = readBytecode(layout.minor, bytes, handlers);
    const routine = bytecode && { bytecode, locals };
    this.#routines.set(code, routine);
    return routine;
  }
}
