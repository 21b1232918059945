import { Column } from "./tables.ts";

/** Values of a page. */
const PAGE_BITS = 8;
const PAGE = 1 << PAGE_BITS;

/**
 * A column of integers most of which are 0: memory follows those that are not. So a thousand threads
 * can have counts of the same two hundred thousand stacks.
 */
export class SparseColumn extends Column {
  readonly #pages: (Int32Array | undefined)[] = [];

  constructor() {
    super(0);
  }

  override set(index: number, value: number): void {
    const page = this.#pages[index >>> PAGE_BITS] ??= new Int32Array(PAGE);
    page[index & PAGE - 1] = value;
    if (index >= this.length) this.length = index + 1;
  }

  override at(index: number): number {
    return this.#pages[index >>> PAGE_BITS]?.[index & PAGE - 1] ?? 0;
  }

  override each(tell: (index: number, value: number) => void): void {
    for (const [number, page] of this.#pages.entries()) {
      if (page === undefined) continue;
      const from = number << PAGE_BITS;
      const end = Math.min(PAGE, this.length - from);
      for (let i = 0; i < end; i++) if (page[i] !== 0) tell(from + i, page[i]!);
    }
  }

  /** All values in an array of their own: keep it while it is needed rather than ask again. */
  override view(): Int32Array {
    const values = new Int32Array(this.length);
    for (const [number, page] of this.#pages.entries()) {
      if (page === undefined) continue;
      const from = number << PAGE_BITS;
      values.set(page.subarray(0, Math.max(0, this.length - from)), from);
    }
    return values;
  }
}
