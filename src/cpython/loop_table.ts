import type { Loops } from "../../ffi/process.ts";
import { growth } from "./pair_map.ts";

/**
 * A table of numbers that loops in C share with their caller, in which arrays stand by their addresses.
 * Arrays grow by being replaced; before a loop runs, those that were are entered anew.
 */
export class LoopTable {
  readonly numbers: Float64Array;
  /** The array that each place stands for. */
  readonly #arrays: (Int32Array | Float64Array | undefined)[] = [];
  /** What `growth` counted when they were entered last. */
  #growth = -1;

  constructor(readonly loops: Pick<Loops, "addressOf">, slots: number) {
    this.numbers = new Float64Array(slots);
  }

  /** True once after an array has been replaced anywhere: all are to be entered again. */
  isOutdated(): boolean {
    if (this.#growth === growth.count) return false;
    this.#growth = growth.count;
    return true;
  }

  /** Puts an array in a place. */
  enter(slot: number, array: Int32Array | Float64Array): void {
    if (this.#arrays[slot] === array) return;
    this.#arrays[slot] = array;
    this.numbers[slot] = this.loops.addressOf(array);
  }
}
