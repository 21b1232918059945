import { type Address, Ranges } from "../../ffi/process.ts";
import { findInDict } from "./dict.ts";
import { ACTIVE_STATUS } from "./layout.ts";
import { pointerAt } from "./memory.ts";
import type { Runtime } from "./runtime.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** Generators and coroutines that may run inside each other. */
const MOST_KNOWN = 512;
/** Items that are looked for one by one. */
const MOST_EXPLORED = 64;
/** Items beyond those of the chain that are read along. */
const SPARE = 8;
/** Readings of a chain, until one holds together; and at the beginning, when time does not matter. */
const MOST_READINGS = 4;
const MOST_FIRST_READINGS = 200;

/** The address of the GIL of an interpreter; 0 if it cannot be read. */
export function gilAddress({ reader, layout, address }: Runtime, interpreter: Address): Address {
  const { gilInRuntime, gilOfInterpreter } = layout.states;
  if (gilInRuntime >= 0) return address + gilInRuntime;
  return reader.pointer(interpreter + gilOfInterpreter) ?? 0;
}

/** Whether a thread held its GIL when the reading of its copy began; where there is one. */
export function heldGil(copy: ThreadCopy): boolean {
  const { status } = copy.runtime.layout.thread;
  return status < 0
    ? copy.pointer(copy.holderAt) === copy.thread.address
    : (copy.threadWord(status) & ACTIVE_STATUS) !== 0;
}

/** The address of `None`, which stands for no exception, too; 0 if it cannot be found. */
export function findNone({ reader, layout, offsets }: Runtime, interpreter: Address): Address {
  const builtins = reader.pointer(interpreter + offsets.get("interpreter_state.builtins")) ?? 0;
  return builtins === 0 ? 0 : findInDict(reader, layout, builtins, "None") ?? 0;
}

/**
 * True if the chain of handled exceptions of a thread leads to the thread's own item, as it must: the fields
 * are where they are thought to be.
 */
export function hasHandledChain({ reader, layout }: Runtime, thread: Address): boolean {
  const { handled, ownItem, item } = layout.states;
  for (let reading = 0; reading < MOST_FIRST_READINGS; reading++) {
    let at = reader.pointer(thread + handled) ?? 0;
    for (let i = 0; i < MOST_KNOWN && at !== 0; i++) {
      if (at === thread + ownItem) return true;
      at = reader.pointer(at + item.previous) ?? 0;
    }
  }
  return false;
}

/**
 * Tells whether a thread has an exception: one on its way, or one that is being handled by a function on
 * its stack. Generators and coroutines have an item of their own in the chain of handled exceptions while
 * they run; those are read after the copy, and only believed while they are what the thread state leads to.
 */
export class Exceptions {
  /** Items of generators that were met last. */
  #known: Address[] = [];
  #ranges = new Ranges(1);
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  /** @param none address of `None`. */
  constructor(readonly copy: ThreadCopy, readonly none: Address) {}

  /** As of the copy's reading; undefined if it changed too fast to tell. */
  has(): boolean | undefined {
    const { copy } = this;
    const { exception, handled, ownItem, item } = copy.runtime.layout.states;
    if (this.#isException(copy.threadField(exception))) return true;
    if (this.#isException(copy.threadField(ownItem + item.value))) return true;
    let head = copy.threadField(handled);
    const end = copy.thread.address + ownItem;
    for (let reading = 0; reading < MOST_READINGS; reading++) {
      if (head === end) return false;
      const now = this.#readItems(head);
      if (now === head) {
        const found = this.#follow(head, end);
        if (found !== undefined) return found;
      } else if (now === 0) return undefined;
      head = now;
    }
    return undefined;
  }

  /**
   * Reads all items that are known, and then where the chain begins, which is returned; 0 if that cannot
   * be read.
   */
  #readItems(head: Address): Address {
    const { layout, process } = this.copy.runtime;
    const { handled, item } = layout.states;
    if (!this.#known.includes(head)) this.#learn(head);
    const ranges = this.#ranges;
    ranges.clear();
    for (const address of this.#known) ranges.push(address, item.size);
    ranges.push(this.copy.thread.address + handled, 8);
    const read = process.read(ranges, this.#bytes);
    if (read === ranges.bytes) return pointerAt(this.#view, ranges.bytes - 8);
    // The memory of a generator is gone.
    this.#known = [];
    return this.copy.runtime.reader.pointer(this.copy.thread.address + handled) ?? 0;
  }

  /** Whether an item on the way from one to another has an exception; undefined where there is no way. */
  #follow(head: Address, end: Address): boolean | undefined {
    const { item } = this.copy.runtime.layout.states;
    const chain: Address[] = [];
    let found = false;
    let at = head;
    while (chain.length <= MOST_KNOWN) {
      if (at === end) {
        if (this.#known.length > 2 * chain.length + SPARE) this.#known = chain;
        return found;
      }
      const index = this.#known.indexOf(at);
      if (index < 0) {
        this.#explore(at, end);
        return undefined;
      }
      chain.push(at);
      if (this.#isException(pointerAt(this.#view, index * item.size + item.value))) found = true;
      at = pointerAt(this.#view, index * item.size + item.previous);
    }
    return undefined;
  }

  /** Learns of the items from one on, to read them together the next time. */
  #explore(from: Address, end: Address): void {
    const { layout, reader } = this.copy.runtime;
    let at = from;
    for (let i = 0; i < MOST_EXPLORED && at !== end && at !== 0 && at % 8 === 0; i++) {
      if (!this.#known.includes(at)) this.#learn(at);
      at = reader.pointer(at + layout.states.item.previous) ?? 0;
    }
  }

  #learn(address: Address): void {
    const { item } = this.copy.runtime.layout.states;
    this.#known.push(address);
    if (this.#known.length > MOST_KNOWN) this.#known.shift();
    if (this.#bytes.length > 0) return;
    this.#ranges = new Ranges(MOST_KNOWN + 1);
    this.#bytes = new Uint8Array(MOST_KNOWN * item.size + 8);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #isException(value: Address): boolean {
    return value !== 0 && value !== this.none;
  }
}
