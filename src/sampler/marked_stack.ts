import type { Loops } from "../../ffi/process.ts";
import { findCollection, isCollecting } from "../cpython/collection.ts";
import type { Snapshot } from "../cpython/snapshot.ts";
import type { Features } from "../profile/metadata.ts";
import { NO_STACK } from "../profile/tables.ts";
import { type Interner, type StackInterner, ThreadStack } from "./interner.ts";

/** What stacks are interned with. */
interface Means {
  readonly interner: Interner;
  readonly loops: Loops;
  readonly features: Features;
}

/** Interns the stacks of one thread, with what they are to show besides Python frames. */
export function createStackInterner(means: Means): StackInterner {
  const plain = new ThreadStack(means.interner, means.loops);
  return means.features.gc ? new CollectingStack(means.interner, plain) : plain;
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

  /** @param stack the same without a mark. */
  #intern({ copy, path }: Snapshot, stack: number): number {
    const { interner } = this;
    const marked = findCollection(copy, path);
    if (marked < 0) return stack;
    if (marked === path.depth - 1) return interner.pushFrame(stack, this.#mark);
    let built = NO_STACK;
    for (let d = 0; d < path.depth; d++) {
      built = interner.push(built, path.places[d]!);
      if (d === marked) built = interner.pushFrame(built, this.#mark);
    }
    return built;
  }
}
