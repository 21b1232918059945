import { StableSorter } from "../profile/stable_sort.ts";
import { Column } from "../profile/tables.ts";

/** Slots of an empty table. */
const FIRST_SLOTS = 1 << 10;

/** Samples by slice, thread and stack: columns, as there may be a million of them, and a hash table. */
export class SliceEntries {
  readonly slice: Column = new Column();
  readonly thread: Column = new Column();
  readonly stack: Column = new Column();
  readonly count: Column = new Column();
  /** Entry + 1 by hash; 0: free. Never more than half full. */
  #slots = new Int32Array(FIRST_SLOTS);

  get length(): number {
    return this.slice.length;
  }

  /** Counts samples. */
  add(slice: number, thread: number, stack: number, count: number): void {
    const mask = this.#slots.length - 1;
    let slot = mix(slice, thread, stack) & mask;
    for (;; slot = slot + 1 & mask) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) break;
      if (
        this.stack.at(entry) === stack && this.slice.at(entry) === slice &&
        this.thread.at(entry) === thread
      ) {
        return this.count.add(entry, count);
      }
    }
    this.slice.push(slice);
    this.thread.push(thread);
    this.stack.push(stack);
    this.count.push(count);
    this.#slots[slot] = this.length;
    if (this.length * 2 > this.#slots.length) this.#grow();
  }

  /** Makes each two slices one. */
  halve(): void {
    const { slice, thread, stack, count, length } = this;
    this.#slots.fill(0);
    // What has been passed makes room for what is put back.
    slice.length =
      thread.length =
      stack.length =
      count.length =
        0;
    for (let entry = 0; entry < length; entry++) {
      const [half, samples] = [slice.at(entry) >>> 1, count.at(entry)];
      this.add(half, thread.at(entry), stack.at(entry), samples);
    }
  }

  /** All entries in the order of slices, and in each in the order of threads. */
  order(): Uint32Array {
    const sorter = new StableSorter();
    return sorter.sort(this.slice.view(), sorter.sort(this.thread.view()));
  }

  #grow(): void {
    const slots = this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.length; entry++) {
      let slot = mix(this.slice.at(entry), this.thread.at(entry), this.stack.at(entry)) & mask;
      while (slots[slot] !== 0) slot = slot + 1 & mask;
      slots[slot] = entry + 1;
    }
  }
}

function mix(slice: number, thread: number, stack: number): number {
  let hash = Math.imul(stack + 1, 0x9e3779b1) ^ Math.imul(slice + 1, 0x85ebca6b) ^
    Math.imul(thread + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
  return hash ^ hash >>> 13;
}
