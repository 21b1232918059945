import { type Profile, type SampleBatch, STATUS, statusOf } from "../profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../profile/tables.ts";
import { STATES } from "../../assets/report/format.ts";

/** Slices that are held at most; then each two become one. */
const MOST_SLICES = 512;
/** Different stacks by slice that are held at most, in all slices. */
const MOST_ENTRIES = 1 << 20;
/** Length of a slice at first, µs. */
const FIRST_SLICE_US = 10_000;
const GC = FRAME_KINDS.indexOf("gc");
/** Threads in one key; more are not told apart from what is known of Linux. */
const THREADS = 1 << 20;
const BITS = [STATUS.hasGil, STATUS.onCpu, STATUS.waitsForGil, STATUS.hasException];

/** What one thread did in one slice. */
export interface ThreadSlice {
  samples: number;
  /** By index of `STATES`. */
  readonly states: number[];
}

/** One slice of time. */
export interface Slice {
  /** Samples by thread and stack: see {@link TimeSlices.split}. */
  readonly entries: Map<number, number>;
  readonly threads: Map<number, ThreadSlice>;
}

/**
 * The samples of a capture in slices of equal length, which grow as the capture does: their number has
 * a limit, so memory follows what is different in a capture, not how long it was.
 */
export class TimeSlices {
  sliceUs = FIRST_SLICE_US;
  slices: Slice[] = [];
  /** Samples held. */
  samples = 0;
  /** Any status bit that was set in any sample. */
  seen = 0;
  /** Some sample said whether its thread was on a CPU. */
  cpuKnown = false;
  gcSeen = false;
  #entries = 0;

  /** The thread and stack of an entry. */
  static split(key: number): { thread: number; stack: number } {
    return { thread: key % THREADS, stack: Math.floor(key / THREADS) };
  }

  add(profile: Profile, batch: SampleBatch): void {
    const frameOf = profile.stacks.frame.view();
    const kindOf = profile.frames.kind.view();
    for (let i = 0; i < batch.length; i++) {
      const stack = batch.stack[i]!;
      const thread = batch.thread[i]!;
      const slice = this.#at(batch.time[i]!);
      let counts = slice.threads.get(thread);
      if (counts === undefined) {
        slice.threads.set(thread, counts = { samples: 0, states: STATES.map(() => 0) });
      }
      counts.samples++;
      const status = statusOf(batch.flags[i]!);
      this.seen |= status;
      this.cpuKnown ||= (status & STATUS.cpuUnknown) === 0;
      for (let bit = 0; bit < BITS.length; bit++) {
        if ((status & BITS[bit]!) !== 0) counts.states[bit]!++;
      }
      if (stack === NO_STACK) continue;
      if (kindOf[frameOf[stack]!] === GC) {
        counts.states[4]!++;
        this.gcSeen = true;
      }
      const key = stack * THREADS + thread;
      const before = slice.entries.get(key);
      slice.entries.set(key, (before ?? 0) + 1);
      this.samples++;
      if (before === undefined && ++this.#entries > MOST_ENTRIES && this.slices.length > 1) {
        this.#halve();
      }
    }
  }

  #at(time: number): Slice {
    let index = Math.max(0, Math.floor(time / this.sliceUs));
    while (index >= MOST_SLICES) {
      this.#halve();
      index = Math.floor(time / this.sliceUs);
    }
    while (this.slices.length <= index) {
      this.slices.push({ entries: new Map(), threads: new Map() });
    }
    return this.slices[index]!;
  }

  #halve(): void {
    this.sliceUs *= 2;
    this.#entries = 0;
    const halved: Slice[] = [];
    for (let i = 0; i < this.slices.length; i += 2) {
      const slice = this.slices[i]!;
      const next = this.slices[i + 1];
      for (const [key, count] of next?.entries ?? []) {
        slice.entries.set(key, (slice.entries.get(key) ?? 0) + count);
      }
      for (const [thread, { samples, states }] of next?.threads ?? []) {
        const mine = slice.threads.get(thread);
        if (mine === undefined) slice.threads.set(thread, { samples, states });
        else {
          mine.samples += samples;
          states.forEach((count, state) => mine.states[state]! += count);
        }
      }
      halved.push(slice);
      this.#entries += slice.entries.size;
    }
    this.slices = halved;
  }
}
