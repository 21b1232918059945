import { type Address, type Module, Ranges } from "../../ffi/process.ts";
import type { DebugOffsets } from "./debug_offsets.ts";
import { type MemoryReader, pointerAt } from "./memory.ts";

/** Offsets in the interpreter state of a build without a GIL. */
interface Place {
  /** Of what its garbage collector keeps; elsewhere, the other one is not known. */
  readonly gc: number;
  /** Of the thread that has stopped all others, behind what belongs to it. */
  readonly requester: number;
}

/**
 * By the format of the interpreter's file and the minor version (CPython 3.13
 * Include/internal/pycore_interp.h, 3.14 Include/internal/pycore_interp_structs.h,
 * `_stoptheworld_state`; compiled with the headers of 3.13.5, 3.13.18, 3.14.7 and 3.14.10, for arm64 of
 * the first and the third).
 */
const PLACES: Readonly<Record<string, Readonly<Record<number, Place>>>> = {
  "elf": { 13: { gc: 7400, requester: 10760 }, 14: { gc: 7408, requester: 10864 } },
  "elf-arm64": { 13: { gc: 7400, requester: 10776 }, 14: { gc: 7408, requester: 10880 } },
};
/** The state begins with `mutex`, `requested`, `world_stopped` and `is_global`, a byte each. */
const STATE = 16;
const REQUESTED = 1;
const IS_GLOBAL = 3;

/**
 * Counts of collections, of garbage and of what could not be collected, for three generations, end where
 * it stands whether the collector runs (`gc_generation_stats`).
 */
export const COUNTS = 72;
const COUNTS_OF_ONE = 24;

/** A copy that was taken of a thread while the collector ran. */
export interface CollectingCopy {
  /** Addresses of its state and of that of its interpreter. */
  readonly thread: { readonly address: Address; readonly interpreter: Address };
  readonly words: Uint32Array;
  /** Where it stands that the collector runs, right behind {@link COUNTS}. */
  readonly gcAt: number;
}

/** Who collects. */
interface Collection {
  readonly thread: Address;
  /** How many had ended when it began. */
  readonly number: number;
}

/**
 * Tells in which thread the garbage collector runs on 3.13 and 3.14 without a GIL, where the interpreter
 * says only that it does: in the only thread; or in the one that has stopped all others, which a collector
 * does most of the time; or, while it lets them run, in the one that was seen to stop them in the same
 * collection (CPython Python/gc_free_threading.c, `gc_collect_internal`).
 */
export class CollectingThread {
  readonly #ranges = new Ranges(4);
  readonly #bytes = new Uint8Array(16 + STATE + 8 + COUNTS + 8);
  readonly #words = new Uint32Array(this.#bytes.buffer);
  readonly #view = new DataView(this.#bytes.buffer);
  /** What was seen last, by interpreter. */
  readonly #seen = new Map<Address, Collection>();

  private constructor(
    readonly reader: MemoryReader,
    readonly offsets: DebugOffsets,
    readonly collecting: number,
    readonly requester: number,
  ) {}

  /** For an interpreter; undefined where something else tells, or nothing. */
  static of(
    reader: MemoryReader,
    offsets: DebugOffsets,
    gc: { readonly collecting: number; readonly frame: number },
    format: Module["format"],
  ): CollectingThread | undefined {
    if (!offsets.freeThreaded || gc.frame >= 0) return undefined;
    const place = PLACES[format ?? "elf"]?.[offsets.version.minor];
    if (place?.gc !== offsets.get("interpreter_state.gc")) return undefined;
    return new CollectingThread(reader, offsets, gc.collecting, place.requester);
  }

  /** Asks whether the collector that ran when a copy of a thread was taken ran in this one. */
  is({ thread, words, gcAt }: CollectingCopy): boolean {
    const { interpreter } = thread;
    const number = countCollections(words, (gcAt - COUNTS) >> 2);
    this.#ranges.clear();
    for (const name of ["thread_state.prev", "thread_state.next"]) {
      this.#ranges.push(thread.address + this.offsets.get(name), 8);
    }
    this.#ranges.push(interpreter + this.requester - STATE, STATE + 8);
    // Last: if the collection is the same then, it was when the thread was read that stops the others.
    this.#ranges.push(interpreter + this.collecting - COUNTS, COUNTS + 8);
    if (this.reader.memory.read(this.#ranges, this.#bytes) !== this.#ranges.bytes) return false;
    if (pointerAt(this.#view, 0) === 0 && pointerAt(this.#view, 8) === 0) return true;
    const requester = pointerAt(this.#view, 16 + STATE);
    const counts = 16 + STATE + 8;
    const isSame = this.#words[(counts + COUNTS) >> 2] !== 0 &&
      countCollections(this.#words, counts >> 2) === number;
    const isStopping = this.#bytes[16 + REQUESTED] === 1 && this.#bytes[16 + IS_GLOBAL] === 0;
    if (isSame && isStopping && requester !== 0) {
      this.#seen.set(interpreter, { thread: requester, number });
    }
    const seen = this.#seen.get(interpreter);
    return seen?.number === number && seen.thread === thread.address;
  }
}

/** How many collections have ended, of all generations. @param at the word where the counts begin. */
function countCollections(words: Uint32Array, at: number): number {
  let count = 0;
  for (let i = 0; i < COUNTS; i += COUNTS_OF_ONE) count += words[at + (i >> 2)]!;
  return count;
}
