import type { Address, Loops } from "../../ffi/process.ts";
import { orderAwaiters } from "../cpython/asyncio/awaiters.ts";
import type { TaskSource } from "../cpython/asyncio/source.ts";
import type { TaskFacts } from "../cpython/asyncio/task.ts";
import { WatchGroup } from "../cpython/asyncio/watch.ts";
import type { CodeTable } from "../cpython/code_table.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { ThreadState } from "../cpython/thread_list.ts";
import { NO_STACK } from "../profile/tables.ts";
import type { Interner } from "./interner.ts";
import { TaskFrames } from "./task_frames.ts";

/** The stack of a task that waits, and what it was built from. */
interface Built {
  readonly facts: TaskFacts;
  /** The stack of the task that waits for it. */
  readonly base: number;
  readonly stack: number;
  /** The last tick in which it was so. */
  tick: number;
}

/** Tasks that are remembered though they were not read in the last tick. */
const MOST_REMEMBERED = 4096;
/** Ticks until a frame is asked for again that belonged to no task. */
const LATELY = 64;

/** The tasks of a target within one tick: each is read at most once, and only what has changed. */
export class Tasks {
  readonly frames: TaskFrames;
  /** Tasks whose stacks are part of the last sample of a thread, and the tick of that. */
  readonly #shown = new Map<Address, number>();
  readonly #facts: WatchGroup<TaskFacts>;
  readonly #lists: WatchGroup<Address[]>;
  readonly #current: WatchGroup<Address[]>;
  /** Stacks of tasks that wait, by task. */
  readonly #built = new Map<Address, Built>();
  #tick = 0;
  /** All tasks that the stack of a task was made of the last time, itself first. */
  readonly #relatives = new Map<Address, Set<Address>>();
  /** Tasks by the frame of their outermost coroutine. */
  readonly #owners = new Map<Address, Address>();
  /** Frames of coroutines that no task was made of, as far as was seen lately. */
  readonly #ownerless = new Set<Address>();
  #epoch = 0;

  constructor(
    { process }: Runtime,
    readonly codeTable: CodeTable,
    readonly interner: Interner,
    readonly source: TaskSource,
    loops: Loops,
  ) {
    this.frames = new TaskFrames(interner);
    this.#lists = new WatchGroup(process, (reader, key) => source.list(reader, key));
    this.#current = new WatchGroup(process, (reader, key) => source.current?.(reader, key));
    this.#facts = new WatchGroup(process, (reader, key) => {
      const facts = source.read(reader, key);
      if (facts !== undefined && facts.frame !== 0) this.#owners.set(facts.frame, key);
      return facts;
    }, (a, b, length) => loops.firstDifference(a, b, length));
  }

  /** Begins a tick. */
  begin(): void {
    if (++this.#tick % LATELY === 0) this.#ownerless.clear();
    if (this.#built.size > Math.max(MOST_REMEMBERED, 2 * this.#facts.size)) this.#built.clear();
    if (this.#facts.size > MOST_REMEMBERED) this.#facts.prune();
    if (this.#lists.size > MOST_REMEMBERED) this.#lists.prune();
    if (this.#relatives.size > MOST_REMEMBERED) this.#relatives.clear();
    if (this.#owners.size > Math.max(MOST_REMEMBERED, 2 * this.#facts.size)) this.#owners.clear();
    this.#facts.begin();
    this.#lists.begin();
    this.#current.begin();
  }

  /** Takes note that a task is part of the sample of a thread. */
  show(task: Address): void {
    this.#shown.set(task, this.#tick);
  }

  /** The thread has another sample: the task is no part of it any more. */
  hide(task: Address): void {
    this.#shown.delete(task);
  }

  /** True if a task is part of the sample of a thread; while nothing changes in the thread, that stays so. */
  isShown(task: Address): boolean {
    const tick = this.#shown.get(task);
    if (tick === undefined || tick === this.#tick) return tick !== undefined;
    return this.#facts.get(task)?.executing === true;
  }

  /** The tasks of a list; undefined if it did not hold together. */
  list(key: Address): readonly Address[] | undefined {
    this.#lists.refresh([key]);
    return this.#lists.get(key);
  }

  /** The tasks that threads of an interpreter run; only where no thread says so itself (before 3.14). */
  current(interpreter: Address): readonly Address[] {
    this.#current.refresh([interpreter]);
    return this.#current.get(interpreter) ?? [];
  }

  /** Reads many tasks at once. */
  read(tasks: readonly Address[]): void {
    this.#facts.refresh(tasks);
    if (this.#epoch === this.codeTable.epoch) return;
    this.#epoch = this.codeTable.epoch;
    const doubtful = tasks.filter((task) => !this.#isSound(this.#facts.get(task)));
    for (const task of doubtful) this.#facts.doubt(task);
    this.#facts.refresh(doubtful);
  }

  /** A task as it was read last. */
  known(task: Address): TaskFacts | undefined {
    return this.#facts.get(task);
  }

  /** A task as it is in this tick; undefined if there is none at the address or it could not be read. */
  facts(task: Address): TaskFacts | undefined {
    const relatives = this.#relatives.get(task);
    this.read(relatives === undefined ? [task] : [...relatives]);
    return this.#facts.get(task);
  }

  /** Reads a task once more. */
  reread(task: Address): TaskFacts | undefined {
    this.#facts.doubt(task);
    this.read([task]);
    return this.#facts.get(task);
  }

  /** The task of a thread whose outermost frame is at an address. */
  ownerOf(frame: Address, thread: ThreadState): TaskFacts | undefined {
    if (!this.#owners.has(frame) && !this.#ownerless.has(frame)) {
      for (const { key } of this.source.lists([thread])) this.read(this.list(key) ?? []);
      if (!this.#owners.has(frame)) this.#ownerless.add(frame);
    }
    const task = this.#owners.get(frame);
    const facts = task === undefined ? undefined : this.facts(task);
    return facts?.frame === frame ? facts : undefined;
  }

  /** The stack that the coroutines of a task that runs go on: those who wait for it, and its own frame. */
  stackBelow(facts: TaskFacts): number {
    const relatives = new Set([facts.address]);
    const awaiters = this.#awaitersOf(facts, relatives);
    const first = awaiters.find((one) => one !== facts);
    const base = first === undefined ? NO_STACK : this.stackOf(first, relatives, facts);
    this.#relatives.set(facts.address, relatives);
    return this.frames.pushTask(base, facts.name, awaiters.map(({ name }) => name));
  }

  /**
   * The stack of a task that waits.
   * @param relatives takes all tasks that it depends on.
   * @param besides one that it is not to go through, as it is below that one already.
   */
  stackOf(facts: TaskFacts, relatives?: Set<Address>, besides?: TaskFacts): number {
    const line: { facts: TaskFacts; awaiters: readonly TaskFacts[] }[] = [];
    const met = new Set(besides === undefined ? [] : [besides]);
    let base = NO_STACK;
    let next: TaskFacts | undefined = facts;
    while (next !== undefined) {
      const built = relatives === undefined ? this.#built.get(next.address) : undefined;
      if (built?.tick === this.#tick && built.facts === next) {
        base = built.stack;
        break;
      }
      relatives?.add(next.address);
      met.add(next);
      const awaiters = this.#awaitersOf(next, relatives);
      line.push({ facts: next, awaiters });
      next = awaiters.find((one) => !met.has(one));
    }
    for (let i = line.length - 1; i >= 0; i--) base = this.#build(line[i]!, base);
    return base;
  }

  #build(
    { facts, awaiters }: { readonly facts: TaskFacts; readonly awaiters: readonly TaskFacts[] },
    base: number,
  ): number {
    const built = this.#built.get(facts.address);
    if (built?.facts === facts && built.base === base && awaiters.length < 2) {
      built.tick = this.#tick;
      return built.stack;
    }
    let stack = this.frames.pushTask(base, facts.name, awaiters.map(({ name }) => name));
    for (const place of facts.places) stack = this.interner.push(stack, place);
    this.#built.set(facts.address, { facts, base, stack, tick: this.#tick });
    return stack;
  }

  #awaitersOf({ awaiters }: TaskFacts, relatives: Set<Address> | undefined): TaskFacts[] {
    if (awaiters.length === 0) return [];
    if (!awaiters.every((task) => this.#facts.isFresh(task))) this.read(awaiters);
    if (relatives !== undefined) { for (const task of awaiters) relatives.add(task); }
    return orderAwaiters(awaiters, (task) => this.#facts.get(task)?.name)
      .map((task) => this.#facts.get(task))
      .filter((awaiter) => awaiter !== undefined);
  }

  /** True if the code of its places is still what it was. */
  #isSound(facts: TaskFacts | undefined): boolean {
    const { codeTable } = this;
    return facts === undefined || facts.places.every((place, i) => {
      return codeTable.current(facts.objects[i]!) === codeTable.codeOfPlace(place);
    });
  }
}
