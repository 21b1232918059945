import type { Interner } from "./interner.ts";

/** In place of a file, as other tools show such frames. */
const TASK_FILE = "<task>";
/** Different names shown; what comes after is put together, as a server may name a task for each request. */
const MOST_NAMES = 10_000;
const FURTHER = "(further tasks)";
/** Of a task that has ended since its stack was read, or is none of asyncio's own. */
const UNKNOWN = "(unknown)";
/** A loop that waits for something to happen. */
const IDLE = "<idle>";
/** Awaiters that are named. */
const MOST_AWAITERS_NAMED = 5;

/** Frames that stand for tasks and idle loops. */
export class TaskFrames {
  /** Local frames by what they show. */
  readonly #tasks = new Map<string, number>();
  #idle = -1;

  constructor(readonly interner: Interner) {}

  /**
   * Puts the frame of a task onto a stack.
   * @param awaiters names of those that wait for it; named if there are several.
   */
  pushTask(stack: number, name: string, awaiters: readonly string[]): number {
    return this.#push(stack, awaiters.length < 2 ? name : `${name} (${describe(awaiters)})`);
  }

  /** Puts the frame of a task onto a stack that could not be asked for its name. */
  pushUnknown(stack: number): number {
    return this.#push(stack, UNKNOWN);
  }

  /** Puts the frame of an idle loop onto a stack. */
  pushIdle(stack: number): number {
    if (this.#idle < 0) this.#idle = this.interner.markOf("synthetic", IDLE);
    return this.interner.pushFrame(stack, this.#idle);
  }

  #push(stack: number, name: string): number {
    let frame = this.#tasks.get(name);
    if (frame === undefined) {
      if (this.#tasks.size >= MOST_NAMES && name !== FURTHER) return this.#push(stack, FURTHER);
      this.#tasks.set(name, frame = this.interner.markOf("task", name, TASK_FILE));
    }
    return this.interner.pushFrame(stack, frame);
  }
}

function describe(awaiters: readonly string[]): string {
  const named = awaiters.slice(0, MOST_AWAITERS_NAMED).join(", ");
  const more = awaiters.length - MOST_AWAITERS_NAMED;
  return `awaited by ${named}${more > 0 ? ` and ${more} more` : ""}`;
}
