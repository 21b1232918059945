import type { Address } from "../../../ffi/process.ts";
import { type MemoryReader, pointerAt } from "../memory.ts";
import type { Runtime } from "../runtime.ts";
import type { ThreadState } from "../thread_list.ts";
import type { CoroutineReader } from "./coroutine.ts";
import type { AsyncioSection } from "./section.ts";
import { readPointers } from "./set.ts";
import type { RunningFields, TaskList, TaskSource } from "./source.ts";
import { MOST_AWAITER_PLACES, MOST_TASKS, type TaskFacts } from "./task.ts";
import { readTaskName } from "./task_name.ts";

/** Tasks as 3.14 and later keep them: in a list of each thread, and knowing who waits for them. */
export class SectionSource implements TaskSource {
  readonly running: RunningFields;
  /** What is read of a task in one go. */
  readonly #from: number;
  readonly #bytes: number;

  constructor(
    readonly runtime: Runtime,
    readonly section: AsyncioSection,
    readonly coroutines: CoroutineReader,
  ) {
    const { task, thread } = section;
    this.running = { loop: thread.runningLoop, task: thread.runningTask };
    const fields = [task.name, task.awaitedBy, task.isTask, task.isSet, task.coroutine];
    this.#from = Math.min(...fields) & ~7;
    this.#bytes = (Math.max(...fields) & ~7) + 8 - this.#from;
  }

  lists(threads: readonly ThreadState[]): readonly TaskList[] {
    const { thread, interpreter } = this.section;
    const interpreters = new Set(threads.map((one) => one.interpreter));
    return [
      ...threads.map(({ address }) => ({ key: address + thread.tasks, thread: address })),
      ...[...interpreters].map((one) => ({ key: one + interpreter.tasks, thread: 0 })),
    ];
  }

  /** Follows the circle of links from its head. */
  list(reader: MemoryReader, head: Address): Address[] | undefined {
    const { node } = this.section.task;
    const tasks: Address[] = [];
    let at = reader.pointer(head);
    // The head of a thread that has just begun may not be in place yet.
    if (at === 0) return [];
    while (at !== head) {
      if (at === undefined || at === 0 || tasks.length > MOST_TASKS) return undefined;
      tasks.push(at - node);
      at = reader.pointer(at);
    }
    return tasks;
  }

  read(reader: MemoryReader, address: Address): TaskFacts | undefined {
    const { task } = this.section;
    const head = reader.bytes(address + this.#from, this.#bytes);
    if (head === undefined || head[task.isTask - this.#from] !== 1) return undefined;
    const view = new DataView(head.buffer);
    const field = (offset: number): Address => pointerAt(view, offset - this.#from);
    const coroutine = field(task.coroutine);
    const { layout, offsets } = this.runtime;
    const name = readTaskName(reader, layout, offsets, field(task.name));
    const chain = this.coroutines.read(reader, coroutine);
    const isSet = head[task.isSet - this.#from] !== 0;
    const awaiters = this.#awaiters(reader, field(task.awaitedBy), isSet);
    if (name === undefined || chain === undefined || awaiters === undefined) return undefined;
    return { address, name, awaiters, ...chain };
  }

  #awaiters(reader: MemoryReader, awaitedBy: Address, isSet: boolean): Address[] | undefined {
    if (awaitedBy === 0) return [];
    const { offsets } = this.runtime;
    const waiting = isSet
      ? readPointers(reader, offsets, awaitedBy, MOST_AWAITER_PLACES)
      : [awaitedBy];
    const { isTask } = this.section.task;
    // A future that is no task leads to nobody.
    return waiting?.filter((one) => reader.bytes(one + isTask, 1)?.[0] === 1);
  }
}
