/** The lines of the collapsed format before they are text. */

import { StableSorter } from "../src/profile/stable_sort.ts";
import { NO_STACK, type StackTable } from "../src/profile/tables.ts";

const ENCODER = new TextEncoder();
const SEPARATOR = ENCODER.encode(";");

/** All lines to be but their text, as columns, so that millions of them can be sorted. */
export class CollapsedLines {
  #tids = new Float64Array(256);
  #counts = new Float64Array(256);
  #stacks = new Int32Array(256);
  length = 0;

  add(tid: number, stack: number, count: number): void {
    if (this.length === this.#tids.length) this.#grow();
    this.#tids[this.length] = tid;
    this.#stacks[this.length] = stack;
    this.#counts[this.length++] = count;
  }

  /** The highest count first, then by thread and by stack. */
  *sorted(
    rankOf: Int32Array,
  ): Generator<{ readonly tid: number; readonly stack: number; readonly count: number }> {
    const key = new Float64Array(this.length);
    const sorter = new StableSorter();
    const sort = (keyOf: (line: number) => number, before?: Uint32Array): Uint32Array => {
      for (let line = 0; line < key.length; line++) key[line] = keyOf(line);
      return sorter.sort(key, before);
    };
    const byStack = sort((line) => rankOf[this.#stacks[line]!]!);
    const byThread = sort((line) => this.#tids[line]!, byStack);
    for (const line of sort((line) => -this.#counts[line]!, byThread)) {
      yield { tid: this.#tids[line]!, stack: this.#stacks[line]!, count: this.#counts[line]! };
    }
  }

  #grow(): void {
    const length = this.length * 2;
    const [tids, counts, stacks] = [this.#tids, this.#counts, this.#stacks];
    this.#tids = new Float64Array(length);
    this.#tids.set(tids);
    this.#counts = new Float64Array(length);
    this.#counts.set(counts);
    this.#stacks = new Int32Array(length);
    this.#stacks.set(stacks);
  }
}

/** The text of one stack after the other: what a stack has in common with the last one stays. */
export class StackText {
  readonly #stacks: StackTable;
  readonly #labels: readonly Uint8Array[];
  #bytes = new Uint8Array(1024);
  /** Stacks from the root to that of the last text, and where the text of each ends. */
  readonly #path: number[] = [];
  readonly #ends: number[] = [];
  #root = "";
  #rootEnd = 0;

  /** @param stacks their frame column holds numbers of labels. */
  constructor(stacks: StackTable, labels: readonly string[]) {
    this.#stacks = stacks;
    this.#labels = labels.map((label) => ENCODER.encode(label));
  }

  /**
   * The labels of a stack in UTF-8, valid until the next call.
   * @param root what stands before all labels, if it is not empty.
   */
  of(root: string, stack: number): Uint8Array {
    const stacks = this.#stacks;
    const path = this.#path;
    if (root !== this.#root) {
      this.#root = root;
      this.#rootEnd = this.#write(ENCODER.encode(root), 0);
      path.length = 0;
    }
    const fresh: number[] = [];
    let depth = 0;
    for (let at = stack; at !== NO_STACK; at = stacks.prefix.at(at)) depth++;
    for (let at = stack; path[--depth] !== at && at !== NO_STACK; at = stacks.prefix.at(at)) {
      fresh.push(at);
    }
    path.length = depth + 1;
    for (let at = fresh.pop(); at !== undefined; at = fresh.pop()) {
      let end = this.#end();
      if (path.length > 0 || root !== "") end = this.#write(SEPARATOR, end);
      this.#ends[path.length] = this.#write(this.#labels[stacks.frame.at(at)]!, end);
      path.push(at);
    }
    return this.#bytes.subarray(0, this.#end());
  }

  #end(): number {
    return this.#path.length === 0 ? this.#rootEnd : this.#ends[this.#path.length - 1]!;
  }

  /** Writes bytes at a place; returns their end. */
  #write(bytes: Uint8Array, at: number): number {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(end * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, at);
    return end;
  }
}
