import type { ReaderThread } from "../../ffi/process.ts";
import { findTasks } from "../cpython/asyncio/find.ts";
import { findLoss, isRunning } from "../cpython/runtime.ts";
import type { ThreadBirths } from "../cpython/thread_births.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import { listThreads, type ThreadState } from "../cpython/thread_list.ts";
import type { Ending } from "../profile/metadata.ts";
import { type CaptureRequest, modeOf } from "./capture.ts";
import { Roll } from "./roll.ts";
import { Tasks } from "./tasks.ts";
import { keyOf, type ThreadRegister } from "./thread_register.ts";
import { ThreadSampler } from "./thread_sampler.ts";
import { type TaskThread, WaitingTasks } from "./waiting_tasks.ts";
import type { Workshop } from "./workshop.ts";

/** From one look at the list of threads to the next, µs, even if nothing seems to have changed. */
const RELIST = 100_000;
/** The same where only the main one is wanted, whose end is seen at once; and while there is none. */
const RELIST_MAIN = 500_000;
const RELIST_SOON = 2_000;
/** From one look at names and copies to the next, µs. */
const HOUSEKEEPING = 1_000_000;

/** The threads of a target that are sampled, in line with those that it has. */
export class SampledThreads {
  #shop: Workshop;
  #samplers: readonly ThreadSampler[] = [];
  #copies: readonly ThreadCopy[] = [];
  /** Absent where tasks that wait are not sampled. */
  #waiting: WaitingTasks | undefined;
  /** Threads whose tasks are sampled. */
  #taskThreads: readonly TaskThread[] = [];
  readonly #roll: Roll;
  #cleanedAt = 0;

  /** @param clock what `now` is read from in the calls of all methods, µs. */
  constructor(
    shop: Workshop,
    readonly request: CaptureRequest,
    readonly register: ThreadRegister,
    clock: ReaderThread,
  ) {
    this.#shop = shop;
    this.#roll = new Roll(shop.runtime, clock, request.allThreads);
  }

  /** All of them, in the order of the target's list. */
  get samplers(): readonly ThreadSampler[] {
    return this.#samplers;
  }

  /** Their copies, in the same order. */
  get copies(): readonly ThreadCopy[] {
    return this.#copies;
  }

  /** The target's tasks; absent where nobody asks for them, or none has been found yet. */
  get tasks(): Tasks | undefined {
    return this.#shop.tasks;
  }

  /** What tells of threads that come, where they are wanted and these are all that there are. */
  get births(): ThreadBirths | undefined {
    return this.#roll.births;
  }

  /** To ask for names, and where threads say on which CPU they run, takes as long as some ticks at first. */
  begin(): void {
    const { runtime } = this.#shop;
    const states = this.#choose(listThreads(runtime));
    this.register.introduce(states);
    const { process } = runtime;
    for (const { tid, pthread } of states) {
      process.introduce?.(tid, pthread);
      process.visitUs?.(tid);
    }
  }

  /** Does what is due at that time: lists the target's threads, asks for their names. */
  tend(now: number): Ending | undefined {
    if (this.#roll.isDue(now, this.#relist())) {
      const ending = this.#list(now);
      this.#roll.pay(now);
      if (ending !== undefined) return ending;
    }
    this.register.seekNames(now);
    if (now - this.#cleanedAt > HOUSEKEEPING) this.#clean(now);
    return undefined;
  }

  /** One of them has ended. */
  spoil(): void {
    this.#roll.spoil();
  }

  /** Those that are to be read for what they were doing at the last look. */
  wanted(): readonly ThreadSampler[] {
    if (this.request.mode !== "cpu") return this.#samplers;
    return this.#samplers.filter(({ states }) => !states!.isBlocked);
  }

  /** Samples tasks that wait, where they are wanted: after the threads, in the same tick. */
  sampleWaiting(time: number): void {
    this.#waiting?.sample(time, this.#taskThreads);
  }

  /** There are no more ticks; `last` is the last one's time. */
  finish(last: number): void {
    for (const { states } of this.#samplers) {
      states?.look(last);
      states?.close();
    }
  }

  /** From one look at the list of threads to the next, µs. */
  #relist(): number {
    if (this.#samplers.length === 0) return RELIST_SOON;
    const { allThreads, asyncMode } = this.request;
    const seeksTasks = asyncMode !== undefined && this.#shop.tasks === undefined;
    return allThreads || seeksTasks ? RELIST : RELIST_MAIN;
  }

  #list(now: number): Ending | undefined {
    const { runtime } = this.#shop;
    if (!runtime.process.alive()) return "target-ended";
    const states = this.#roll.take(now);
    if (states.length === 0 && !isRunning(runtime)) {
      // Starting, or finishing: unless another program has taken the process over.
      const loss = findLoss(runtime);
      if (loss !== undefined) return `target-${loss}`;
    }
    const wanted = this.#choose(states);
    this.register.introduce(wanted);
    this.#seekTasks();
    this.#keep(wanted);
    return undefined;
  }

  #choose(states: readonly ThreadState[]): ThreadState[] {
    const { allThreads } = this.request;
    return states.filter(({ tid, main }) => tid !== 0 && (allThreads || main));
  }

  /** From the moment on when the target has tasks, stacks are those of its tasks. */
  #seekTasks(): void {
    const { asyncMode } = this.request;
    const { runtime, codeTable, interner, queue, reject, tasks, loops } = this.#shop;
    if (asyncMode === undefined || tasks !== undefined) return;
    const source = findTasks(runtime, codeTable);
    if ("fault" in source) return;
    const found = new Tasks(runtime, codeTable, interner, source, loops);
    this.#shop = { ...this.#shop, tasks: found };
    for (const { states } of this.#samplers) states?.close();
    [this.#samplers, this.#copies] = [[], []];
    // Tasks that wait do nothing that another mode asks for.
    if (asyncMode === "all" && modeOf(this.request) === "wall") {
      this.#waiting = new WaitingTasks(found, queue, reject);
    }
  }

  /** Samples these threads from now on, and no others. */
  #keep(wanted: readonly ThreadState[]): void {
    const before = new Map(this.#samplers.map((sampler) => [keyOf(sampler.state), sampler]));
    const samplers = wanted.map((state) => {
      const known = before.get(keyOf(state));
      // After a fork a thread has for a moment the id of the one that it is a copy of.
      if (known?.state.ident === state.ident) return known;
      return new ThreadSampler(this.#shop, state, this.register.idOf(state));
    });
    const same = samplers.length === this.#samplers.length &&
      samplers.every((sampler, i) => sampler === this.#samplers[i]);
    if (same) return;
    const kept = new Set(samplers);
    for (const sampler of this.#samplers) if (!kept.has(sampler)) sampler.states?.close();
    this.#samplers = samplers;
    this.#copies = samplers.map((sampler) => sampler.snapshot.copy);
    if (this.#waiting !== undefined) {
      this.#taskThreads = wanted.map((state) => ({ state, id: this.register.idOfTasks(state) }));
    }
  }

  #clean(now: number): void {
    this.#cleanedAt = now;
    for (const copy of this.#copies) copy.relax();
    if (!this.request.allThreads) return;
    this.register.refresh(this.#samplers.map((sampler) => sampler.id));
  }
}
