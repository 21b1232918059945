import { type Profile, type SampleBatch, STATUS, statusOf } from "../profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../profile/tables.ts";
import { STATES } from "../../assets/report/format.ts";
import { SparseColumn } from "../profile/sparse_column.ts";
import { SliceEntries } from "./slice_entries.ts";

/** Slices that are held at most; then each two become one. */
const MOST_SLICES = 512;
/** Different stacks by slice that are held at most, in all slices. */
const MOST_ENTRIES = 1 << 20;
/** Length of a slice at first, µs. */
const FIRST_SLICE_US = 10_000;
const GC = FRAME_KINDS.indexOf("gc");
const GC_STATE = STATES.indexOf("gc");
const BITS = [STATUS.hasGil, STATUS.onCpu, STATUS.waitsForGil, STATUS.hasException];

/** What one thread did in one slice. */
export interface ThreadSlice {
  readonly thread: number;
  readonly samples: number;
  /** By index of `STATES`. */
  readonly states: number[];
}

/** One slice of time: of each thread its samples, then those in each of `STATES`. */
export type Slice = SparseColumn;

/** What is held of a thread in a slice. */
const FIELDS = 1 + STATES.length;

/** The threads of a slice that were sampled in it, by index. */
export function* listThreads(slice: Slice): Generator<ThreadSlice> {
  for (let thread = 0; thread * FIELDS < slice.length; thread++) {
    const samples = slice.at(thread * FIELDS);
    if (samples === 0) continue;
    const states = STATES.map((_, state) => slice.at(thread * FIELDS + 1 + state));
    yield { thread, samples, states };
  }
}

/**
 * The samples of a capture in slices of equal length, which grow as the capture does: their number has
 * a limit, so memory follows what is different in a capture, not how long it was.
 */
export class TimeSlices {
  sliceUs = FIRST_SLICE_US;
  slices: Slice[] = [];
  /** The stacks of all slices. */
  readonly entries: SliceEntries = new SliceEntries();
  /** Samples held. */
  samples = 0;
  /** Any status bit that was set in any sample. */
  seen = 0;
  /** Some sample said whether its thread was on a CPU. */
  cpuKnown = false;
  gcSeen = false;

  add(profile: Profile, batch: SampleBatch): void {
    const frameOf = profile.stacks.frame.view();
    const kindOf = profile.frames.kind.view();
    for (let i = 0; i < batch.length; i++) {
      const stack = batch.stack[i]!;
      const thread = batch.thread[i]!;
      const at = this.#at(batch.time[i]!);
      const slice = this.slices[at]!;
      const counts = thread * FIELDS;
      slice.add(counts, 1);
      const status = statusOf(batch.flags[i]!);
      this.seen |= status;
      this.cpuKnown ||= (status & STATUS.cpuUnknown) === 0;
      for (let bit = 0; bit < BITS.length; bit++) {
        if ((status & BITS[bit]!) !== 0) slice.add(counts + 1 + bit, 1);
      }
      if (stack === NO_STACK) continue;
      if (kindOf[frameOf[stack]!] === GC) {
        slice.add(counts + 1 + GC_STATE, 1);
        this.gcSeen = true;
      }
      this.entries.add(at, thread, stack, 1);
      this.samples++;
      if (this.entries.length > MOST_ENTRIES && this.slices.length > 1) this.#halve();
    }
  }

  /** The slice of a time. */
  #at(time: number): number {
    let index = Math.max(0, Math.floor(time / this.sliceUs));
    while (index >= MOST_SLICES) {
      this.#halve();
      index = Math.floor(time / this.sliceUs);
    }
    while (this.slices.length <= index) this.slices.push(new SparseColumn());
    return index;
  }

  #halve(): void {
    this.sliceUs *= 2;
    this.entries.halve();
    const halved: Slice[] = [];
    for (let i = 0; i < this.slices.length; i += 2) {
      const slice = this.slices[i]!;
      this.slices[i + 1]?.each((index, count) => slice.add(index, count));
      halved.push(slice);
    }
    this.slices = halved;
  }
}
