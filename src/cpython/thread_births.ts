import { Ranges } from "../../ffi/process.ts";
import { pointerAt } from "./memory.ts";
import type { Runtime } from "./runtime.ts";
import { listInterpreters } from "./thread_list.ts";

/** Interpreters that are watched; one read takes at most 1024 ranges. */
const MOST_INTERPRETERS = 1000;
/** Bytes of a pointer, and of the number that the next thread of an interpreter gets. */
const WORD = 8;

/**
 * Tells for the price of one read whether threads have come. Since 3.11 an interpreter has before the
 * pointer to its newest thread the number that the next one gets (`struct pythreads` in CPython 3.11–3.15
 * Include/internal/pycore_interp.h or pycore_interp_structs.h); in those before, the newest thread is another
 * one then, unless the new one has its place in memory. New interpreters are the first of their list.
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
    const counter = layout.interpreter.threadsHead - (layout.minor >= 11 ? WORD : 0);
    this.#ranges = new Ranges(1 + interpreters.length);
    this.#ranges.push(address + offsets.get("runtime_state.interpreters_head"), WORD);
    for (const interpreter of interpreters) this.#ranges.push(interpreter + counter, WORD);
    this.#noted = new Uint8Array(this.#ranges.bytes);
    this.#now = new Uint8Array(this.#ranges.bytes);
    this.runtime.process.read(this.#ranges, this.#noted);
  }

  /** What {@link changed} reads, unless it is more than {@link noted} can say: not with several interpreters. */
  get watched(): Ranges | undefined {
    return this.#ranges.count === 2 ? this.#ranges : undefined;
  }

  /** What was noted of it, in its two numbers. */
  get noted(): readonly [number, number] {
    const view = new DataView(this.#noted.buffer);
    return [pointerAt(view, 0), pointerAt(view, WORD)];
  }

  /** True if a thread has come since the last note; before 3.11 also if the newest has gone. */
  changed(): boolean {
    const { process } = this.runtime;
    if (process.read(this.#ranges, this.#now) !== this.#ranges.bytes) return true;
    return this.#now.some((byte, i) => byte !== this.#noted[i]);
  }
}
