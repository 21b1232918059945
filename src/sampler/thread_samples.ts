import type { Snapshot } from "../cpython/snapshot.ts";
import { EXACT_SAMPLE, STATUS_SHIFT, VISIT_SHIFT } from "../profile/profile.ts";
import type { Rejection } from "../profile/quality.ts";
import { NO_STACK } from "../profile/tables.ts";
import { REFUSED, type StackInterner } from "./interner.ts";
import { createStackInterner } from "./marked_stack.ts";
import { type Fallback, NO_FALLBACK } from "./settling.ts";
import { TaskStack } from "./task_stack.ts";
import type { Stay } from "./thread_activity.ts";
import { type StateReader, UNCLEAR, UNWANTED } from "./thread_states.ts";
import type { Workshop } from "./workshop.ts";

/** The last reading was rejected, or waits for proof. */
const UNSURE = -4;

/** A stack whose calls wait for proof. */
export interface Unproven {
  /** Local id of the stack. */
  readonly stack: number;
  /** Those of its calls that no exact reading has shown. */
  readonly edges: readonly number[];
  /** What the thread was doing, as it stands in a sample's flags, and what tells the rest of it in time. */
  readonly doing: number;
  readonly stay: Stay | undefined;
}

/** Makes samples of what was read of one thread, or counts it as lost. */
export class ThreadSamples {
  readonly #stack: StackInterner;
  /** When the thread was read, µs since the first tick. */
  #time = 0;
  /** Local id of the last reading's stack, or {@link UNSURE}. */
  #last = UNSURE;
  /** What the thread was doing at the reading, as it stands in a sample's flags; or why it is no sample. */
  #doing = 0;

  /** @param states tells what the thread is doing, where that is wanted. */
  constructor(
    readonly shop: Workshop,
    readonly id: number,
    readonly snapshot: Snapshot,
    readonly states: StateReader | undefined,
  ) {
    const { tasks } = shop;
    const stack = createStackInterner(shop, snapshot.copy);
    this.#stack = tasks === undefined ? stack : new TaskStack(tasks, stack);
  }

  /** What is said next is of readings at this time. */
  begin(time: number): void {
    this.#time = time;
  }

  /** The copy is not that of the last good stack any more. */
  doubt(): void {
    this.#last = UNSURE;
  }

  /** True if nothing is known of the last reading's stack for sure. */
  get isUnsure(): boolean {
    return this.#last === UNSURE;
  }

  /** Local id of the last reading's stack; −1 if it gave none, or one that is only that reading's. */
  get taken(): number {
    return this.snapshot.repairs > 0 ? NO_STACK : Math.max(NO_STACK, this.#last);
  }

  /**
   * False if the last reading is no sample of what is asked for; if that cannot be told, it is rejected.
   * @param stack its stack, where it is known by now.
   */
  isWanted(stack?: number): boolean {
    if (this.states === undefined) return true;
    const doing = this.states.judge();
    this.#doing = doing << STATUS_SHIFT;
    if (doing >= 0) return true;
    this.#last = UNSURE;
    if (doing === UNCLEAR) this.#reject("torn", stack);
    return false;
  }

  /**
   * The last reading is whole.
   * @param again it was made because the one before it was not.
   */
  accept(again: boolean, flags = 0): void {
    if (!this.isWanted()) return;
    const { quality } = this.shop;
    if (again) quality.retried++;
    if ((flags & EXACT_SAMPLE) !== 0) quality.exact++;
    if (this.snapshot.repairs > 0) quality.repaired++;
    const stack = this.#stack.intern(this.snapshot);
    this.#last = stack;
    if (stack === NO_STACK) quality.empty++;
    else if (stack === REFUSED) this.#refuse();
    else this.#push(stack, flags);
  }

  /** The last reading is of a thread that runs no Python code. */
  acceptEmpty(): void {
    this.shop.quality.empty++;
    this.#last = NO_STACK;
  }

  /** An exact reading is of a stack that is known. @param visit as for `ThreadSampler.sample`. */
  acceptKnown(visit: number, stack: number): void {
    if (!this.isWanted(stack)) return;
    this.shop.quality.exact++;
    this.#push(stack, EXACT_SAMPLE | visit << VISIT_SHIFT);
  }

  /** The thread stands where the last reading, which was good, has found it. */
  repeat(): void {
    const { quality } = this.shop;
    if (this.#last === NO_STACK) {
      quality.empty++;
      return;
    }
    if (this.snapshot.repairs > 0) quality.repaired++;
    this.#push(this.#last, 0);
  }

  /** The stack of the last reading, whose calls wait for proof; undefined if it is no sample. */
  suspend(): Unproven | undefined {
    if (!this.isWanted()) return undefined;
    const [doing, stay] = [this.#doing, this.states?.stay];
    const stack = this.#stack.intern(this.snapshot);
    if (stack !== REFUSED) return { stack, edges: [...this.snapshot.freshEdges], doing, stay };
    this.#refuse();
    return undefined;
  }

  /**
   * What is to take the place of a stack that is never proven.
   * @param isWhole the last reading needs no proof.
   * @param reread it was made anew; else it was restored from the same reading.
   */
  fallBack(isWhole: boolean, reread: boolean): Fallback {
    return { stack: isWhole ? this.#stack.intern(this.snapshot, true) : NO_FALLBACK, reread };
  }

  /** Holds a stack back until its calls are proven. */
  hold({ stack, edges, doing, stay }: Unproven, fallback: Fallback): void {
    const { queue, teacher: { readings } } = this.shop;
    queue.pushPending(this.#time, this.id, stack, fallback, edges, readings, doing, stay);
  }

  /** Counts a reading as thrown away, unless the thread did not do what is asked for. */
  throwAway(reason: Rejection): void {
    if (this.states === undefined || this.states.judge() !== UNWANTED) this.#reject(reason);
  }

  #push(stack: number, flags: number): void {
    const { queue } = this.shop;
    queue.push(this.#time, this.id, stack, flags | this.#doing, this.states?.stay);
  }

  /** The task that ran is not the one whose stack was read. */
  #refuse(): void {
    this.#last = UNSURE;
    this.throwAway("torn-task");
  }

  /** @param stack one with the same leaf; `NO_STACK`: none is known. */
  #reject(reason: Rejection, stack = this.#leaf()): void {
    this.shop.reject(this.#time, this.id, reason, stack);
  }

  /** The frame that was current at the last reading of a copy, as far as it is known. */
  #leaf(): number {
    const { leafPlace } = this.snapshot;
    return leafPlace < 0 ? NO_STACK : this.shop.interner.push(NO_STACK, leafPlace);
  }
}
