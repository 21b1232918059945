import type { Loops } from "../process.ts";
import type { Helper } from "./functions.ts";
import { type FfiBuffer, loadHelper } from "./library.ts";

/** The loops of the helper's `walk.c` and `join.c`; they are the same on every system. */
export function createLoops(): Loops {
  return new HelperLoops(loadHelper());
}

class HelperLoops implements Loops {
  readonly #helper: Helper;

  constructor(helper: Helper) {
    this.#helper = helper;
  }

  firstDifference(a: Uint8Array, b: Uint8Array, length: number): number {
    return this.#helper.tach_first_difference(a as FfiBuffer, b as FfiBuffer, length);
  }

  addressOf(array: Int32Array | Float64Array): number {
    const pointer = Deno.UnsafePointer.of(array as Int32Array<ArrayBuffer>);
    return Number(Deno.UnsafePointer.value(pointer));
  }

  take(table: Float64Array, copy: Uint8Array, before: Uint8Array, policy: number): number {
    return this.#helper.tach_take(
      table as FfiTable,
      copy as FfiBuffer,
      before as FfiBuffer,
      policy,
    );
  }

  follow(table: Float64Array, copy: Uint8Array): number {
    return this.#helper.tach_follow(table as FfiTable, copy as FfiBuffer);
  }

  join(table: Float64Array, from: number, policy: number): number {
    return this.#helper.tach_join(table as FfiTable, from, policy);
  }

  putAbove(table: Float64Array, kept: number): number {
    return this.#helper.tach_put_above(table as FfiTable, kept);
  }

  findStacks(table: Float64Array, from: number, depth: number): number {
    return this.#helper.tach_find_stacks(table as FfiTable, from, depth);
  }
}

type FfiTable = Float64Array<ArrayBuffer>;
