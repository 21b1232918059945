import type { ReaderThread } from "../../ffi/process.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { ThreadState } from "../cpython/thread_list.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import { STATUS } from "../profile/profile.ts";
import type { ThreadDoing } from "./dump.ts";
import type { Stay } from "./thread_activity.ts";
import { type StateReader, StateShop } from "./thread_states.ts";

/** How long to wait for the system's counts, which tell who was on a CPU, and from one look to the next, µs. */
const PATIENCE = 25_000;
const PAUSE = 2_000;

/** Tells what the threads of a dump were doing when they were read. */
export class DumpStates {
  readonly #shop: StateShop;
  readonly #readers = new Map<ThreadState, StateReader>();
  /** Threads that were on a CPU or waited for one: which of it shows later. */
  readonly #stays = new Map<ThreadState, Stay>();

  constructor(
    readonly runtime: Runtime,
    readonly clock: ReaderThread,
    readonly threads: readonly ThreadState[],
  ) {
    this.#shop = new StateShop(runtime, "wall", true, threads);
  }

  /** Begins to watch a thread. @param copy that it is read into. */
  open(state: ThreadState, copy: ThreadCopy): void {
    this.close(state);
    this.#readers.set(state, this.#shop.readerOf(copy));
  }

  /** Looks whether a thread runs, right before it is read. */
  look(state: ThreadState): void {
    this.#readers.get(state)?.look(this.clock.now());
  }

  /** What a thread was doing at the last reading, but for whether it was on a CPU. */
  judge(state: ThreadState): ThreadDoing {
    const reader = this.#readers.get(state)!;
    const status = reader.judge();
    const { freeThreaded } = this.runtime.layout;
    const { stay, isBlocked } = reader;
    if (stay !== undefined) this.#stays.set(state, stay);
    else this.close(state);
    return {
      hasGil: freeThreaded ? undefined : (status & STATUS.hasGil) !== 0,
      waitsForGil: reader.tellsWaiting ? (status & STATUS.waitsForGil) !== 0 : undefined,
      hasException: this.#shop.none === 0 ? undefined : (status & STATUS.hasException) !== 0,
      onCpu: isBlocked ? false : undefined,
    };
  }

  /** Waits until the system has counted who was on a CPU; those who were, of the threads that were judged. */
  settle(): ReadonlyMap<ThreadState, boolean> {
    const until = this.clock.now() + PATIENCE;
    const isOpen = (): boolean => [...this.#stays.values()].some((stay) => stay.verdict === "open");
    while (isOpen() && this.clock.now() < until) {
      this.clock.sleepUntil(this.clock.now() + PAUSE, 0);
      for (const state of this.#stays.keys()) this.look(state);
    }
    return new Map([...this.#stays].map(([state, stay]) => [state, stay.force() === "on"]));
  }

  /** Stops watching a thread. */
  close(state: ThreadState): void {
    this.#readers.get(state)?.close();
    this.#readers.delete(state);
    this.#stays.delete(state);
  }

  closeAll(): void {
    for (const state of [...this.#readers.keys()]) this.close(state);
  }
}
