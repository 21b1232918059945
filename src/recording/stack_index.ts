import type { StackTable } from "../profile/tables.ts";

/** Random, so that no file can be made whose stacks all meet at one slot. */
const [PREFIX_FACTOR, FRAME_FACTOR] = crypto.getRandomValues(new Int32Array(2)).map((n) => n | 1);

/** Finds stacks of a table by prefix and frame, and adds those that are missing. */
export class StackIndex {
  /** Stack + 1 by hash; 0: free. Never more than half full. */
  #slots = new Int32Array(1 << 12);
  #known = 0;

  constructor(readonly stacks: StackTable) {}

  /** The stack that stands on a prefix with a frame. */
  push(prefix: number, frame: number): number {
    const { stacks } = this;
    while (this.#known < stacks.length) this.#learn(this.#known++);
    let slot = this.#slotOf(prefix, frame);
    const mask = this.#slots.length - 1;
    for (;; slot = slot + 1 & mask) {
      const stack = this.#slots[slot]! - 1;
      if (stack < 0) break;
      if (stacks.prefix.at(stack) === prefix && stacks.frame.at(stack) === frame) return stack;
    }
    return stacks.push(prefix, frame);
  }

  /** Takes a stack of the table in; where two are equal, the first one stays. */
  #learn(stack: number): void {
    if (stack * 2 >= this.#slots.length) this.#grow(stack);
    this.#place(stack);
  }

  #place(stack: number): void {
    const { prefix, frame } = this.stacks;
    const mask = this.#slots.length - 1;
    let slot = this.#slotOf(prefix.at(stack), frame.at(stack));
    while (this.#slots[slot] !== 0) slot = slot + 1 & mask;
    this.#slots[slot] = stack + 1;
  }

  #grow(count: number): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let stack = 0; stack < count; stack++) this.#place(stack);
  }

  #slotOf(prefix: number, frame: number): number {
    let hash = Math.imul(prefix + 1, PREFIX_FACTOR!) ^ Math.imul(frame + 1, FRAME_FACTOR!);
    hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
    return (hash ^ hash >>> 13) & this.#slots.length - 1;
  }
}
