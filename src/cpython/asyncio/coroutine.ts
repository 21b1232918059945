import type { Address } from "../../../ffi/process.ts";
import { typeName } from "../code_object.ts";
import { type CodeTable, COPY_UNIT } from "../code_table.ts";
import type { DebugOffsets } from "../debug_offsets.ts";
import type { Layout } from "../layout.ts";
import { type MemoryReader, pointerAt } from "../memory.ts";
import { MOST_AWAITS, type TaskFacts } from "./task.ts";

/** Where coroutines keep their frames and states, bytes. */
interface CoroutineLayout {
  readonly frame: number;
  readonly state: number;
  readonly locals: number;
  /** Pointer to the top of the stack of values; −1 where a count of words stands instead (before 3.14). */
  readonly stackPointer: number;
  /** That count, behind the first local. */
  readonly stackTop: number;
  /** Words between the top of the stack and what is awaited. */
  readonly awaitedBelow: number;
  /** Where a wrapper points to what it awaits. */
  readonly wrapped: number;
  readonly executing: number;
  /** Has begun and waits. */
  isSuspended(state: number): boolean;
  /** Not begun yet. */
  readonly created: number;
}

/** The coroutines of a task. */
export type Chain = Pick<TaskFacts, "frame" | "executing" | "places" | "objects">;

/** What is in place of coroutines in a chain: kind by name of the type (CPython Objects/genobject.c). */
const GENERATORS = new Set(["coroutine", "generator", "async_generator"]);
/** Objects that await what they point to, right behind their head (CPython Objects/genobject.c). */
const WRAPPERS = new Set([
  "coroutine_wrapper",
  "async_generator_asend",
  "async_generator_athrow",
  "anext_awaitable",
]);
/** In 3.13, which does not tell (CPython 3.13 Include/internal/pycore_genobject.h and pycore_frame.h). */
const FRAME_313 = 72;
const STATE_313 = 67;
const STACK_TOP = 64;

/** Follows coroutines that wait for one another. */
export class CoroutineReader {
  readonly #fields: CoroutineLayout;
  readonly #layout: Layout;
  /** Types that are followed, by address: true for generators, false for wrappers. None of them is ever freed. */
  readonly #types = new Map<Address, boolean>();
  readonly #others = new Set<Address>();

  constructor(readonly codeTable: CodeTable, offsets: DebugOffsets) {
    this.#fields = nameFields(offsets);
    this.#layout = codeTable.layout;
  }

  /**
   * The coroutines from one that a task was made of to the one that waits.
   * @returns undefined if what is there does not hold together.
   */
  read(reader: MemoryReader, coroutine: Address): Chain | undefined {
    const places: number[] = [];
    const objects: number[] = [];
    const met = new Set<Address>();
    const { codeTable } = this;
    const { type } = this.#layout.object;
    const { frame, state, locals, executing, created, wrapped } = this.#fields;
    let at = coroutine;
    let outermost = 0;
    while (at !== 0 && met.size < MOST_AWAITS && !met.has(at)) {
      met.add(at);
      // What is followed is read as a whole, its type with it.
      const kind = this.#kindOf(codeTable.reader.pointer(at + type) ?? 0);
      const head = kind === true
        ? reader.bytes(at + type, frame + locals - type)
        : reader.bytes(at + type, 8);
      if (head === undefined) return undefined;
      const view = new DataView(head.buffer);
      if (this.#kindOf(pointerAt(view, 0)) !== kind) return undefined;
      if (kind === undefined) break;
      if (!kind) {
        at = reader.pointer(at + wrapped) ?? 0;
        continue;
      }
      if (at === coroutine) outermost = at + frame;
      const now = view.getInt8(state - type);
      if (now === executing) return { frame: outermost, executing: true, places: [], objects: [] };
      const suspended = this.#fields.isSuspended(now);
      if (!suspended && now !== created) break;
      const place = this.#placeOf(new DataView(head.buffer, frame - type), objects);
      if (place < 0) return undefined;
      places.push(place);
      if (!suspended) break;
      const awaited = this.#awaitedBy(reader, at, new DataView(head.buffer, frame - type));
      if (awaited === undefined) return undefined;
      at = awaited;
    }
    return { frame: outermost, executing: false, places, objects };
  }

  /** Place of a suspended frame; −1 if its code cannot be read. */
  #placeOf(frame: DataView, objects: number[]): number {
    const { codeTable } = this;
    const fields = this.#layout.frame;
    const mask = this.#layout.minor >= 14 ? ~3 : ~0;
    const low = frame.getUint32(fields.executable, true) & mask;
    const high = frame.getUint32(fields.executable + 4, true);
    // Free-threaded builds: the thread that began it has its own copy of the instructions.
    const copy = fields.copy < 0 ? 0 : frame.getInt32(fields.copy, true);
    const object = (low | high) === 0 ? -1 : codeTable.find(low, high + copy * COPY_UNIT);
    if (object < 0) return -1;
    const code = codeTable.codeOf[object]!;
    const distance = pointerAt(frame, fields.instruction) - codeTable.starts[object]!;
    if (!(distance >= -2 && distance < codeTable.lengths[code]!)) return -1;
    objects.push(object);
    return codeTable.firstPlaces[code]! + Math.max(0, distance >> 1);
  }

  /** The object that a suspended coroutine waits for; 0 if it has nothing on its stack. */
  #awaitedBy(reader: MemoryReader, coroutine: Address, frame: DataView): Address | undefined {
    const { frame: at, locals, stackPointer, stackTop, awaitedBelow } = this.#fields;
    const first = coroutine + at + locals;
    const top = stackPointer >= 0
      ? pointerAt(frame, stackPointer)
      : first + frame.getInt32(stackTop, true) * 8;
    const slot = top - 8 * awaitedBelow;
    if (slot < first || slot % 8 !== 0) return slot < first ? 0 : undefined;
    const value = reader.pointer(slot);
    return value === undefined ? undefined : value - value % 4;
  }

  #kindOf(type: Address): boolean | undefined {
    const known = this.#types.get(type);
    if (known !== undefined || this.#others.has(type)) return known;
    const name = typeName(this.codeTable.reader, this.#layout, type);
    if (name === undefined) return undefined;
    const kind = GENERATORS.has(name) ? true : WRAPPERS.has(name) ? false : undefined;
    if (kind === undefined) this.#others.add(type);
    else this.#types.set(type, kind);
    return kind;
  }
}

function nameFields({ version: { minor }, get, or }: DebugOffsets): CoroutineLayout {
  const [created, executing] = minor >= 15 ? [0, 4] : minor >= 13 ? [-3, 0] : [-2, 0];
  return {
    frame: or("gen_object.gi_iframe", FRAME_313),
    state: or("gen_object.gi_frame_state", STATE_313),
    locals: get("interpreter_frame.localsplus"),
    stackPointer: or("interpreter_frame.stackpointer", -1),
    stackTop: or("interpreter_frame.stacktop", STACK_TOP),
    awaitedBelow: minor >= 15 ? 2 : 1,
    wrapped: get("pyobject.size"),
    created,
    executing,
    isSuspended: minor >= 15
      ? (state) => state >= 1 && state <= 3
      : (state) => state < 0 && state !== created,
  };
}
