import type { ReaderThread } from "../../ffi/process.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import { Quickness } from "./quickness.ts";
import type { Teacher } from "./teacher.ts";

/** Threads of a program without a GIL that are read exactly in one tick, unless all are. */
const MOST_NEAR = 8;

/** From another CPU; from the thread's own, where it cannot run; or so, and sure of all that it shows. */
export type Nearness = "far" | "near" | "to-learn";

/** A thread that is sampled. */
interface Sampled {
  readonly snapshot: { readonly copy: ThreadCopy };
  /** True if it held its GIL at the last reading. */
  isActive(): boolean;
}

/** What is to be known of a capture. */
export interface ApproachPlan {
  readonly intervalUs: number;
  /** Several threads may run at a time. */
  readonly parallel: boolean;
  /** Threads that are quick may be read exactly for it. */
  readonly seeksQuick: boolean;
  /** The share of the program's time that this may take. */
  readonly allowed: number;
  /** What an exact reading shows is only sure where all of it is read anew. */
  readonly isSureOnly: boolean;
}

/** Decides in each tick from where its threads are read. */
export class Approach {
  /** Number of the steady visit that the tick belongs to, 0 for none. */
  visit = 0;
  #focus: Sampled | undefined;
  #learns = false;
  #isExact = false;
  #isQuick = false;
  /** Threads that are read exactly in this tick, where there is no GIL, and where the next turn begins. */
  readonly #near = new Set<Sampled>();
  #turn = 0;
  readonly #quickness: Quickness | undefined;

  constructor(
    readonly teacher: Teacher,
    readonly clock: ReaderThread,
    readonly plan: ApproachPlan,
  ) {
    const { seeksQuick, intervalUs, allowed } = plan;
    if (seeksQuick) this.#quickness = new Quickness(intervalUs, clock, allowed);
  }

  /** True if all threads but those that are near may be read together. */
  get isFar(): boolean {
    return !this.#isExact;
  }

  /**
   * Begins a tick; `time` is µs since the first one.
   * @param mayLook false for one that is worked out at the same moment as one before it.
   */
  begin(time: number, samplers: readonly Sampled[], mayLook = true): void {
    const { teacher } = this;
    const focus = this.#focus = focusOf(samplers);
    this.#learns = focus !== undefined && teacher.wants(time);
    this.#isExact = this.#learns || teacher.always;
    this.visit = this.#learns ? teacher.visitNumber : 0;
    this.#isQuick = focus !== undefined && !this.#isExact && this.#quickness !== undefined &&
      teacher.able && this.#quickness.isFound(time, focus.snapshot.copy, mayLook) &&
      teacher.isPermitted();
    if (this.#quickness?.isDear === true) teacher.watchClosely();
    if (this.#isExact && this.plan.parallel) this.#drawNear(samplers);
  }

  /** True if the thread that runs is likely to be visited in the next tick as well. */
  get isNear(): boolean {
    return this.teacher.able && (this.#isQuick || this.teacher.always);
  }

  /** From where to read a thread, which is to be done now. */
  of(sampler: Sampled): Nearness {
    const isFocus = sampler === this.#focus;
    if (this.#isExact && (isFocus || !sampler.isActive() || this.#near.has(sampler))) {
      return this.#learns || this.plan.isSureOnly ? "to-learn" : "near";
    }
    if (!this.#isQuick || !isFocus) return "far";
    this.#quickness?.begin();
    return "near";
  }

  /** A thread has been read. */
  end(sampler: Sampled): void {
    if (this.#isQuick && sampler === this.#focus) this.#quickness?.end();
  }

  /**
   * Chooses the threads to be near to, one after another, where several run at a time. Each is held by
   * itself; which ones they are does not depend on what they do.
   */
  #drawNear(samplers: readonly Sampled[]): void {
    this.#near.clear();
    const count = samplers.length;
    const most = this.teacher.always ? count : Math.min(count, MOST_NEAR);
    for (let i = 0; i < most; i++) this.#near.add(samplers[(this.#turn + i) % count]!);
    this.#turn = (this.#turn + most) % count;
  }
}

/** The thread to be near to in exact readings: the one that runs. */
function focusOf(samplers: readonly Sampled[]): Sampled | undefined {
  return samplers.length < 2
    ? samplers[0]
    : samplers.find((sampler) => sampler.isActive()) ?? samplers[0];
}
