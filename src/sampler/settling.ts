import { STATUS, STATUS_SHIFT } from "../profile/profile.ts";
import type { Stay } from "./thread_activity.ts";
import { DISMISSED, type EdgeTable, KNOWN } from "../cpython/edge_table.ts";

/** Samples held back at most, all threads together; a power of two. */
const CAPACITY = 1 << 16;
/** How long a sample waits for the proof of its calls, µs. */
const PATIENCE = 500_000;
/** Exact readings that must have failed to show a call before it is given up. */
const ENOUGH_READINGS = 16;

/** No stack to fall back on. */
export const NO_FALLBACK = -3;

/** What takes the place of a stack that is never proven. */
export interface Fallback {
  /** Local stack id, or {@link NO_FALLBACK}. */
  readonly stack: number;
  /** It was read anew; else it was restored from the same reading. */
  readonly reread: boolean;
}

/** What a sample waits for. */
interface Pending {
  readonly edges: readonly number[];
  readonly fallback: Fallback;
}

/** Where settled samples go. */
export interface SampleSink {
  /** @param flags as in `SampleBatch`. */
  accept(time: number, thread: number, stack: number, flags: number): void;
  /** The stack of `fallback` takes the place of one that was not proven. */
  replace(time: number, thread: number, stack: number, fallback: Fallback, flags: number): void;
  reject(time: number, thread: number, stack: number): void;
}

/**
 * Keeps samples in order of time while one of them waits for the proof of a call that no exact reading
 * has shown yet. It is accepted as it is once all its calls are proven; else, after a while, the stack
 * that was read right after it takes its place; else it is rejected. So what is new in a program is
 * not lost merely for being new. Samples wait likewise for whether their threads were on a CPU, where that
 * is asked.
 */
export class SettlingQueue {
  readonly #time: Float64Array;
  readonly #thread: Int32Array;
  readonly #stack: Int32Array;
  readonly #flags: Int32Array;
  readonly #mask: number;
  /** What samples wait for to be told whether their threads were on a CPU, by place in the queue. */
  readonly #stays = new Map<number, Stay>();
  /** What pending samples wait for, by place in the queue. */
  readonly #pending = new Map<number, Pending>();
  /** Exact readings made before a call was first waited for, by edge. */
  readonly #waiting = new Map<number, number>();
  #readings = 0;
  #head = 0;
  #tail = 0;

  /** @param capacity samples that may be held back, a power of two. */
  constructor(readonly edges: EdgeTable, readonly sink: SampleSink, capacity = CAPACITY) {
    this.#time = new Float64Array(capacity);
    this.#thread = new Int32Array(capacity);
    this.#stack = new Int32Array(capacity);
    this.#flags = new Int32Array(capacity);
    this.#mask = capacity - 1;
  }

  /** Time of the oldest sample that is held back; Infinity if none is. */
  get heldFrom(): number {
    return this.#head === this.#tail ? Infinity : this.#time[this.#head]!;
  }

  /**
   * Adds a sample that is proven.
   * @param stay tells in time whether the thread was on a CPU, where that is asked.
   */
  push(time: number, thread: number, stack: number, flags = 0, stay?: Stay): void {
    if (stay === undefined && this.#head === this.#tail) {
      this.sink.accept(time, thread, stack, flags);
    } else this.#enqueue(time, thread, stack, flags, stay);
  }

  /**
   * Adds a sample that waits for proof.
   * @param readings exact readings made so far.
   */
  pushPending(
    time: number,
    thread: number,
    stack: number,
    fallback: Fallback,
    edges: readonly number[],
    readings: number,
    flags = 0,
    stay?: Stay,
  ): void {
    const place = this.#enqueue(time, thread, stack, flags, stay);
    this.#pending.set(place, { edges, fallback });
    for (const edge of edges) if (!this.#waiting.has(edge)) this.#waiting.set(edge, readings);
    this.#readings = readings;
  }

  /** Lets go of all samples at the head that are settled at a time. */
  settle(now: number, readings: number): void {
    this.#readings = readings;
    while (this.#head !== this.#tail && this.#settleHead(now)) {
      this.#head = (this.#head + 1) & this.#mask;
    }
  }

  /** Lets go of everything: nothing more will be learned. */
  flush(readings: number): void {
    this.settle(Infinity, readings);
  }

  /** Gives up on calls that enough exact readings have failed to show, since they were first asked for. */
  #giveUp(edges: readonly number[]): void {
    for (const edge of edges) {
      if (this.edges.state(edge) === KNOWN) this.#waiting.delete(edge);
      const since = this.#waiting.get(edge);
      if (since === undefined || this.#readings - since < ENOUGH_READINGS) continue;
      this.edges.dismiss(edge);
      this.#waiting.delete(edge);
    }
  }

  #enqueue(
    time: number,
    thread: number,
    stack: number,
    flags: number,
    stay: Stay | undefined,
  ): number {
    if (((this.#tail + 1) & this.#mask) === this.#head) {
      this.#settleHead(Infinity);
      this.#head = (this.#head + 1) & this.#mask;
    }
    const place = this.#tail;
    this.#time[place] = time;
    this.#thread[place] = thread;
    this.#stack[place] = stack;
    this.#flags[place] = flags;
    if (stay !== undefined) this.#stays.set(place, stay);
    this.#tail = (place + 1) & this.#mask;
    return place;
  }

  /** Settles the oldest sample if it can be; false if it has to go on waiting. */
  #settleHead(now: number): boolean {
    const place = this.#head;
    if (this.#stays.size > 0 && !this.#settleStay(place, now === Infinity)) return false;
    const waiting = this.#pending.size === 0 ? undefined : this.#pending.get(place);
    const time = this.#time[place]!;
    const thread = this.#thread[place]!;
    const proven = waiting === undefined ||
      waiting.edges.every((e) => this.edges.state(e) === KNOWN);
    const stack = this.#stack[place]!;
    if (proven) this.sink.accept(time, thread, stack, this.#flags[place]!);
    else {
      const hopeless = waiting.edges.some((e) => this.edges.state(e) === DISMISSED);
      if (!hopeless && now - time < PATIENCE) return false;
      this.#giveUp(waiting.edges);
      const { fallback } = waiting;
      if (fallback.stack === NO_FALLBACK) this.sink.reject(time, thread, stack);
      else this.sink.replace(time, thread, stack, fallback, this.#flags[place]!);
    }
    if (waiting !== undefined) this.#pending.delete(place);
    return true;
  }

  /** Notes whether the thread of a sample was on a CPU; false if that is open. */
  #settleStay(place: number, surely: boolean): boolean {
    const stay = this.#stays.get(place);
    if (stay === undefined) return true;
    const verdict = surely ? stay.force() : stay.verdict;
    if (verdict === "open") return false;
    if (verdict === "on") this.#flags[place]! |= STATUS.onCpu << STATUS_SHIFT;
    this.#stays.delete(place);
    return true;
  }
}
