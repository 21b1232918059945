import { STATUS, statusOf } from "../profile/profile.ts";
import type { SampleBatch } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";

/** Older samples lose half their weight in this time, µs. */
const HALF_LIFE_US = 1_000_000;

/** States that a sample may show, each a share of a thread's samples. */
export const STATES = ["hasGil", "waitsForGil", "onCpu", "hasException"] as const;
export type State = typeof STATES[number];

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
  /** Time of its last sample, µs. */
  time: number;
}

/** Keeps the last stack and the states of each thread. */
export class ThreadWatch {
  readonly threads: Watched[] = [];
  /** Whether any sample has shown a state besides that of being the main thread. */
  known = false;

  /** Takes samples as they come. */
  add(batch: SampleBatch): void {
    for (let i = 0; i < batch.length; i++) {
      const thread = batch.thread[i]!;
      const watched = this.threads[thread] ??= {
        stack: NO_STACK,
        weight: 0,
        states: { hasGil: 0, waitsForGil: 0, onCpu: 0, hasException: 0 },
        cpuUnknown: 0,
        time: batch.time[i]!,
      };
      const status = statusOf(batch.flags[i]!);
      this.#age(watched, batch.time[i]!);
      watched.stack = batch.stack[i]!;
      watched.weight++;
      if (status & STATUS.cpuUnknown) watched.cpuUnknown++;
      for (const state of STATES) {
        if ((status & STATUS[state]) === 0) continue;
        watched.states[state]++;
        this.known = true;
      }
    }
  }

  /** Share of a thread's samples of late that showed a state, or of all threads' together. */
  share(state: State, thread?: number): number {
    const threads = thread === undefined ? this.threads : [this.threads[thread]];
    let [part, whole] = [0, 0];
    for (const watched of threads) {
      if (watched === undefined) continue;
      part += watched.states[state];
      whole += watched.weight;
    }
    return whole === 0 ? 0 : part / whole;
  }

  #age(watched: Watched, time: number): void {
    const factor = 2 ** (-Math.max(0, time - watched.time) / HALF_LIFE_US);
    watched.time = time;
    watched.weight *= factor;
    watched.cpuUnknown *= factor;
    for (const state of STATES) watched.states[state] *= factor;
  }
}
