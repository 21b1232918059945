import type { Loops } from "../../ffi/process.ts";
import { findCollection, isCollecting } from "../cpython/collection.ts";
import type { RoutineTable } from "../cpython/routine_table.ts";
import type { Snapshot } from "../cpython/snapshot.ts";
import { StackMarks } from "../cpython/stack_marks.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import type { Features } from "../profile/metadata.ts";
import { NO_STACK } from "../profile/tables.ts";
import { type Interner, type StackInterner, ThreadStack } from "./interner.ts";

/** What stacks are interned with. */
interface Means {
  readonly interner: Interner;
  readonly loops: Loops;
  readonly features: Features;
  readonly routines: RoutineTable;
}

/** Interns the stacks of one thread, with what they are to show besides Python frames. */
export function createStackInterner(means: Means, copy: ThreadCopy): StackInterner {
  const { gc, native, opcodes } = means.features;
  if (native || opcodes) return new MarkedStack(means, copy);
  const plain = new ThreadStack(means.interner, means.loops);
  return gc ? new CollectingStack(means.interner, plain) : plain;
}

/** Puts a `<GC>` frame where the garbage collector runs, which it mostly does not. */
class CollectingStack implements StackInterner {
  readonly #mark: number;

  constructor(readonly interner: Interner, readonly plain: ThreadStack) {
    this.#mark = interner.markOf("gc", "<GC>");
  }

  intern(snapshot: Snapshot): number {
    const stack = this.plain.intern(snapshot);
    return isCollecting(snapshot.copy) ? this.#intern(snapshot, stack) : stack;
  }

  internOn(stack: number, snapshot: Snapshot, from: number, to = snapshot.path.depth): number {
    const { copy, path } = snapshot;
    const marked = isCollecting(copy) ? findCollection(copy, path) : -1;
    if (marked < from || marked >= to) return this.plain.internOn(stack, snapshot, from, to);
    const below = this.plain.internOn(stack, snapshot, from, marked + 1);
    const built = this.interner.pushFrame(below, this.#mark);
    return this.plain.internOn(built, snapshot, marked + 1, to);
  }

  /** @param stack the same without a mark. */
  #intern(snapshot: Snapshot, stack: number): number {
    const { copy, path } = snapshot;
    const marked = findCollection(copy, path);
    if (marked < 0) return stack;
    if (marked === path.depth - 1) return this.interner.pushFrame(stack, this.#mark);
    return this.internOn(NO_STACK, snapshot, 0);
  }
}

/** The collector runs when an instruction is over, from then on. */
const COLLECTS_BETWEEN = 12;
const COLLECT = "gc.collect";

/** Whether the C code that a leaf calls is over when the collector runs in it, unless it is the collector itself. */
export function isOverByCollection(minor: number, native: string | undefined): boolean {
  return minor >= COLLECTS_BETWEEN && native !== COLLECT;
}

/** Shows of each frame what it executes, and the C code that it has called. */
class MarkedStack implements StackInterner {
  readonly #interner: Interner;
  readonly #features: Features;
  readonly #marks: StackMarks;
  readonly #gc: number;
  /** Frames by what they call. */
  readonly #natives = new Map<string, number>();

  constructor({ interner, features, routines }: Means, copy: ThreadCopy) {
    this.#interner = interner;
    this.#features = features;
    this.#marks = new StackMarks(copy, interner.codeTable, routines, features);
    this.#gc = interner.markOf("gc", "<GC>");
  }

  intern(snapshot: Snapshot): number {
    return this.internOn(NO_STACK, snapshot, 0);
  }

  internOn(
    base: number,
    { copy, path }: Snapshot,
    from: number,
    to = path.depth,
  ): number {
    const { depth } = path;
    const marks = this.#marks;
    marks.read(path);
    const collection = this.#features.gc ? findCollection(copy, path) : -1;
    if (
      collection === depth - 1 &&
      isOverByCollection(copy.runtime.layout.minor, marks.natives.get(depth))
    ) marks.natives.delete(depth);
    let stack = base;
    for (let d = from; d < to; d++) {
      // What leads from frames that are left out to the first of these is left out, too.
      if (d > from || d === 0) stack = this.#pushNative(stack, d);
      stack = this.#push(stack, path.places[d]!, d);
      if (d === depth - 1) stack = this.#pushNative(stack, depth);
      if (d === collection) stack = this.#interner.pushFrame(stack, this.#gc);
    }
    return stack;
  }

  #push(stack: number, place: number, depth: number): number {
    const interner = this.#interner;
    const frame = this.#features.opcodes
      ? interner.frameWith(place, this.#marks.opcodes[depth]!)
      : interner.frameOf(place);
    return interner.pushFrame(stack, frame);
  }

  #pushNative(stack: number, depth: number): number {
    const name = this.#marks.natives.get(depth);
    if (name === undefined) return stack;
    let frame = this.#natives.get(name);
    if (frame === undefined) {
      frame = this.#interner.markOf("native", name === "" ? "<native>" : `<native ${name}>`);
      this.#natives.set(name, frame);
    }
    return this.#interner.pushFrame(stack, frame);
  }
}
