/** Tasks, as the stacks show them: which there are, who waits for whom, and what each does. */

import { sumBelow } from "../analysis/outermost.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import { FRAME_KINDS, NO_STACK, StackTable } from "../profile/tables.ts";

const TASK = FRAME_KINDS.indexOf("task");
const SYNTHETIC = FRAME_KINDS.indexOf("synthetic");
/** The frame of a loop that waits for something to happen. */
const IDLE = "<idle>";

/** In place of a task: stacks outside of any, and those of idle loops. */
const OUTSIDE = -1;
const IDLES = -2;

/** Whether what goes by this name in place of a thread's are the tasks of a loop that wait. */
export function isWaitingLine(name: string): boolean {
  return /(?:^|: )waiting tasks$/.test(name);
}

/** How often tasks were seen. */
export interface TaskCounts {
  /** Samples of each task itself while it ran, and while it waited for something else than a task. */
  readonly runs: Float64Array;
  readonly waits: Float64Array;
  /** All of them and of those that it waits for. */
  readonly below: Float64Array;
  /** Samples outside of tasks, and of idle loops. */
  readonly outside: number;
  readonly idle: number;
}

/** The last that was seen of a task. */
export interface TaskSight {
  readonly stack: number;
  readonly waiting: boolean;
  /** µs since the first tick. */
  readonly time: number;
}

/** The tasks of one profile. */
export class TaskTree {
  /** A task stands on the one that waits for it; frames are indexes of their names. */
  readonly nodes: StackTable = new StackTable();
  readonly sights: TaskSight[] = [];
  #now = 0;
  #nodeOf = new Int32Array(1024);
  #looked = 0;
  readonly #known = new Map<string, number>();
  readonly #waitingLines: boolean[] = [];

  constructor(readonly profile: Profile) {}

  /** Time of the newest sample, µs. */
  get now(): number {
    return this.#now;
  }

  /** Takes samples as they come. */
  add(batch: SampleBatch): void {
    this.#look();
    for (let i = 0; i < batch.length; i++) {
      const stack = batch.stack[i]!;
      const time = this.#now = batch.time[i]!;
      const node = stack === NO_STACK ? OUTSIDE : this.#nodeOf[stack]!;
      if (node < 0) continue;
      this.sights[node] = { stack, waiting: this.isWaiting(batch.thread[i]!), time };
    }
  }

  /** Whether the samples of a thread of the profile are those of tasks that wait. */
  isWaiting(thread: number): boolean {
    return this.#waitingLines[thread] ??= isWaitingLine(this.profile.threads[thread]!.name);
  }

  /**
   * Counts samples by task.
   * @param leaves samples of each stack as a leaf.
   * @param waiting those of them that are of tasks that wait.
   */
  count(leaves: Float64Array, waiting: Float64Array): TaskCounts {
    this.#look();
    const [runs, waits, own] = [0, 0, 0].map(() => new Float64Array(this.nodes.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    let [outside, idle] = [0, 0];
    for (let stack = 0; stack < leaves.length; stack++) {
      const count = leaves[stack]!;
      if (count <= 0) continue;
      const node = this.#nodeOf[stack]!;
      if (node === OUTSIDE) outside += count;
      else if (node === IDLES) idle += count;
      else {
        const waited = waiting[stack] ?? 0;
        waits[node]! += waited;
        runs[node]! += count - waited;
        own[node]! += count;
      }
    }
    return { runs, waits, below: sumBelow(this.nodes, own), outside, idle };
  }

  /** Finds the task of the stacks that have come. */
  #look(): void {
    const { stacks, frames, strings } = this.profile;
    const { length } = stacks;
    if (length > this.#nodeOf.length) {
      const grown = new Int32Array(length * 2);
      grown.set(this.#nodeOf);
      this.#nodeOf = grown;
    }
    for (; this.#looked < length; this.#looked++) {
      const prefix = stacks.prefix.at(this.#looked);
      const below = prefix === NO_STACK ? OUTSIDE : this.#nodeOf[prefix]!;
      const frame = stacks.frame.at(this.#looked);
      const kind = frames.kind.at(frame);
      const name = frames.name.at(frame);
      let node = below;
      if (kind === TASK) node = this.#intern(Math.max(below, NO_STACK), name);
      else if (kind === SYNTHETIC && strings[name] === IDLE) node = IDLES;
      this.#nodeOf[this.#looked] = node;
    }
  }

  #intern(awaiter: number, name: number): number {
    const key = `${awaiter} ${name}`;
    let node = this.#known.get(key);
    if (node === undefined) this.#known.set(key, node = this.nodes.push(awaiter, name));
    return node;
  }
}
