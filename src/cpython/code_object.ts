import type { Address } from "../../ffi/process.ts";
import type { Layout } from "./layout.ts";
import { type MemoryReader, pointerAt } from "./memory.ts";
import { readUnicode } from "./unicode.ts";

/** What a code object says about its function. */
export interface CodeObject {
  readonly address: Address;
  /** Which copy of its instructions this is; 0 but in some threads of builds without a GIL. */
  readonly copy: number;
  /** Address of the first instruction. */
  readonly start: Address;
  /** Length of the instructions, bytes. */
  readonly length: number;
  /** Path as the target has it; untrusted text. */
  readonly file: string;
  /** Qualified name; untrusted text. */
  readonly name: string;
  readonly firstLine: number;
  /** Bytes that a frame of this code takes on the data stack. */
  readonly frameBytes: number;
  /** Its frames live in a generator, coroutine or asynchronous generator object. */
  readonly isGenerator: boolean;
  /** The location table, see `location_table.ts`. */
  readonly lines: Uint8Array;
  /** The fields that do not change while the object lives, to recognise a re-used address. */
  readonly identity: Uint8Array;
}

/**
 * True for code that nobody wrote: a specialised call of a class puts a frame named `__init__`, of
 * file `__init__`, under the real one to check what it returns (CPython 3.13 Python/specialize.c,
 * `_Py_InitCleanup`).
 */
export function isInternal(code: CodeObject): boolean {
  return code.file === "__init__" && code.name === "__init__";
}

/** CPython's own limit is far above; what is longer is no code object. */
const LARGEST_CODE = 64 << 20;
/** CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR (CPython Include/cpython/code.h). */
const GENERATOR_FLAGS = 0x20 | 0x80 | 0x200;
const LARGEST_LINE_TABLE = 16 << 20;
/** Copies are numbered as threads come; nobody has as many as this at a time. */
export const MOST_COPIES = 0x8000;

/** Attempts to read a code object that another takes the place of meanwhile. */
const MOST_ATTEMPTS = 3;

/**
 * Reads a code object (CPython Include/cpython/code.h). Its parts lie apart and are read one after the other; they
 * belong together if the object is the same afterwards.
 * @param codeType address of the type `code`, or 0 to look at the type's name instead.
 * @param copy which copy of the instructions is meant.
 * @returns undefined when the address holds no code object, one that has been freed, or it cannot be read.
 */
export function readCodeObject(
  reader: MemoryReader,
  layout: Layout,
  address: Address,
  codeType: Address,
  copy = 0,
): CodeObject | undefined {
  for (let i = 0; i < MOST_ATTEMPTS; i++) {
    const code = readParts(reader, layout, address, codeType, copy);
    if (code === undefined || isSameCode(reader, layout, code)) return code;
  }
  return undefined;
}

function readParts(
  reader: MemoryReader,
  layout: Layout,
  address: Address,
  codeType: Address,
  copy: number,
): CodeObject | undefined {
  const head = reader.bytes(address, headBytes(layout));
  if (head === undefined || isFreed(layout, head)) return undefined;
  const view = new DataView(head.buffer);
  const type = pointerAt(view, layout.object.type);
  const isCode = codeType === 0 ? typeName(reader, layout, type) === "code" : type === codeType;
  if (!isCode) return undefined;

  const { start, length } = instructionsOf(reader, layout, address, view, copy);
  const file = readUnicode(reader, layout, pointerAt(view, layout.code.filename));
  const qualified = layout.code.qualname < 0
    ? undefined
    : readUnicode(reader, layout, pointerAt(view, layout.code.qualname));
  const name = qualified ?? readUnicode(reader, layout, pointerAt(view, layout.code.name));
  if (file === undefined || name === undefined || length <= 0 || length > LARGEST_CODE) {
    return undefined;
  }
  if (start === 0) return undefined;
  return {
    address,
    copy,
    start,
    length,
    file,
    name,
    firstLine: view.getInt32(layout.code.firstLine, true),
    frameBytes: frameWords(layout, view) * 8,
    isGenerator: (view.getInt32(layout.code.flags, true) & GENERATOR_FLAGS) !== 0,
    lines: readBytes(reader, layout, pointerAt(view, layout.code.linetable)) ?? new Uint8Array(0),
    identity: identityOf(layout, head),
  };
}

/** Bytes of a code object in front of its instructions, or all of it. */
function headBytes({ code }: Layout): number {
  return code.instructions < 0 ? code.size : code.instructions;
}

/**
 * Where the instructions are: in the code object itself, before 3.11 in a bytes object, or a thread's copy
 * of them, 0 if there is none.
 */
function instructionsOf(
  reader: MemoryReader,
  layout: Layout,
  address: Address,
  view: DataView,
  copy: number,
): { start: Address; length: number } {
  const { instructions, bytecode, copies } = layout.code;
  if (instructions >= 0) {
    const start = copy === 0
      ? address + instructions
      : findCopy(reader, pointerAt(view, copies), copy);
    return { start, length: pointerAt(view, layout.object.varSize) * 2 };
  }
  const bytes = pointerAt(view, bytecode);
  const length = reader.pointer(bytes + layout.bytes.size) ?? 0;
  return { start: bytes + layout.bytes.data, length };
}

/** Looks a copy up in their list: its length, then pointers, 0 for threads that have not run the code. */
function findCopy(reader: MemoryReader, copies: Address, copy: number): Address {
  const length = reader.pointer(copies) ?? 0;
  if (copy >= Math.min(length, MOST_COPIES)) return 0;
  return reader.pointer(copies + 8 + copy * 8) ?? 0;
}

/** Words that a frame takes on the data stack; 0 where there is none. */
function frameWords({ code, frame }: Layout, view: DataView): number {
  if (code.frameWords >= 0) return view.getInt32(code.frameWords, true);
  if (code.locals < 0) return 0;
  // The last word of a frame's fixed part is the first one of its locals.
  const fixed = frame.size / 8 - 1;
  return view.getInt32(code.locals, true) + view.getInt32(code.stackSize, true) + fixed;
}

/** The part of a code object that does not change, out of bytes from its start on. */
function identityOf({ object, code }: Layout, head: Uint8Array): Uint8Array {
  const identity = head.slice(object.varSize, code.linetable + 8);
  if (code.warmup >= 0) {
    identity.fill(0, code.warmup - object.varSize, code.warmup + 2 - object.varSize);
  }
  return identity;
}

/**
 * True for what is left of an object that has been freed: its allocator has put a link, or nothing, where the
 * count of references was, which takes 32 bits (CPython 3.8–3.13 Objects/obmalloc.c; Include/refcount.h). Without a GIL
 * the count is elsewhere: there this is false.
 */
function isFreed({ object }: Layout, head: Uint8Array): boolean {
  if (object.type !== 8) return false;
  const view = new DataView(head.buffer);
  return view.getUint32(0, true) === 0 || view.getUint16(4, true) !== 0;
}

/** Tells whether an address still holds the code object that was read there. */
export function isSameCode(reader: MemoryReader, layout: Layout, code: CodeObject): boolean {
  const head = reader.bytes(code.address, layout.code.linetable + 8);
  if (head === undefined || isFreed(layout, head)) return false;
  const now = identityOf(layout, head);
  for (let i = 0; i < now.length; i++) if (now[i] !== code.identity[i]) return false;
  if (code.copy === 0) return true;
  const copies = reader.pointer(code.address + layout.code.copies) ?? 0;
  return findCopy(reader, copies, code.copy) === code.start;
}

/** Name of a type object; undefined if the address holds none. */
export function typeName(
  reader: MemoryReader,
  layout: Layout,
  type: Address,
): string | undefined {
  const name = reader.pointer(type + layout.object.typeName);
  return name === undefined ? undefined : reader.ascii(name, 64);
}

function readBytes(
  reader: MemoryReader,
  layout: Layout,
  address: Address,
): Uint8Array | undefined {
  const length = reader.pointer(address + layout.bytes.size);
  if (length === undefined || length > LARGEST_LINE_TABLE) return undefined;
  return reader.bytes(address + layout.bytes.data, length);
}
