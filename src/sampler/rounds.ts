import type { ReaderThread } from "../../ffi/process.ts";
import type { ThreadBirths } from "../cpython/thread_births.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import { VisitRound } from "../cpython/visit_round.ts";
import type { Ending } from "../profile/metadata.ts";
import type { TickRounds } from "./subject.ts";

/** Rounds one after another that are over with their first visit, until none is made for a while. */
const MOST_VAIN = 8;

/** What the last visit of a round takes until it is over, and how long to wait for one that is late, µs. */
const VISIT = 30;
const PATIENCE = 200;
/** The time of visits that may be lost to others on that CPU, µs in the last second or so. */
const MOST_LOST = 30_000;
const SECOND = 1_000_000;
/** After more no round is made for this time, µs, nor when code has just been freed; and before the first one. */
const REST = 1_000_000;
const SETTLE = 100_000;

/** From one visit that is put together though its stack is known to the next, µs: so that all that is in use is read. */
const WHOLE = 100_000;

/** In place of a stack. */
const UNKNOWN = -1;

/** What a visit of a round has read: it has been offered to the thread's copy, unless its stack is known. */
export interface VisitReading {
  /** What the system has said of the thread then, if it was asked. */
  readonly told: Float64Array;
  /** What has become of the stack of such a reading before, see {@link Visited.taken}; −1: nothing. */
  readonly stack: number;
  /** The first of its round: those that follow are worked out at the same moment. */
  readonly isFirst: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The process that is visited. */
export interface Visited {
  /** The thread that the next tick is likely to visit, and nothing else; undefined: there is no such tick to come. */
  visited(): ThreadCopy | undefined;
  /** Where it stands what that thread does, if the system is to be asked for it. */
  activity(): Float64Array | undefined;
  /** Tells of threads that come, where they are wanted. */
  births(): ThreadBirths | undefined;
  /** Takes what was read of that thread as the reading of a tick. */
  take(time: number, reading: VisitReading): Ending | undefined;
  /** The stack that the last reading has given, as long as no code is freed, whatever else is read then; or −1. */
  taken(): number;
  tend(now: number): Ending | undefined;
}

/** Has visits to a thread made in rounds, as long as nothing comes in between. */
export class Rounds implements TickRounds {
  #round: VisitRound | undefined;
  #restUntil = -Infinity;
  #generation = -1;
  #lost = 0;
  #vain = 0;
  /** Visits of the round, the time of each, and when the last of them is due. */
  #count = 0;
  #slot = 0;
  #last = 0;
  #wholeFrom = 0;
  /** It is asked what the thread does. */
  #isAsked = false;
  readonly #reading: Writable<VisitReading> = {
    told: new Float64Array(0),
    stack: UNKNOWN,
    isFirst: true,
  };

  constructor(readonly clock: ReaderThread, readonly process: Visited) {}

  mayBegin(): boolean {
    const copy = this.process.visited();
    if (copy === undefined || !VisitRound.suits(copy)) return false;
    if (this.#round?.copy !== copy) this.#round = new VisitRound(copy);
    const generation = copy.generation();
    const now = this.clock.now();
    if (generation !== this.#generation) {
      this.#restUntil = now + (this.#generation < 0 ? SETTLE : REST);
      this.#generation = generation;
    }
    return now >= this.#restUntil;
  }

  begin(dues: Float64Array, slotUs: number): boolean {
    this.#count = dues.length;
    this.#slot = slotUs;
    this.#last = dues[this.#count - 1]!;
    for (let i = 0; i < this.#count; i++) this.#round!.setDue(i, dues[i]!);
    const row = this.process.activity();
    this.#isAsked = row !== undefined;
    return this.#round!.begin(this.#count, slotUs, row, this.process.births());
  }

  join(): number {
    const round = this.#round!;
    const made = round.join(this.#last + VISIT, PATIENCE);
    // What is missing in a visit is no loss: it is made again.
    const { isLingering } = round.copy.visits;
    let lost = isLingering || round.isOver ? 0 : this.#count - made;
    for (let i = 0; i < made; i++) if (round.madeAt(i) === 0) lost++;
    const time = this.#count * this.#slot;
    this.#lost = this.#lost * Math.max(0, 1 - time / SECOND) + lost * this.#slot;
    this.#vain = isLingering && made === 0 ? this.#vain + 1 : 0;
    if (this.#lost > MOST_LOST || this.#vain === MOST_VAIN) {
      this.#lost = this.#vain = 0;
      this.#restUntil = this.clock.now() + REST;
    }
    return made;
  }

  madeAt(tick: number): number {
    return this.#round!.madeAt(tick);
  }

  take(tick: number, time: number): Ending | undefined {
    const round = this.#round!;
    const reading = this.#reading;
    const isWhole = time >= this.#wholeFrom;
    if (isWhole) this.#wholeFrom = time + WHOLE;
    if (this.#isAsked) reading.told = round.activity(tick);
    reading.stack = isWhole ? UNKNOWN : round.stackOf(tick);
    reading.isFirst = tick === 0;
    if (reading.stack !== UNKNOWN) {
      round.show(tick);
      return this.process.take(time, reading);
    }
    round.offer(tick);
    const ending = this.process.take(time, reading);
    const stack = this.process.taken();
    if (stack !== UNKNOWN) round.remember(tick, stack);
    return ending;
  }

  tend(now: number): Ending | undefined {
    return this.process.tend(now);
  }
}
