import type { Loops, ReaderThread } from "../../ffi/process.ts";
import { findTasks } from "../cpython/asyncio/find.ts";
import { CodeTable } from "../cpython/code_table.ts";
import { CollectionLog } from "../cpython/collection_log.ts";
import { EdgeTable } from "../cpython/edge_table.ts";
import { RoutineTable } from "../cpython/routine_table.ts";
import { findLoss, isRunning, type Runtime } from "../cpython/runtime.ts";
import { listThreads, type ThreadState } from "../cpython/thread_list.ts";
import { TORN } from "../cpython/snapshot_status.ts";
import { GroupCopy } from "../cpython/group_copy.ts";
import { ACCESS_LOST, PROCESS_LOST, THREAD_LOST } from "../cpython/fetch_status.ts";
import { Approach } from "./approach.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import type { Ending } from "../profile/metadata.ts";
import { NO_STACK } from "../profile/tables.ts";
import { emptyQuality, type Quality } from "../profile/quality.ts";
import { type CaptureRequest, maxSlowdownOf, modeOf, wantsStates } from "./capture.ts";
import { featuresFor } from "./features.ts";
import { Interner } from "./interner.ts";
import type { Ledger } from "./ledger.ts";
import { Outlet } from "./outlet.ts";
import { SettlingQueue } from "./settling.ts";
import { MOST_STOPS, type Stops } from "./stops.ts";
import type { Noted, Subject } from "./subject.ts";
import { Tasks } from "./tasks.ts";
import { type Permits, Teacher } from "./teacher.ts";
import { keyOf, ThreadRegister } from "./thread_register.ts";
import { reasonOf, ThreadSampler } from "./thread_sampler.ts";
import { Roll } from "./roll.ts";
import { Rounds, type VisitReading } from "./rounds.ts";
import { StateShop } from "./thread_states.ts";
import { type TaskThread, WaitingTasks } from "./waiting_tasks.ts";
import { pacedInterval, seeksQuick } from "./visit_rate.ts";
import type { Workshop } from "./workshop.ts";

/** Longest sleep between ticks, µs: how soon its end and a request to stop are seen. */
const NAP = 50_000;
/** From one look at the list of threads to the next, µs, even if nothing seems to have changed. */
const RELIST = 100_000;
/** The same where only the main one is wanted, whose end is seen at once; and while there is none. */
const RELIST_MAIN = 500_000;
const RELIST_SOON = 2_000;
/** From one look at what was collected to the next, µs. */
const COLLECTIONS = 100_000;
/** From one clean-up of windows and doubts to the next, µs. */
const HOUSEKEEPING = 1_000_000;
/** From one doubt in code objects to the next, µs, in versions that do not count the freed ones. */
const DOUBT = 2_000;
/** What a visit that is made by itself takes until it is over, µs. */
const VISIT = 15;

/** How a target is part of a capture. */
export interface TargetPlace {
  /** Stops it for its readings. */
  readonly stops?: Stops | undefined;
  /** Its id on the other side, where processes are told apart. */
  readonly process?: number;
  /** Samples that may wait for proof at a time; absent: plenty. */
  readonly patience?: number;
  /** Shared with the other processes. */
  readonly permits?: Permits;
  /** Where to count. */
  readonly quality?: Quality;
}

/** One process of a capture: lists its threads and reads them, whenever a tick is due. */
export class Target implements Subject {
  #shop: Workshop;
  readonly #teacher: Teacher;
  readonly #queue: SettlingQueue;
  readonly quality: Quality;
  readonly #register: ThreadRegister;
  /** Absent where tasks that wait are not sampled. */
  #waiting: WaitingTasks | undefined;
  /** Threads whose tasks are sampled. */
  #taskThreads: TaskThread[] = [];
  #samplers: ThreadSampler[] = [];
  #copies: ThreadCopy[] = [];
  readonly #group: GroupCopy;
  readonly stops: Stops | undefined;
  readonly napUs = NAP;
  readonly #collections: CollectionLog | undefined;
  readonly #roll: Roll;
  readonly #approach: Approach;
  readonly rounds: Rounds;
  /** The stack that the last visit of a round has given. */
  #taken = NO_STACK;
  #lookedAt = -Infinity;
  #cleanedAt = 0;
  #doubtedAt = 0;

  constructor(
    readonly runtime: Runtime,
    reader: ReaderThread,
    loops: Loops,
    ledger: Ledger,
    readonly request: CaptureRequest,
    { stops, process, patience, permits, quality = emptyQuality() }: TargetPlace = {},
  ) {
    this.stops = stops;
    this.quality = quality;
    const codeTable = new CodeTable(runtime.reader, runtime.layout);
    const edges = new EdgeTable();
    this.#group = new GroupCopy(runtime.process);
    this.#roll = new Roll(runtime, reader, request.allThreads);
    this.#register = new ThreadRegister(runtime, reader, ledger, wantsStates(request), process);
    const interner = new Interner(codeTable, ledger.book);
    this.#teacher = new Teacher(request.consistency === "exact", permits);
    this.#approach = new Approach(this.#teacher, reader, {
      intervalUs: pacedInterval(request),
      parallel: runtime.layout.freeThreaded,
      seeksQuick: seeksQuick(runtime, request),
      allowed: maxSlowdownOf(request),
      isSureOnly: runtime.layout.hasFrameObjects,
    });
    this.rounds = new Rounds(reader, {
      visited: () => this.#isLookedAtOnce() ? this.#copies[0] : undefined,
      activity: () => this.#samplers[0]?.states?.row,
      births: () => this.#roll.births,
      take: (time, reading) => this.#takeVisited(time, reading),
      taken: () => this.#taken,
      tend: (now) => this.#tend(now),
    });
    if (request.features?.gc) this.#collections = new CollectionLog(runtime);
    const outlet = new Outlet(ledger, this.#register, quality, modeOf(request));
    this.#queue = new SettlingQueue(edges, outlet, patience);
    const states = wantsStates(request) ? StateShop.create(runtime, request) : undefined;
    this.#shop = {
      runtime,
      codeTable,
      edges,
      interner,
      queue: this.#queue,
      teacher: this.#teacher,
      quality: this.quality,
      allThreads: request.allThreads,
      features: featuresFor(runtime, request.features),
      routines: new RoutineTable(codeTable, runtime.reader),
      reject: (time, thread, reason, stack) => outlet.lose(time, thread, reason, stack),
      loops,
      ...(states === undefined ? {} : { states }),
    };
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
    this.#samplers = [];
    // Tasks that wait do nothing that another mode asks for.
    if (asyncMode === "all" && modeOf(this.request) === "wall") {
      this.#waiting = new WaitingTasks(found, queue, reject);
    }
  }

  /** To ask for names, and where threads say on which CPU they run, takes as long as some ticks at first. */
  begin(): void {
    const states = this.#choose(listThreads(this.runtime));
    this.#register.introduce(states);
    const { process } = this.runtime;
    for (const { tid, pthread } of states) {
      process.introduce?.(tid, pthread);
      process.visitUs?.(tid);
    }
  }

  miss(ticks: number, withheld: number): void {
    this.quality.missedTicks += ticks;
    this.quality.withheldTicks = withheld;
  }

  rest(): Ending | undefined {
    return this.runtime.process.alive() ? undefined : "target-ended";
  }

  /** All samples before this time have been handed on; µs since the first tick. */
  get settledUntil(): number {
    return this.#queue.heldFrom;
  }

  finish(last: number, start: number): Noted {
    for (const { states } of this.#samplers) {
      states?.look(last);
      states?.close();
    }
    this.#queue.flush(this.#teacher.readings);
    const stops = this.stops?.summary();
    this.#collections?.look(this.#samplers);
    return { ...this.#collections?.summary(start), ...(stops && { stops }) };
  }

  /** A visit that is likely is begun by itself. */
  plan(at: number): number {
    // What the thread does is looked at before it is read.
    if (!this.#isVisited() || this.#shop.states !== undefined) return 0;
    return this.#samplers[0]!.snapshot.copy.plan(at) ? VISIT : 0;
  }

  /** True if the next tick is likely to be a visit to one thread, and nothing else. */
  #isVisited(): boolean {
    return this.#approach.isNear && this.#samplers.length === 1 && this.stops === undefined &&
      this.#shop.tasks === undefined;
  }

  /** True if nothing is looked at anew after a visit. */
  #isLookedAtOnce(): boolean {
    const { native, opcodes } = this.#shop.features;
    const isAlone = !this.request.allThreads || this.#roll.births?.watched !== undefined;
    return this.#isVisited() && !native && !opcodes && isAlone;
  }

  /** Takes what a visit of a round has read of the only thread. */
  #takeVisited(time: number, { told, stack, isFirst }: VisitReading): Ending | undefined {
    const sampler = this.#samplers[0]!;
    sampler.states?.note(time, told);
    const samplers = this.#wanted();
    const approach = this.#approach;
    approach.begin(time, samplers, isFirst);
    this.quality.ticks++;
    const status = samplers.length === 0 ? 0 : sampler.sampleVisited(time, approach.visit, stack);
    this.#taken = samplers.length === 0 ? NO_STACK : sampler.taken;
    this.#queue.settle(time, this.#teacher.readings);
    return this.#endingOf(status);
  }

  /** @param time µs since the first tick; `now`: the same on the reader's clock. */
  tick(time: number, now: number): Ending | undefined {
    const ending = this.#tend(now);
    if (ending !== undefined) return ending;
    const samplers = this.#shop.states === undefined ? this.#samplers : this.#look(time);
    return this.stops === undefined
      ? this.#read(time, samplers)
      : this.#readStopped(time, now, this.stops, samplers);
  }

  /** Does what is to be done now and then. */
  #tend(now: number): Ending | undefined {
    if (this.#roll.isDue(now, this.#relist())) {
      const ending = this.#list(now);
      this.#roll.pay(now);
      if (ending !== undefined) return ending;
    }
    this.#register.seekNames(now);
    if (now - this.#lookedAt > COLLECTIONS) {
      this.#lookedAt = now;
      this.#collections?.look(this.#samplers);
    }
    if (now - this.#cleanedAt > HOUSEKEEPING) this.#clean(now);
    if (now - this.#doubtedAt > DOUBT) this.#doubt(now);
    return undefined;
  }

  /** From one look at the list of threads to the next, µs. */
  #relist(): number {
    if (this.#samplers.length === 0) return RELIST_SOON;
    const { allThreads, asyncMode } = this.request;
    const seeksTasks = asyncMode !== undefined && this.#shop.tasks === undefined;
    return allThreads || seeksTasks ? RELIST : RELIST_MAIN;
  }

  /** Looks what the threads are doing. Returns those that are to be read for it. */
  #look(time: number): ThreadSampler[] {
    for (const { states } of this.#samplers) states!.look(time);
    return this.#wanted();
  }

  /** Threads that are to be read for what they were doing at the last look. */
  #wanted(): ThreadSampler[] {
    if (this.request.mode !== "cpu") return this.#samplers;
    return this.#samplers.filter(({ states }) => !states!.isBlocked);
  }

  /** Reads a target that runs. */
  #read(time: number, samplers: readonly ThreadSampler[]): Ending | undefined {
    const approach = this.#approach;
    approach.begin(time, samplers);
    this.quality.ticks++;
    this.#shop.tasks?.begin();
    const all = samplers === this.#samplers;
    if (all && this.#copies.length > 1 && approach.isFar) this.#group.fetch(this.#copies);
    const { visit } = approach;
    const parallel = this.runtime.layout.freeThreaded;
    for (const sampler of samplers) {
      const near = approach.of(sampler);
      if (visit > 0 && near === "far" && !parallel) this.quality.controlTried++;
      const status = sampler.sample(time, near, visit);
      approach.end(sampler);
      const ending = this.#endingOf(status);
      if (ending !== undefined) return ending;
    }
    this.#waiting?.sample(time, this.#taskThreads);
    this.#queue.settle(time, this.#teacher.readings);
    return undefined;
  }

  /** Reads a target that is stopped for it, once more for threads that stood where no stack is whole. */
  #readStopped(
    time: number,
    now: number,
    stops: Stops,
    samplers: readonly ThreadSampler[],
  ): Ending | undefined {
    if (!stops.allow(now)) {
      this.quality.missedTicks++;
      return undefined;
    }
    this.quality.ticks++;
    for (const sampler of samplers) sampler.warmUp();
    this.#shop.tasks?.begin();
    let left = samplers;
    let ending: Ending | undefined;
    for (let i = 1; i <= MOST_STOPS && left.length > 0 && ending === undefined; i++) {
      const last = i === MOST_STOPS;
      const there = stops.during((stopped) => {
        left = left.filter((sampler) => {
          let status = stopped ? sampler.sampleStopped(time, () => stops.holds()) : TORN;
          const isLost = status >= TORN;
          if (isLost && last) {
            status = sampler.lose(time, stops.holds() ? reasonOf(status) : "not-held");
          }
          ending ??= this.#endingOf(status);
          return isLost;
        });
        if (stopped && i === 1) this.#waiting?.sample(time, this.#taskThreads);
      });
      if (!there) ending = this.#whyLost();
    }
    this.#queue.settle(time, this.#teacher.readings);
    return ending;
  }

  /** What the status of a sample means for the capture. */
  #endingOf(status: number): Ending | undefined {
    if (status === THREAD_LOST) this.#roll.spoil();
    if (status === PROCESS_LOST) return "target-ended";
    return status === ACCESS_LOST ? this.#whyLost() : undefined;
  }

  #choose(states: ThreadState[]): ThreadState[] {
    const { allThreads } = this.request;
    return states.filter(({ tid, main }) => tid !== 0 && (allThreads || main));
  }

  /** Brings the samplers in line with the target's threads. */
  #list(now: number): Ending | undefined {
    const { process } = this.runtime;
    if (!process.alive()) return "target-ended";
    const states = this.#roll.take(now);
    if (states.length === 0 && !isRunning(this.runtime)) {
      // Starting, or finishing: unless another program has taken the process over.
      const loss = findLoss(this.runtime);
      if (loss !== undefined) return `target-${loss}`;
    }
    const wanted = this.#choose(states);
    this.#register.introduce(wanted);
    this.#seekTasks();
    const before = new Map(this.#samplers.map((sampler) => [keyOf(sampler.state), sampler]));
    const samplers = wanted.map((state) => {
      const known = before.get(keyOf(state));
      // After a fork a thread has for a moment the id of the one that it is a copy of.
      if (known?.state.ident === state.ident) return known;
      return new ThreadSampler(this.#shop, state, this.#register.idOf(state));
    });
    const same = samplers.length === this.#samplers.length &&
      samplers.every((sampler, i) => sampler === this.#samplers[i]);
    if (same) return undefined;
    const kept = new Set(samplers);
    for (const sampler of this.#samplers) if (!kept.has(sampler)) sampler.states?.close();
    this.#samplers = samplers;
    this.#copies = samplers.map((sampler) => sampler.snapshot.copy);
    if (this.#waiting !== undefined) {
      this.#taskThreads = wanted.map((state) => ({ state, id: this.#register.idOfTasks(state) }));
    }
    return undefined;
  }

  /** 3.13 does not count freed code objects: they are looked at again every few milliseconds. */
  #doubt(now: number): void {
    this.#doubtedAt = now;
    if (this.runtime.layout.interpreter.codeGeneration < 0) this.#shop.codeTable.doubt();
  }

  #clean(now: number): void {
    this.#cleanedAt = now;
    for (const sampler of this.#samplers) sampler.snapshot.copy.relax();
    if (!this.request.allThreads) return;
    this.#register.refresh(this.#samplers.map((sampler) => sampler.id));
  }

  #whyLost(): Ending {
    return this.runtime.process.alive() ? "lost-access" : "target-ended";
  }
}
