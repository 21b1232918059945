import type { Profile } from "../profile/profile.ts";

/** From one kept count to the next, ms, and how many are kept. */
const STEP_MS = 1000;
/** Length of the window, in steps. */
export const WINDOW_S = 10;

/** Which samples count: of all threads or of one, since the beginning, a reset, or some seconds ago. */
export class Window {
  /** Shows only the last {@link WINDOW_S} seconds. */
  recent = false;
  /** Index of a thread in the profile; absent: all of them. */
  #thread: number | undefined;
  #base: Float64Array<ArrayBuffer> = new Float64Array(0);
  #steps: { at: number; counts: Float64Array<ArrayBuffer> }[] = [];

  constructor(readonly profile: Profile) {}

  get thread(): number | undefined {
    return this.#thread;
  }

  /** Counts another thread, or all. What was counted before a reset comes back with it. */
  choose(thread: number | undefined): void {
    this.#thread = thread;
    this.#base = new Float64Array(0);
    this.#steps = [];
  }

  /** Counts from now on only. */
  reset(now: number): void {
    this.#base = this.#count();
    this.#steps = [{ at: now, counts: this.#base }];
  }

  /** Seconds that the shown samples are from, if not from the beginning. */
  seconds(now: number): number | undefined {
    const first = this.#steps[0];
    return this.recent && first !== undefined ? (now - first.at) / 1000 : undefined;
  }

  /**
   * Samples of each stack as a leaf.
   * @param now ms, of a clock that does not go back.
   */
  leaves(now: number): Float64Array {
    const counts = this.#count();
    const last = this.#steps.at(-1);
    if (this.recent && (last === undefined || now - last.at >= STEP_MS)) {
      this.#steps.push({ at: now, counts });
      if (this.#steps.length > WINDOW_S + 1) this.#steps.shift();
    }
    const base = this.recent ? this.#steps[0]!.counts : this.#base;
    return counts.map((count, stack) => count - (base[stack] ?? 0));
  }

  /** Starts or ends showing only the last seconds. */
  toggleRecent(now: number): void {
    this.recent = !this.recent;
    this.#steps = this.recent ? [{ at: now, counts: this.#count() }] : [];
  }

  #count(): Float64Array<ArrayBuffer> {
    const { counts, stacks } = this.profile;
    const leaves = new Float64Array(stacks.length);
    counts.forEach((column, thread) => {
      if (this.#thread !== undefined && thread !== this.#thread) return;
      const view = column.view();
      const length = Math.min(view.length, leaves.length);
      for (let stack = 0; stack < length; stack++) leaves[stack]! += view[stack]!;
    });
    return leaves;
  }
}
