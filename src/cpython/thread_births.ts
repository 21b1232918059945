import { type Address, Ranges } from "../../ffi/process.ts";
import type { Runtime } from "./runtime.ts";
import { listInterpreters } from "./thread_list.ts";

/** Interpreters that are watched; one read takes at most 1024 ranges. */
const MOST_INTERPRETERS = 1000;
/** Bytes of a pointer, and of the number that the next thread of an interpreter gets. */
const WORD = 8;

/**
 * Tells for the price of one read whether threads have come or gone: a new one is the first of its
 * interpreter's list, as new interpreters are of theirs. Where another one may have had its place and gone,
 * the number that the next one gets tells: since 3.11 it stands before the pointer to the first (`struct
 * pythreads` in CPython 3.11–3.15 Include/internal/pycore_interp.h or pycore_interp_structs.h).
 */
export class ThreadBirths {
  #ranges: Ranges = new Ranges(1);
  #noted: Uint8Array = new Uint8Array(0);
  #now: Uint8Array = new Uint8Array(0);

  constructor(readonly runtime: Runtime) {}

  /** Takes note of how things are; to be called before the threads are listed. */
  note(): void {
    const { layout, address, offsets } = this.runtime;
    const interpreters = listInterpreters(this.runtime).slice(0, MOST_INTERPRETERS);
    const before = layout.minor >= 11 ? WORD : 0;
    this.#ranges = new Ranges(1 + interpreters.length);
    this.#ranges.push(address + offsets.get("runtime_state.interpreters_head"), WORD);
    for (const interpreter of interpreters) {
      const head: Address = interpreter + layout.interpreter.threadsHead;
      this.#ranges.push(head - before, before + WORD);
    }
    this.#noted = new Uint8Array(this.#ranges.bytes);
    this.#now = new Uint8Array(this.#ranges.bytes);
    this.runtime.process.read(this.#ranges, this.#noted);
  }

  /** True if a thread has come since the last note, or the newest of an interpreter has gone. */
  changed(): boolean {
    const { process } = this.runtime;
    if (process.read(this.#ranges, this.#now) !== this.#ranges.bytes) return true;
    return this.#now.some((byte, i) => byte !== this.#noted[i]);
  }
}
