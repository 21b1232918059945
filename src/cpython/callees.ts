import type { Address } from "../../ffi/process.ts";
import { nameCallable, PYTHON } from "./callable_names.ts";
import type { Execution, FrameProbe } from "./frame_probe.ts";
import { ObjectReader } from "./objects/object_reader.ts";
import type { StackPath } from "./stack_path.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** What is called is written in C, and its name is not proven. */
export const NAMELESS = "";
export { PYTHON } from "./callable_names.ts";

/** What a call runs: {@link PYTHON}, the name of what is written in C, or {@link NAMELESS}. */
export type Callee = string | typeof PYTHON;

/** Objects that are remembered. */
const MOST_KNOWN = 4096;
/** An object is known by so many bytes from its type on: what stands before counts its references. */
const KNOWN_BY = 24;
/** From then on types are read anew, ms. */
const TYPES_LAST = 1000;

/** An object that was called: its first words, and what it is. */
interface Known {
  readonly words: string;
  readonly callee: Callee;
}

/** Tells what the calls of a stack run: what is called lies on the stack of values, below the arguments. */
export class Callees {
  readonly #known = new Map<Address, Known>();
  #objects: ObjectReader;
  #since = performance.now();
  /** The value that was looked at last was not copied with the stack. */
  #isLate = false;

  constructor(readonly copy: ThreadCopy, readonly probe: FrameProbe) {
    this.#objects = new ObjectReader(copy.runtime);
  }

  /** What a frame calls; undefined if it stands at no call, or that is not sure. */
  find(execution: Execution, path: StackPath, depth: number): Callee | undefined {
    const callable = this.#callable(execution);
    if (callable === 0) return undefined;
    const isLate = this.#isLate;
    const sure = (): boolean =>
      this.probe.isStill(execution, path, depth) && this.#callable(execution, true) === callable;
    if (isLate && !sure()) return undefined;
    return this.#name(callable, sure);
  }

  /** An object that was there before as it is now has been there in between. */
  #name(object: Address, sure: () => boolean): Callee | undefined {
    const { runtime } = this.copy;
    const words = runtime.reader.bytes(object + runtime.layout.object.type, KNOWN_BY)?.join();
    if (words === undefined) return undefined;
    const known = this.#known.get(object);
    if (known?.words === words) return known.callee;
    const now = performance.now();
    if (now - this.#since > TYPES_LAST) {
      this.#objects = new ObjectReader(this.copy.runtime);
      this.#since = now;
    }
    const callee = nameCallable(this.#objects, object);
    if (callee === undefined) return undefined;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(object, { words, callee });
    return callee === PYTHON || sure() ? callee : NAMELESS;
  }

  /** The object that is called, 0 if the frame stands at no call. `late`: as it is by now. */
  #callable(execution: Execution, late = false): Address {
    const { operation, argument, routine, unit } = execution;
    const { minor } = this.copy.runtime.layout;
    const top = routine.bytecode.depths[unit]!;
    const below = top < 0 ? undefined : PLACES.get(operation.name)?.(argument, minor);
    if (below === undefined || below > top) return 0;
    const value = this.#value(execution, top - below, late);
    // Where a method would be, there is nothing if a function is called, and that comes next.
    const hasEmpty = minor < 13 && METHODS.has(operation.name);
    return value === 0 && hasEmpty ? this.#value(execution, top - below + 1, late) : value;
  }

  #value({ frame, routine }: Execution, index: number, late: boolean): Address {
    const { copy } = this;
    const { reader, layout, offsets } = copy.runtime;
    this.#isLate = true;
    if (layout.hasFrameObjects) {
      const values = reader.pointer(frame + offsets.get("frame_object.f_valuestack")) ?? 0;
      return reader.pointer(values + index * 8) ?? 0;
    }
    const local = offsets.get("interpreter_frame.localsplus");
    const address = frame + local + (routine.locals + index) * 8;
    const at = late || copy.dataStack.changed ? -1 : copy.dataStack.locate(address, 8);
    let value = 0;
    if (at >= 0 && at + 8 <= copy.limit) {
      this.#isLate = false;
      value = copy.pointer(at);
    } else value = reader.pointer(address) ?? 0;
    // From 3.14 on, and without a GIL, the low bits are a tag.
    return layout.minor >= 14 || layout.freeThreaded ? value - value % 4 : value;
  }
}

/** How far below the top the callable is, by the call's argument (CPython 3.8–3.15 Python/bytecodes.c, Python/ceval.c). */
const PLACES: ReadonlyMap<string, (argument: number, minor: number) => number> = new Map<
  string,
  (argument: number, minor: number) => number
>([
  ["CALL_FUNCTION", (n) => n + 1],
  ["CALL_METHOD", (n) => n + 2],
  ["PRECALL", (n) => n + 2],
  // In 3.11 the arguments count as taken off by the instruction before, which leaves them there.
  ["CALL", (n, minor) => minor === 11 ? 2 : n + 2],
  ["CALL_FUNCTION_KW", (n) => n + 2],
  ["CALL_KW", (n) => n + 3],
  ["CALL_FUNCTION_EX", (n, minor) => minor > 13 ? 4 : (minor > 12 ? 3 : 2) + (n & 1)],
]);
/** Calls with a place for a method. */
const METHODS: ReadonlySet<string> = new Set(["CALL_METHOD", "PRECALL", "CALL"]);
