import type { ReaderThread } from "../../ffi/process.ts";
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

/** The process that is visited. */
export interface Visited {
  /** The thread that the next tick is likely to visit, and nothing else; undefined: there is no such tick to come. */
  visited(): ThreadCopy | undefined;
  /** Where it stands what that thread does, if the system is to be asked for it. */
  activity(): Float64Array | undefined;
  /**
   * Takes what was offered to that thread as the reading of a tick.
   * @param told what the system has said of it then.
   */
  take(time: number, told: Float64Array): Ending | undefined;
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
    return this.#round!.begin(this.#count, slotUs, this.process.activity());
  }

  join(): number {
    const round = this.#round!;
    const made = round.join(this.#last + VISIT, PATIENCE);
    // What is missing in a visit is no loss: it is made again.
    const { isLingering } = round.copy.visits;
    let lost = isLingering ? 0 : this.#count - made;
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
    this.#round!.offer(tick);
    return this.process.take(time, this.#round!.activity(tick));
  }

  tend(now: number): Ending | undefined {
    return this.process.tend(now);
  }
}
