import type { Address } from "../../ffi/process.ts";
import { ACTIVE_STATUS } from "../cpython/layout.ts";
import type { TaskFacts } from "../cpython/asyncio/task.ts";
import type { Snapshot } from "../cpython/snapshot.ts";
import { NO_STACK } from "../profile/tables.ts";
import { isLoopStep, isLoopWait } from "./loop_functions.ts";
import { REFUSED, type StackInterner } from "./interner.ts";
import type { Tasks } from "./tasks.ts";

/**
 * The stack of a thread that may run tasks. If it runs one, the stack is the task's: the frames of its
 * coroutine and all that it called, on its own frame, on those of the tasks that wait for it. Which task
 * runs is read together with the stack; the task itself right after it.
 */
export class TaskStack implements StackInterner {
  /** Tasks that are part of the last sample. */
  readonly #shown: Address[] = [];

  constructor(readonly tasks: Tasks, readonly plain: StackInterner) {}

  /** The local id of the snapshot's stack; {@link REFUSED} if task and stack do not belong together. */
  intern(snapshot: Snapshot, again = false): number {
    const { tasks } = this;
    // What may take the place of a stack does not yet do so.
    while (!again && this.#shown.length > 0) tasks.hide(this.#shown.pop()!);
    const { running } = tasks.source;
    if (running === undefined) return this.#internFound(snapshot);
    const task = snapshot.copy.noted(running.task);
    if (task === 0) return this.#internPlain(snapshot);
    this.#show(task);
    const facts = tasks.facts(task);
    return facts === undefined ? this.#internUnknown(snapshot) : this.#internTask(snapshot, facts);
  }

  #show(task: Address): void {
    this.#shown.push(task);
    this.tasks.show(task);
  }

  /** Before 3.14 no thread says what it runs: it is the task whose coroutine is on the stack. */
  #internFound(snapshot: Snapshot): number {
    const { tasks } = this;
    const { copy, path } = snapshot;
    for (const task of tasks.current(copy.thread.interpreter)) {
      const facts = tasks.facts(task);
      if (facts === undefined || indexOf(path.addresses, facts.frame, path.depth) < 0) continue;
      this.#show(task);
      return this.#internTask(snapshot, facts);
    }
    if (!this.#hasGenerator(snapshot, 0)) return this.#internPlain(snapshot);
    const isTask = this.#hasLoop(snapshot) ||
      this.#findOwner(snapshot, path.depth)[0] !== undefined;
    return isTask ? this.#internUnknown(snapshot) : this.#internPlain(snapshot);
  }

  #internTask(snapshot: Snapshot, facts: TaskFacts): number {
    const { depth, addresses } = snapshot.path;
    let from = indexOf(addresses, facts.frame, depth);
    if (from < 0) {
      from = this.#aboveLoop(snapshot);
      // Another task's coroutine: the thread went on to the next task between the two.
      if (facts.frame !== 0 && this.#hasGenerator(snapshot, from)) return REFUSED;
    }
    return this.internOn(this.#stackBelow(snapshot, facts, from), snapshot, from);
  }

  /** The task has ended since, or is none of asyncio's own. If it was begun within another, that one is known. */
  #internUnknown(snapshot: Snapshot): number {
    const { tasks } = this;
    const { depth } = snapshot.path;
    const [owner, at] = this.#findOwner(snapshot, depth);
    if (owner !== undefined) {
      this.#show(owner.address);
      return this.internOn(this.#stackBelow(snapshot, owner, at), snapshot, at);
    }
    const unknown = tasks.frames.pushUnknown(NO_STACK);
    return this.internOn(unknown, snapshot, this.#aboveLoop(snapshot));
  }

  internOn(stack: number, snapshot: Snapshot, from: number, to?: number): number {
    return this.plain.internOn(stack, snapshot, from, to);
  }

  #internPlain(snapshot: Snapshot): number {
    const stack = this.plain.intern(snapshot);
    return stack !== NO_STACK && this.#isIdle(snapshot) ? this.tasks.frames.pushIdle(stack) : stack;
  }

  /** A task that was started eagerly runs within the one that started it. */
  #stackBelow(snapshot: Snapshot, facts: TaskFacts, from: number): number {
    const { tasks } = this;
    const [owner, at] = this.#findOwner(snapshot, from);
    if (owner === undefined) return tasks.stackBelow(facts);
    this.#show(owner.address);
    const base = this.#stackBelow(snapshot, owner, at);
    const below = this.internOn(base, snapshot, at, from);
    return tasks.frames.pushTask(below, facts.name, []);
  }

  /** The innermost task below a depth whose coroutine is on the stack, and the depth of that. */
  #findOwner({ copy, path }: Snapshot, below: number): [owner: TaskFacts | undefined, at: number] {
    for (let d = below - 1; d >= 0; d--) {
      if (!this.#isGenerator(path.codes[d]!)) continue;
      const owner = this.tasks.ownerOf(path.addresses[d]!, copy.thread);
      if (owner !== undefined) return [owner, d];
    }
    return [undefined, -1];
  }

  /** Depth of the first frame above those of the loop; of the first coroutine where no loop is seen. */
  #aboveLoop({ path: { codes, depth } }: Snapshot): number {
    for (let d = depth - 1; d >= 0; d--) if (this.#isStep(codes[d]!)) return d + 1;
    for (let d = 0; d < depth; d++) if (this.#isGenerator(codes[d]!)) return d;
    return depth;
  }

  /** A loop goes on with a coroutine. */
  #hasLoop({ path: { codes, depth } }: Snapshot): boolean {
    for (let d = 0; d < depth - 1; d++) {
      if (this.#isStep(codes[d]!) && this.#isGenerator(codes[d + 1]!)) return true;
    }
    return false;
  }

  #isStep(code: number): boolean {
    return isLoopStep(this.tasks.codeTable.codes[code]!);
  }

  #hasGenerator({ path: { codes, depth } }: Snapshot, from: number): boolean {
    for (let d = from; d < depth; d++) if (this.#isGenerator(codes[d]!)) return true;
    return false;
  }

  #isGenerator(code: number): boolean {
    return this.tasks.codeTable.codes[code]!.isGenerator;
  }

  /** A loop waits: it is in the call that does, and that has let go of the GIL. */
  #isIdle({ copy, path: { codes, depth } }: Snapshot): boolean {
    const { codeTable } = this.tasks;
    if (copy.status() & ACTIVE_STATUS) return false;
    return isLoopWait(
      codeTable.codes[codes[depth - 1]!]!,
      codeTable.codes[codes[depth - 2] ?? -1],
    );
  }
}

function indexOf(addresses: Float64Array, address: Address, depth: number): number {
  if (address === 0) return -1;
  for (let d = depth - 1; d >= 0; d--) if (addresses[d] === address) return d;
  return -1;
}
