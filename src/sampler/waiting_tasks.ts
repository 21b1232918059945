import type { Address } from "../../ffi/process.ts";
import type { TaskFacts } from "../cpython/asyncio/task.ts";
import type { ThreadState } from "../cpython/thread_list.ts";
import type { Rejection } from "../profile/quality.ts";
import { NO_STACK } from "../profile/tables.ts";
import type { SettlingQueue } from "./settling.ts";
import type { Tasks } from "./tasks.ts";

/** Readings of a task that is found running though another is, until it waits again. */
const MOST_READINGS = 4;

/** A thread whose tasks are sampled, and what their samples belong to. */
export interface TaskThread {
  readonly state: ThreadState;
  /** Id on the other side. */
  readonly id: number;
}

/** Samples the tasks that wait: those for which no other task waits in turn, as these show in their stacks. */
export class WaitingTasks {
  constructor(
    readonly tasks: Tasks,
    readonly queue: SettlingQueue,
    readonly reject: (time: number, thread: number, reason: Rejection, stack: number) => void,
  ) {}

  /** Takes a sample of each. What the threads do themselves has been sampled before, in the same tick. */
  sample(time: number, threads: readonly TaskThread[]): void {
    const { tasks } = this;
    const ids = new Map(threads.map(({ state, id }) => [state.address, id]));
    const listed = this.#list(time, threads, ids);
    tasks.read([...listed.keys()]);
    const leaves = new Set(listed.keys());
    for (const task of listed.keys()) {
      for (const awaiter of tasks.known(task)?.awaiters ?? []) leaves.delete(awaiter);
    }
    for (const task of leaves) {
      if (tasks.isShown(task)) continue;
      const facts = this.#await(task);
      const thread = listed.get(task) ?? facts?.thread;
      // Of one that cannot be read it may not be known where it belongs.
      const id = thread === undefined ? threads[0]!.id : ids.get(thread);
      if (id === undefined) continue;
      if (facts?.executing !== false) this.reject(time, id, "torn-task", NO_STACK);
      else this.queue.push(time, id, tasks.stackOf(facts));
    }
  }

  /** All tasks of the threads; each with its thread, where its list tells. */
  #list(
    time: number,
    threads: readonly TaskThread[],
    ids: ReadonlyMap<Address, number>,
  ): Map<Address, Address | undefined> {
    const listed = new Map<Address, Address | undefined>();
    for (const { key, thread } of this.tasks.source.lists(threads.map(({ state }) => state))) {
      const id = thread === undefined ? threads[0]!.id : ids.get(thread);
      if (id === undefined) continue;
      const list = this.tasks.list(key);
      if (list === undefined) this.reject(time, id, "torn-task", NO_STACK);
      for (const task of list ?? []) listed.set(task, thread);
    }
    return listed;
  }

  /** A task that may have begun to run since the stacks were read, when it waited: as it waits again. */
  #await(task: Address): TaskFacts | undefined {
    let facts = this.tasks.known(task);
    for (let i = 1; i < MOST_READINGS && facts?.executing !== false; i++) {
      facts = this.tasks.reread(task);
    }
    return facts;
  }
}
