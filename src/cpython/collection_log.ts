import type { Address } from "../../ffi/process.ts";
import type { Collections } from "../profile/metadata.ts";
import { pointerAt } from "./memory.ts";
import type { Runtime } from "./runtime.ts";
import type { ThreadState } from "./thread_list.ts";

/** Bytes of the statistics; how many collections they hold of each generation; and where (CPython 3.15 Include/internal/pycore_interp_structs.h). */
const STATISTICS = 1120;
const RINGS = [[0, 11], [712, 3], [912, 3]] as const;
const ENTRY = {
  bytes: 64,
  start: 0,
  stop: 8,
  collections: 16,
  collected: 24,
  seconds: 48,
} as const;
/** Changes while the statistics do. */
const SEQUENCE = 1112;
const MOST_TRIES = 3;
/** Collections that are remembered. */
const MOST_LONGEST = 10;

/** What a generation adds up to; all but the time only grow. */
interface Totals {
  readonly collections: number;
  readonly collected: number;
  readonly seconds: number;
  /** When the last one ended, ns. */
  readonly stop: number;
}

/** Follows the garbage collector by what it notes itself, from 3.15 on. To be asked now and then. */
export class CollectionLog {
  /** By interpreter and generation: at the first look, and at the last. */
  readonly #first = new Map<string, Totals>();
  readonly #last = new Map<string, Totals>();
  /** The longest collections that were seen: end (ns), duration (µs) and generation. */
  readonly #longest: { stop: number; durationUs: number; generation: number }[] = [];
  readonly #pointer: number;
  /** What the statistics said at the last look, by interpreter. */
  readonly #sequences = new Map<Address, number>();

  constructor(readonly runtime: Runtime) {
    const { get, or } = runtime.offsets;
    const pointer = or("gc.generation_stats", -1);
    const isKnown = pointer >= 0 && get("gc.generation_stats_size") === STATISTICS;
    this.#pointer = isKnown ? get("interpreter_state.gc") + pointer : -1;
  }

  /** Takes note of what has been collected since the look before, in the interpreters of some threads. */
  look(threads: readonly { readonly state: ThreadState }[]): void {
    if (this.#pointer < 0) return;
    for (const interpreter of new Set(threads.map(({ state }) => state.interpreter))) {
      const view = this.#read(interpreter);
      if (view === undefined) continue;
      for (const [generation, [from, count]] of RINGS.entries()) {
        this.#note(`${interpreter} ${generation}`, generation, view, from, count);
      }
    }
  }

  /**
   * All that was noted, where anything is.
   * @param start of the capture, µs, on the system's monotonic clock.
   */
  summary(start: number): { readonly collections?: Collections } {
    if (this.#first.size === 0) return {};
    let [count, collected, seconds] = [0, 0, 0];
    for (const [key, first] of this.#first) {
      const last = this.#last.get(key)!;
      count += last.collections - first.collections;
      collected += last.collected - first.collected;
      seconds += last.seconds - first.seconds;
    }
    const longest = this.#longest.map(({ stop, durationUs, generation }) => ({
      atUs: Math.max(0, stop / 1000 - durationUs - start),
      durationUs,
      generation,
    }));
    return { collections: { count, collected, durationUs: Math.max(0, seconds) * 1e6, longest } };
  }

  #note(key: string, generation: number, view: DataView, from: number, count: number): void {
    const before = this.#last.get(key);
    let latest: Totals = before ?? { collections: 0, collected: 0, seconds: 0, stop: 0 };
    for (let i = 0; i < count; i++) {
      const at = from + i * ENTRY.bytes;
      const stop = pointerAt(view, at + ENTRY.stop);
      const collections = pointerAt(view, at + ENTRY.collections);
      if (before !== undefined && stop > before.stop) {
        this.#keep(stop, (stop - pointerAt(view, at + ENTRY.start)) / 1000, generation);
      }
      if (collections <= latest.collections) continue;
      const seconds = view.getFloat64(at + ENTRY.seconds, true);
      if (!Number.isFinite(seconds)) continue;
      latest = { collections, collected: pointerAt(view, at + ENTRY.collected), seconds, stop };
    }
    this.#last.set(key, latest);
    if (before === undefined) this.#first.set(key, latest);
  }

  #keep(stop: number, durationUs: number, generation: number): void {
    if (!(durationUs >= 0)) return;
    this.#longest.push({ stop, durationUs, generation });
    this.#longest.sort((a, b) => b.durationUs - a.durationUs);
    if (this.#longest.length > MOST_LONGEST) this.#longest.pop();
  }

  /** The statistics of an interpreter, of one moment; undefined if they are those of the last look. */
  #read(interpreter: Address): DataView | undefined {
    const { reader } = this.runtime;
    const address = reader.pointer(interpreter + this.#pointer) ?? 0;
    const sequence = address > 0 ? reader.int32(address + SEQUENCE) : undefined;
    if (sequence === undefined || sequence === this.#sequences.get(interpreter)) return undefined;
    for (let i = 0; i < MOST_TRIES && address > 0; i++) {
      const bytes = reader.bytes(address, STATISTICS);
      if (bytes === undefined) return undefined;
      const view = new DataView(bytes.buffer);
      const read = view.getInt32(SEQUENCE, true);
      if (reader.int32(address + SEQUENCE) !== read) continue;
      this.#sequences.set(interpreter, read);
      return view;
    }
    return undefined;
  }
}
