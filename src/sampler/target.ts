import type { Loops, ReaderThread } from "../../ffi/process.ts";
import { CodeTable } from "../cpython/code_table.ts";
import { CollectionLog } from "../cpython/collection_log.ts";
import { EdgeTable } from "../cpython/edge_table.ts";
import { RoutineTable } from "../cpython/routine_table.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { TORN } from "../cpython/snapshot_status.ts";
import { GroupCopy } from "../cpython/group_copy.ts";
import { ACCESS_LOST, PROCESS_LOST, THREAD_LOST } from "../cpython/fetch_status.ts";
import { Approach } from "./approach.ts";
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
import { type Permits, Teacher } from "./teacher.ts";
import { ThreadRegister } from "./thread_register.ts";
import { SampledThreads } from "./sampled_threads.ts";
import { reasonOf, type ThreadSampler } from "./thread_sampler.ts";
import { Rounds, type VisitReading } from "./rounds.ts";
import { StateShop } from "./thread_states.ts";
import { pacedInterval, seeksQuick } from "./visit_rate.ts";
import type { Workshop } from "./workshop.ts";

/** Longest sleep between ticks, µs: how soon its end and a request to stop are seen. */
const NAP = 50_000;
/** From one look at what was collected to the next, µs. */
const COLLECTIONS = 100_000;
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
  readonly #shop: Workshop;
  readonly #teacher: Teacher;
  readonly #queue: SettlingQueue;
  readonly quality: Quality;
  readonly #threads: SampledThreads;
  readonly #group: GroupCopy;
  readonly stops: Stops | undefined;
  readonly napUs = NAP;
  readonly #collections: CollectionLog | undefined;
  readonly #approach: Approach;
  readonly rounds: Rounds;
  /** The stack that the last visit of a round has given. */
  #taken = NO_STACK;
  #lookedAt = -Infinity;
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
    const register = new ThreadRegister(runtime, reader, ledger, wantsStates(request), process);
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
      visited: () => this.#isLookedAtOnce() ? this.#threads.copies[0] : undefined,
      activity: () => this.#threads.samplers[0]?.states?.row,
      births: () => this.#threads.births,
      take: (time, reading) => this.#takeVisited(time, reading),
      taken: () => this.#taken,
      tend: (now) => this.#tend(now),
    });
    if (request.features?.gc) this.#collections = new CollectionLog(runtime);
    const outlet = new Outlet(ledger, register, quality, modeOf(request));
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
    this.#threads = new SampledThreads(this.#shop, request, register, reader);
  }

  begin(): void {
    this.#threads.begin();
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
    this.#threads.finish(last);
    this.#queue.flush(this.#teacher.readings);
    const stops = this.stops?.summary();
    this.#collections?.look(this.#threads.samplers);
    return { ...this.#collections?.summary(start), ...(stops && { stops }) };
  }

  /** A visit that is likely is begun by itself. */
  plan(at: number): number {
    // What the thread does is looked at before it is read.
    if (!this.#isVisited() || this.#shop.states !== undefined) return 0;
    return this.#threads.samplers[0]!.snapshot.copy.plan(at) ? VISIT : 0;
  }

  /** True if the next tick is likely to be a visit to one thread, and nothing else. */
  #isVisited(): boolean {
    return this.#approach.isNear && this.#threads.samplers.length === 1 &&
      this.stops === undefined &&
      this.#threads.tasks === undefined;
  }

  /** True if nothing is looked at anew after a visit. */
  #isLookedAtOnce(): boolean {
    const { native, opcodes } = this.#shop.features;
    const isAlone = !this.request.allThreads || this.#threads.births?.watched !== undefined;
    return this.#isVisited() && !native && !opcodes && isAlone;
  }

  /** Takes what a visit of a round has read of the only thread. */
  #takeVisited(time: number, { told, stack, isFirst }: VisitReading): Ending | undefined {
    const sampler = this.#threads.samplers[0]!;
    sampler.states?.note(time, told);
    const samplers = this.#threads.wanted();
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
    const samplers = this.#shop.states === undefined ? this.#threads.samplers : this.#look(time);
    return this.stops === undefined
      ? this.#read(time, samplers)
      : this.#readStopped(time, now, this.stops, samplers);
  }

  /** Does what is to be done now and then. */
  #tend(now: number): Ending | undefined {
    const ending = this.#threads.tend(now);
    if (ending !== undefined) return ending;
    if (now - this.#lookedAt > COLLECTIONS) {
      this.#lookedAt = now;
      this.#collections?.look(this.#threads.samplers);
    }
    if (now - this.#doubtedAt > DOUBT) this.#doubt(now);
    return undefined;
  }

  /** Looks what the threads are doing. Returns those that are to be read for it. */
  #look(time: number): readonly ThreadSampler[] {
    for (const { states } of this.#threads.samplers) states!.look(time);
    return this.#threads.wanted();
  }

  /** Reads a target that runs. */
  #read(time: number, samplers: readonly ThreadSampler[]): Ending | undefined {
    const approach = this.#approach;
    approach.begin(time, samplers);
    this.quality.ticks++;
    this.#threads.tasks?.begin();
    const all = samplers === this.#threads.samplers;
    if (all && this.#threads.copies.length > 1 && approach.isFar) {
      this.#group.fetch(this.#threads.copies);
    }
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
    this.#threads.sampleWaiting(time);
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
    this.#threads.tasks?.begin();
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
        if (stopped && i === 1) this.#threads.sampleWaiting(time);
      });
      if (!there) ending = this.#whyLost();
    }
    this.#queue.settle(time, this.#teacher.readings);
    return ending;
  }

  /** What the status of a sample means for the capture. */
  #endingOf(status: number): Ending | undefined {
    if (status === THREAD_LOST) this.#threads.spoil();
    if (status === PROCESS_LOST) return "target-ended";
    return status === ACCESS_LOST ? this.#whyLost() : undefined;
  }

  /** 3.13 does not count freed code objects: they are looked at again every few milliseconds. */
  #doubt(now: number): void {
    this.#doubtedAt = now;
    if (this.runtime.layout.interpreter.codeGeneration < 0) this.#shop.codeTable.doubt();
  }

  #whyLost(): Ending {
    return this.runtime.process.alive() ? "lost-access" : "target-ended";
  }
}
