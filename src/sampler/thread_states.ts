import { ACTIVITY, STATE_UNKNOWN } from "../../ffi/process.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { listThreads, type ThreadState } from "../cpython/thread_list.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import {
  Exceptions,
  findNone,
  gilAddress,
  hasHandledChain,
  heldGil,
} from "../cpython/thread_facts.ts";
import type { Mode } from "../profile/metadata.ts";
import { STATUS } from "../profile/profile.ts";
import type { CaptureRequest } from "./capture.ts";
import { type Stay, ThreadActivity } from "./thread_activity.ts";

/** Below this interval the system is not asked what threads do, µs, unless the mode needs it: that takes 2 µs. */
const ASK_SYSTEM_FROM = 50;
/** The sample is none of the mode's. */
export const UNWANTED = -1;
/** What the thread was doing changed too fast to tell. */
export const UNCLEAR = -2;

/**
 * Whether an interpreter and the system tell what a mode asks: where exceptions are kept, which is known of
 * every release but checked; a GIL; whether threads run.
 */
export function canTell(runtime: Runtime, mode: Mode): boolean {
  if (mode === "exception") return findNoneForExceptions(runtime, listThreads(runtime)) !== 0;
  if (mode === "gil") return !runtime.layout.freeThreaded;
  if (mode !== "cpu") return true;
  const tid = listThreads(runtime).find((thread) => thread.main)?.tid ?? runtime.process.pid;
  const watch = runtime.process.watchActivity(tid, false);
  watch.refresh();
  const told = watch.row[ACTIVITY.state] !== STATE_UNKNOWN;
  watch.close();
  return told;
}

/** The address of `None` if the fields of exceptions are where they are thought to be, else 0. */
function findNoneForExceptions(runtime: Runtime, threads: readonly ThreadState[]): number {
  return threads.some(({ address }) => hasHandledChain(runtime, address))
    ? findNone(runtime, threads[0]!.interpreter)
    : 0;
}

/** What the states of a capture's threads are read with. */
export class StateShop {
  /** Address of `None`; 0 where exceptions cannot be told. */
  readonly none: number;
  /** Where the GIL of an interpreter lies, by the interpreter's address. */
  readonly #gils = new Map<number, number>();

  /** For what a capture asks. */
  static create(runtime: Runtime, request: CaptureRequest): StateShop {
    const { mode = "wall", states = false, intervalUs } = request;
    const asksSystem = mode === "cpu" || (states && intervalUs >= ASK_SYSTEM_FROM);
    return new StateShop(runtime, mode, asksSystem, listThreads(runtime));
  }

  /** @param asksSystem tell what only the system knows: whether threads are on a CPU, and what they wait for. */
  constructor(
    readonly runtime: Runtime,
    readonly mode: Mode,
    readonly asksSystem: boolean,
    threads: readonly ThreadState[],
  ) {
    this.none = findNoneForExceptions(runtime, threads);
  }

  /** What the states of one thread are read with. */
  readerOf(copy: ThreadCopy): StateReader {
    return new StateReader(this, copy);
  }

  /** The futexes on which threads wait for the GIL begin here. */
  gilOf(interpreter: number): number {
    let gil = this.#gils.get(interpreter);
    if (gil === undefined) {
      gil = gilAddress(this.runtime, interpreter);
      if (gil !== 0) this.#gils.set(interpreter, gil);
    }
    return gil;
  }
}

/** Tells what one thread was doing when its stack was read. */
export class StateReader {
  readonly #activity: ThreadActivity | undefined;
  readonly #exceptions: Exceptions | undefined;

  constructor(readonly shop: StateShop, readonly copy: ThreadCopy) {
    const { runtime, mode, none } = shop;
    if (none !== 0) this.#exceptions = new Exceptions(copy, none);
    if (!shop.asksSystem) return;
    // A mode that leaves out who does not hold the GIL need not know who waits for it.
    const { freeThreaded, states } = runtime.layout;
    const futex = states.gilRequested < 0 && mode !== "gil" && !freeThreaded;
    this.#activity = new ThreadActivity(runtime.process.watchActivity(copy.thread.tid, futex));
  }

  /** Looks whether the thread runs, right before it is read. @param time µs. */
  look(time: number): void {
    this.#activity?.look(time);
  }

  /** The same, with what a visit was told at that time. */
  note(time: number, told: Float64Array): void {
    this.#activity?.note(time, told);
  }

  /** Where the system's answers stand, as {@link ACTIVITY} has it; absent where it is not asked. */
  get row(): Float64Array | undefined {
    return this.#activity?.watch.row;
  }

  /** True if the thread was blocked at the last look. */
  get isBlocked(): boolean {
    return this.#activity?.isKnown === true && this.#activity.stay === undefined;
  }

  /** Whether it can be told that a thread waits for the GIL. */
  get tellsWaiting(): boolean {
    const { freeThreaded, states } = this.shop.runtime.layout;
    return !freeThreaded && (states.gilRequested >= 0 || (this.#activity?.futex ?? -1) >= 0);
  }

  /** Where the answer whether the thread was on a CPU comes later: what will have it. */
  get stay(): Stay | undefined {
    return this.#activity?.stay;
  }

  /**
   * What the thread was doing at the copy's reading, as bits of `STATUS`, but for what {@link stay} tells; or
   * {@link UNWANTED}, {@link UNCLEAR}.
   */
  judge(): number {
    const { mode } = this.shop;
    let status = this.#gil();
    if (mode === "gil" && (status & STATUS.hasGil) === 0) return UNWANTED;
    if (mode === "cpu" && this.isBlocked) return UNWANTED;
    const exception = this.#exceptions?.has();
    if (exception === true) status |= STATUS.hasException;
    else if (mode === "exception") return exception === undefined ? UNCLEAR : UNWANTED;
    if (this.#activity?.isKnown === true) return status;
    return mode === "cpu" ? UNCLEAR : status | STATUS.cpuUnknown;
  }

  /** Nobody asks any more. */
  close(): void {
    this.#activity?.close();
  }

  #gil(): number {
    const { copy, shop } = this;
    if (shop.runtime.layout.freeThreaded) return 0;
    if (heldGil(copy)) return STATUS.hasGil;
    const { gilRequested, gilSize } = shop.runtime.layout.states;
    if (gilRequested >= 0) return copy.threadWord(gilRequested) !== 0 ? STATUS.waitsForGil : 0;
    const into = (this.#activity?.futex ?? 0) - shop.gilOf(copy.thread.interpreter);
    return into >= 0 && into < gilSize ? STATUS.waitsForGil : 0;
  }
}
