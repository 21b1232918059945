import type { Address } from "../../ffi/process.ts";
import type { CodeTable } from "./code_table.ts";
import type { EdgeTable } from "./edge_table.ts";

/** Steps of one search; enough for a chain of a few hundred calls with few callers each. */
const MOST_STEPS = 1024;
/** Generators that resume one another without a frame on the data stack between them. */
const MOST_GENERATORS = 64;

/**
 * Finds the callers of a frame that have been overwritten or have lost their links since the reading
 * began. When a stack is popped and another one grows in its place while it is read, the frames near
 * the leaf are still the old ones and those below them are new; when a generator is suspended, it
 * forgets who resumed it. Who called the old ones follows from what is known: a caller must be one that
 * was seen to call this function, and as frames lie gapless on the data stack, it must end exactly
 * where the next one begins (a generator's frame lies elsewhere and takes no room). If just one line of
 * callers leads down to a frame that is still there, that is it.
 */
export class Lineage {
  /** The frames found, leaf first, without the one that is still there; addresses 0: a generator. */
  readonly codes: number[] = [];
  readonly addresses: Address[] = [];
  /** What the search's `indexOf` told of the frame that is still there. */
  junction = -1;

  // The search: a code, where its frame lies, where its caller's must end, and the step before.
  readonly #codes: number[] = [];
  readonly #addresses: Address[] = [];
  readonly #ends: Address[] = [];
  readonly #origins: number[] = [];
  readonly #generators: number[] = [];

  constructor(readonly codeTable: CodeTable, readonly edges: EdgeTable) {}

  /**
   * Searches from a frame downwards.
   * @param callee code of the frame whose caller is missing.
   * @param end where the data stack ended below that frame: its caller's frame ends there.
   * @param endBelow where the data stack ends below a frame at an address; 0 where it begins.
   * @param indexOf tells which frame of the reading holds a code at an address, or −1.
   * @returns true if there is exactly one way.
   */
  find(
    callee: number,
    end: Address,
    endBelow: (address: Address) => Address,
    indexOf: (address: Address, code: number) => number,
  ): boolean {
    this.#codes.length = this.#addresses.length = this.#ends.length = 0;
    this.#origins.length = this.#generators.length = 0;
    this.junction = -1;
    let last = -1;
    this.#addCallers(callee, end, endBelow, -1);
    for (let step = 0; step < this.#codes.length; step++) {
      if (this.#codes.length > MOST_STEPS) return false;
      const address = this.#addresses[step]!;
      const index = address === 0 ? -1 : indexOf(address, this.#codes[step]!);
      if (index < 0) this.#addCallers(this.#codes[step]!, this.#ends[step]!, endBelow, step);
      else {
        if (this.junction >= 0) return false;
        this.junction = index;
        last = step;
      }
    }
    if (this.junction < 0) return false;
    this.#trace(this.#origins[last]!);
    return true;
  }

  #addCallers(
    callee: number,
    end: Address,
    endBelow: (address: Address) => Address,
    origin: number,
  ): void {
    const { codes, internal } = this.codeTable;
    const generators = origin < 0 ? 0 : this.#generators[origin]!;
    // Between a class and its __init__ there may be a frame of the interpreter's own.
    const gap = internal >= 0 && codes[callee]!.name.endsWith("__init__")
      ? codes[internal]!.frameBytes
      : 0;
    for (const caller of this.edges.callersOf(callee)) {
      const { isGenerator, frameBytes } = codes[caller]!;
      if (!isGenerator) {
        this.#addOnStack(caller, end - frameBytes, endBelow, origin);
        if (gap > 0) this.#addOnStack(caller, end - gap - frameBytes, endBelow, origin);
      } else if (generators < MOST_GENERATORS) this.#add(caller, 0, end, origin, generators + 1);
    }
  }

  #addOnStack(
    code: number,
    address: Address,
    endBelow: (address: Address) => Address,
    origin: number,
  ): void {
    const end = endBelow(address);
    if (end > 0) this.#add(code, address, end, origin, 0);
  }

  #add(code: number, address: Address, end: Address, origin: number, generators: number): void {
    this.#codes.push(code);
    this.#addresses.push(address);
    this.#ends.push(end);
    this.#origins.push(origin);
    this.#generators.push(generators);
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
