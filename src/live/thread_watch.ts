import { type Profile, type SampleBatch, STATUS, statusOf } from "../profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../profile/tables.ts";
import { isWaitingLine } from "./tasks.ts";

/** Older samples lose half their weight in this time, µs. */
const HALF_LIFE_US = 1_000_000;
/** A thread that was not sampled for this long is not there any more, or waits outside Python, µs. */
const GONE_US = 2_000_000;

/** States that a sample may show, each a share of a thread's samples. */
export const STATES = ["hasGil", "waitsForGil", "onCpu", "hasException"] as const;
export type State = typeof STATES[number];

/** What a thread may be doing: its states, and what follows from them and from its stacks. */
export type Doing = State | "released" | "collects";

const GC = FRAME_KINDS.indexOf("gc");

/** What has been seen of a thread of late. */
export interface Watched {
  /** Stack of its last sample. */
  stack: number;
  /** Weight of its samples, those of now counting 1. */
  weight: number;
  /** Weight of those that showed a state. */
  readonly states: Record<State, number>;
  /** Weight of those of which it is not known whether they were on a CPU. */
  cpuUnknown: number;
  /** Weight of those in which the collector ran. */
  collects: number;
  /** Time of its last sample, µs. */
  time: number;
}

/** Keeps the last stack and the states of each thread. */
export class ThreadWatch {
  readonly threads: Watched[] = [];
  /** Whether any sample has shown a state besides that of being the main thread. */
  known = false;
  /** Time of the newest sample, µs. */
  #now = 0;
  #waitingLines = new Set<number>();
  /** Whether the collector is on a stack, by stack. */
  #collects = new Uint8Array(1024);
  #looked = 0;

  /** Takes samples as they come. */
  add(profile: Profile, batch: SampleBatch): void {
    this.#look(profile);
    for (let i = 0; i < batch.length; i++) {
      const thread = batch.thread[i]!;
      const stack = batch.stack[i]!;
      const time = batch.time[i]!;
      const watched = this.threads[thread] ??= this.#begin(profile, thread, time);
      const status = statusOf(batch.flags[i]!);
      this.#age(watched, time);
      this.#now = time;
      watched.stack = stack;
      watched.weight++;
      if (stack !== NO_STACK) watched.collects += this.#collects[stack]!;
      if (status & STATUS.cpuUnknown) watched.cpuUnknown++;
      for (const state of STATES) {
        if ((status & STATUS[state]) === 0) continue;
        watched.states[state]++;
        this.known = true;
      }
    }
  }

  /** Whether a thread is still sampled. */
  isThere(thread: number): boolean {
    const watched = this.threads[thread];
    return watched !== undefined && this.#now - watched.time < GONE_US;
  }

  /**
   * Share of a thread's samples of late in which it did something, or of all threads' together.
   * @returns undefined where that is not known.
   */
  share(doing: Doing, thread?: number): number | undefined {
    let [part, whole] = [0, 0];
    for (const id of thread === undefined ? this.threads.keys() : [thread]) {
      const watched = this.threads[id];
      // Tasks that wait are no thread's samples, and threads that are gone say nothing of now.
      if (watched === undefined || this.#waitingLines.has(id)) continue;
      if (thread === undefined && !this.isThere(id)) continue;
      const { states, weight } = watched;
      if (doing === "collects") part += watched.collects;
      else if (doing === "released") part += weight - states.hasGil - states.waitsForGil;
      else part += states[doing];
      whole += weight - (doing === "onCpu" ? watched.cpuUnknown : 0);
    }
    // What is left of weights after subtraction is rounding.
    return whole < 1e-6 ? undefined : Math.min(1, Math.max(0, part / whole));
  }

  #begin({ threads }: Profile, thread: number, time: number): Watched {
    if (isWaitingLine(threads[thread]!.name)) this.#waitingLines.add(thread);
    return {
      stack: NO_STACK,
      weight: 0,
      states: { hasGil: 0, waitsForGil: 0, onCpu: 0, hasException: 0 },
      cpuUnknown: 0,
      collects: 0,
      time,
    };
  }

  /** Marks the stacks that have come. */
  #look({ stacks, frames }: Profile): void {
    const { length } = stacks;
    if (length > this.#collects.length) {
      const grown = new Uint8Array(length * 2);
      grown.set(this.#collects);
      this.#collects = grown;
    }
    for (; this.#looked < length; this.#looked++) {
      const below = stacks.prefix.at(this.#looked);
      const collects = frames.kind.at(stacks.frame.at(this.#looked)) === GC ||
        (below !== NO_STACK && this.#collects[below] === 1);
      this.#collects[this.#looked] = collects ? 1 : 0;
    }
  }

  #age(watched: Watched, time: number): void {
    const factor = 2 ** (-Math.max(0, time - watched.time) / HALF_LIFE_US);
    watched.time = time;
    watched.weight *= factor;
    watched.cpuUnknown *= factor;
    watched.collects *= factor;
    for (const state of STATES) watched.states[state] *= factor;
  }
}
