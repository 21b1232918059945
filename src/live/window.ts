import type { Profile, Thread } from "../profile/profile.ts";

/** From one kept count to the next, ms, and how many are kept. */
const STEP_MS = 1000;
/** Length of the window, in steps. */
export const WINDOW_S = 10;

/** Samples of each stack as a leaf: all, and those of a part of the threads. */
interface Counts {
  readonly all: Float64Array<ArrayBuffer>;
  readonly part: Float64Array<ArrayBuffer>;
}

const NONE: Counts = { all: new Float64Array(0), part: new Float64Array(0) };

/**
 * Which samples count: of all threads, of one, or of those of a process; since the beginning, a reset, or
 * some seconds ago.
 */
export class Window {
  /** Shows only the last {@link WINDOW_S} seconds. */
  recent = false;
  /** Index of a thread in the profile; absent: all of them. */
  #thread: number | undefined;
  /** Index of a process in the profile; absent: all of them. */
  #process: number | undefined;
  #base: Counts = NONE;
  #steps: { at: number; counts: Counts }[] = [];
  #shown: Counts = NONE;
  /** When they were counted, ms. */
  #at = 0;

  /** @param isPart which threads are counted apart, too. */
  constructor(readonly profile: Profile, readonly isPart: (thread: number) => boolean) {}

  get thread(): number | undefined {
    return this.#thread;
  }

  get process(): number | undefined {
    return this.#process;
  }

  /** Counts another thread, or all. What was counted before a reset comes back with it. */
  choose(thread: number | undefined): void {
    this.#thread = thread;
    this.#forget();
  }

  /** Counts the threads of a process, or of all. */
  chooseProcess(process: number | undefined): void {
    this.#process = process;
    this.#thread = undefined;
    this.#forget();
  }

  /** Whether a thread is one of those that are looked at, or among which one is. */
  hasThread({ process }: Thread): boolean {
    return this.#process === undefined || process === this.#process;
  }

  /** Counts from now on only. */
  reset(now: number): void {
    this.#base = this.#count();
    this.#steps = [{ at: now, counts: this.#base }];
  }

  /** Seconds that the shown samples are from, if not from the beginning. */
  get seconds(): number | undefined {
    const first = this.#steps[0];
    return this.recent && first !== undefined ? (this.#at - first.at) / 1000 : undefined;
  }

  /**
   * Samples of each stack as a leaf.
   * @param now ms, of a clock that does not go back.
   */
  leaves(now: number): Float64Array {
    const counts = this.#count();
    this.#at = now;
    const last = this.#steps.at(-1);
    if (this.recent && (last === undefined || now - last.at >= STEP_MS)) {
      this.#steps.push({ at: now, counts });
      if (this.#steps.length > WINDOW_S + 1) this.#steps.shift();
    }
    const base = this.recent ? this.#steps[0]!.counts : this.#base;
    this.#shown = base === NONE ? counts : {
      all: counts.all.map((count, stack) => count - (base.all[stack] ?? 0)),
      part: counts.part.map((count, stack) => count - (base.part[stack] ?? 0)),
    };
    return this.#shown.all;
  }

  /** Of the leaves as they were told last, those of the threads that are counted apart. */
  part(): Float64Array {
    return this.#shown.part;
  }

  /** Starts or ends showing only the last seconds. */
  toggleRecent(now: number): void {
    this.recent = !this.recent;
    this.#at = now;
    this.#steps = this.recent ? [{ at: now, counts: this.#count() }] : [];
  }

  #forget(): void {
    this.#base = NONE;
    this.#steps = [];
  }

  #count(): Counts {
    const { counts, stacks, threads } = this.profile;
    const all = new Float64Array(stacks.length);
    let part = NONE.part;
    counts.forEach((column, thread) => {
      if (this.#thread !== undefined && thread !== this.#thread) return;
      if (!this.hasThread(threads[thread]!)) return;
      const isPart = this.isPart(thread);
      if (isPart && part.length === 0) part = new Float64Array(stacks.length);
      column.each((stack, count) => {
        if (stack >= all.length) return;
        all[stack]! += count;
        if (isPart) part[stack]! += count;
      });
    });
    return { all, part };
  }
}
