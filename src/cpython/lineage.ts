import type { Address } from "../../ffi/process.ts";
import type { CodeTable } from "./code_table.ts";
import type { EdgeTable } from "./edge_table.ts";

/** Steps of one search; enough for a chain of a few hundred calls with few callers each. */
const MOST_STEPS = 1024;

/**
 * Finds the callers of a frame whose own have been overwritten in the data stack. When a stack is
 * popped and another one grows in its place while it is read, the frames near the leaf are still the
 * old ones and those below them are new. Who called the old ones follows from what is known: a caller
 * must be one that was seen to call this function, and as frames lie gapless, it must begin exactly its
 * own size below. If just one line of callers leads down to a frame that is still there, that is it.
 */
export class Lineage {
  /** The frames found, leaf first, without the one that is still there. */
  readonly codes: number[] = [];
  readonly addresses: Address[] = [];
  /** Index of the frame that is still there, as told by the `indexOf` of the search. */
  junction = -1;

  // The search: a code at an address, and the step that led there.
  readonly #codes: number[] = [];
  readonly #addresses: Address[] = [];
  readonly #origins: number[] = [];

  constructor(readonly codeTable: CodeTable, readonly edges: EdgeTable) {}

  /**
   * Searches from a frame downwards.
   * @param callee code of the frame whose caller is missing.
   * @param address where that caller's frame was.
   * @param floor where the data stack begins: no caller lies below.
   * @param indexOf tells which frame of the reading holds a code at an address, or −1.
   * @returns true if there is exactly one way.
   */
  find(
    callee: number,
    address: Address,
    floor: Address,
    indexOf: (address: Address, code: number) => number,
  ): boolean {
    const { codeTable, edges } = this;
    this.#codes.length = this.#addresses.length = this.#origins.length = 0;
    let end = -1;
    this.junction = -1;
    for (const caller of edges.callersOf(callee)) this.#add(caller, address, -1);
    for (let step = 0; step < this.#codes.length; step++) {
      if (step >= MOST_STEPS) return false;
      const code = this.#codes[step]!;
      const at = this.#addresses[step]!;
      const index = indexOf(at, code);
      if (index >= 0) {
        if (this.junction >= 0) return false;
        this.junction = index;
        end = step;
        continue;
      }
      for (const caller of edges.callersOf(code)) {
        const below = at - codeTable.codes[caller]!.frameBytes;
        if (below >= floor) this.#add(caller, below, step);
      }
    }
    if (this.junction < 0) return false;
    this.#trace(this.#origins[end]!);
    return true;
  }

  #add(code: number, address: Address, origin: number): void {
    this.#codes.push(code);
    this.#addresses.push(address);
    this.#origins.push(origin);
  }

  /** Puts the way from the callee down to the junction in order. */
  #trace(from: number): void {
    this.codes.length = this.addresses.length = 0;
    for (let step = from; step >= 0; step = this.#origins[step]!) {
      this.codes.push(this.#codes[step]!);
      this.addresses.push(this.#addresses[step]!);
    }
    this.codes.reverse();
    this.addresses.reverse();
  }
}
