import type { Loops, ReaderThread, Stopper } from "../../ffi/process.ts";
import { CodeTable } from "../cpython/code_table.ts";
import { EdgeTable } from "../cpython/edge_table.ts";
import { ACTIVE_STATUS } from "../cpython/layout.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { listThreads, type ThreadState } from "../cpython/thread_list.ts";
import { Snapshot } from "../cpython/snapshot.ts";
import { EMPTY, TORN, WHOLE } from "../cpython/snapshot_status.ts";
import { EXACT } from "../cpython/policy.ts";
import { PROCESS_LOST, THREAD_LOST } from "../cpython/fetch_status.ts";
import { ThreadCopy } from "../cpython/thread_copy.ts";
import { type ThreadName, ThreadNames } from "../cpython/thread_names.ts";
import { versionText } from "../cpython/debug_offsets.ts";
import type { AttachFault } from "./capture.ts";
import type { Dump, DumpedTasks, DumpedThread, DumpRequest } from "./dump.ts";
import { DumpStates } from "./dump_states.ts";
import { listDumpedTasks } from "./dumped_tasks.ts";
import { FrameDetails } from "./frame_details.ts";

/** Longest time that is spent on a thread that changes all the time, µs, and on all of them. */
const PATIENCE = 1_000_000;
const PATIENCE_FOR_ALL = 5_000_000;
/** Visits to the CPU of a thread, before two equal readings in a row have to do. */
const VISITS = 200;
/** Readings after which a stack will do in which a frame had to be restored. */
const RELUCTANT = 50;
/** Time for the values of all variables, µs; the target may not be stopped for longer than a tenth of a second. */
const TIME_FOR_VALUES = 2_000_000;
const TIME_WHILE_STOPPED = 60_000;
/** From one try to the next at a target that changes, µs. */
const PAUSE = 100;

/** A thread of which nothing is left. */
const GONE = "gone";
type Outcome = DumpedThread | typeof GONE | AttachFault;

/** Takes one look at all that a process is doing. */
export class DumpReader {
  readonly #codeTable: CodeTable;
  readonly #edges = new EdgeTable();
  #stoppedUs = 0;
  #tasks: DumpedTasks | AttachFault | undefined;

  constructor(
    readonly runtime: Runtime,
    readonly loops: Loops,
    readonly clock: ReaderThread,
    readonly request: DumpRequest,
    readonly stopper?: Stopper,
  ) {
    this.#codeTable = new CodeTable(runtime.reader, runtime.layout);
  }

  /** Reads threads until each of them was found whole, or time is over. */
  read(): Dump | AttachFault {
    const { runtime, request } = this;
    const listed = listThreads(runtime).filter(({ tid }) => tid !== 0);
    const states = request.allThreads ? listed : listed.filter(({ main }) => main);
    const names = new ThreadNames(runtime).read(states);
    const takenAt = Date.now();
    const doing = new DumpStates(runtime, this.clock, listed);
    try {
      const read = this.stopper === undefined
        ? this.#readRunning(states, names, doing)
        : this.#readStopped(states, names, doing, this.stopper);
      if ("fault" in read) return read;
      if (read.size === 0) return this.#whyLost();
      const onCpu = doing.settle();
      const threads = [...read].map(([state, thread]) => ({
        ...thread,
        doing: { ...thread.doing, onCpu: onCpu.get(state) ?? thread.doing.onCpu },
      }));
      return this.#finish(threads, takenAt);
    } finally {
      doing.closeAll();
    }
  }

  #finish(threads: DumpedThread[], takenAt: number): Dump | AttachFault {
    const { runtime, request } = this;
    const tasks = this.#tasks;
    if (tasks !== undefined && "fault" in tasks) return tasks;
    return {
      pid: request.pid,
      pythonVersion: versionText(runtime.offsets.version),
      freeThreaded: runtime.offsets.freeThreaded,
      takenAt,
      stoppedUs: Math.ceil(this.#stoppedUs),
      threads: threads.sort((a, b) => Number(b.main) - Number(a.main)),
      ...(tasks === undefined ? {} : { tasks }),
    };
  }

  #readRunning(
    states: readonly ThreadState[],
    names: ReadonlyMap<number, ThreadName>,
    doing: DumpStates,
  ): Map<ThreadState, DumpedThread> | AttachFault {
    const threads = new Map<ThreadState, DumpedThread>();
    const end = this.clock.now() + PATIENCE_FOR_ALL;
    const details = this.#detailsFor(TIME_FOR_VALUES);
    for (const state of states) {
      const snapshot = this.#open(state);
      doing.open(state, snapshot.copy);
      const until = Math.min(end, this.clock.now() + PATIENCE);
      const outcome = this.#readWhole(
        snapshot,
        until,
        () => doing.look(state),
        (status) => this.#describe(state, names, snapshot, status, details, doing),
      );
      if (outcome === GONE) continue;
      if ("fault" in outcome) return outcome;
      threads.set(state, outcome);
    }
    this.#readTasks(states);
    return threads;
  }

  /** Reads a thread that runs on, until a reading is of one moment. */
  #readWhole(
    snapshot: Snapshot,
    until: number,
    look: () => void,
    describe: (status: number) => DumpedThread,
  ): Outcome {
    const { copy } = snapshot;
    let readings = 0;
    for (;; readings++) {
      // Without its GIL it cannot run Python code: what stays the same over two readings is one moment.
      const visits = readings > 0 && readings < VISITS && !copy.visits.wasRefused && hasGil(copy);
      look();
      const status = visits ? snapshot.visit() : snapshot.take(EXACT, true);
      if (status < WHOLE) {
        const lost = this.#explainLoss(status);
        if (lost !== undefined) return lost;
      } else if (status < TORN) {
        const proven = visits ? snapshot.isHeld : snapshot.confirm();
        if (proven && (snapshot.repairs === 0 || readings > RELUCTANT)) return describe(status);
      }
      if (this.clock.now() >= until) break;
      if (readings > 0) this.clock.sleepUntil(this.clock.now() + PAUSE, 0);
    }
    return { ...describe(EMPTY), torn: readings };
  }

  /**
   * Reads all threads while the target stands still, again if one stood where no stack is whole, or the
   * system was too busy to stop it in time.
   */
  #readStopped(
    states: readonly ThreadState[],
    names: ReadonlyMap<number, ThreadName>,
    doing: DumpStates,
    stopper: Stopper,
  ): Map<ThreadState, DumpedThread> | AttachFault {
    const snapshots = new Map(states.map((state) => [state, this.#open(state)]));
    // What takes long only once is done before the target has to wait for it.
    for (const snapshot of snapshots.values()) snapshot.take(EXACT, true);
    const end = this.clock.now() + PATIENCE_FOR_ALL;
    let stops = 0;
    while (stops === 0 || this.clock.now() < end) {
      stops++;
      for (const [state, { copy }] of snapshots) {
        doing.open(state, copy);
        doing.look(state);
      }
      const from = this.clock.now();
      const stopped = stopper.suspend();
      if (stopped === undefined) return this.#whyLost();
      const threads = new Map<ThreadState, DumpedThread>();
      let whole = stopped;
      const details = this.#detailsFor(TIME_WHILE_STOPPED);
      try {
        for (const [state, snapshot] of snapshots) {
          snapshot.path.trusted = 0;
          const status = snapshot.take(EXACT, true);
          const lost = status < WHOLE ? this.#explainLoss(status) : undefined;
          if (lost === GONE) continue;
          if (lost !== undefined) return lost;
          whole &&= status >= WHOLE && status < TORN;
          if (!whole) break;
          const thread = this.#describe(state, names, snapshot, status, details, doing);
          threads.set(state, thread);
        }
        if (whole) this.#readTasks(states);
        if (whole && stopper.holds()) return threads;
      } finally {
        stopper.resume();
        this.#stoppedUs += this.clock.now() - from;
      }
      this.clock.sleepUntil(this.clock.now() + PAUSE, 0);
    }
    const nothing = this.#detailsFor(0);
    const unread = [...snapshots].map(([state, snapshot]) => {
      doing.open(state, snapshot.copy);
      const thread = this.#describe(state, names, snapshot, EMPTY, nothing, doing);
      return [state, { ...thread, torn: stops }] as const;
    });
    return new Map(unread);
  }

  #readTasks(states: readonly ThreadState[]): void {
    const { tasks } = this.request;
    if (tasks === undefined) return;
    const tids = this.request.allThreads ? undefined : new Set(states.map(({ tid }) => tid));
    this.#tasks = listDumpedTasks(this.runtime, tasks, tids);
  }

  #open(state: ThreadState): Snapshot {
    return new Snapshot(
      new ThreadCopy(this.runtime, state, true, this.request.features.gc, [], true),
      this.#codeTable,
      this.#edges,
      this.loops,
    );
  }

  /** @param time for all values of variables, µs. */
  #detailsFor(time: number): FrameDetails {
    const until = this.clock.now() + time;
    const isOver = (): boolean => this.clock.now() > until;
    return new FrameDetails(this.runtime, this.request, this.#codeTable, isOver);
  }

  #describe(
    state: ThreadState,
    names: ReadonlyMap<number, ThreadName>,
    snapshot: Snapshot,
    status: number,
    details: FrameDetails,
    doing: DumpStates,
  ): DumpedThread {
    const { process } = this.runtime;
    const { tid, main, interpreterId: interpreter } = state;
    const known = names.get(state.address);
    const found = doing.judge(state);
    const frames = status === EMPTY ? [] : details.describe(snapshot);
    return {
      tid,
      name: known?.name ?? process.threadName(tid),
      interpreter,
      main,
      daemon: known?.daemon,
      foreign: known?.foreign ?? false,
      doing: found,
      frames,
      torn: 0,
    };
  }

  /** What it means that a reading did not succeed; undefined if it may the next time. */
  #explainLoss(status: number): typeof GONE | AttachFault | undefined {
    if (status === THREAD_LOST) return GONE;
    return status === PROCESS_LOST || status > THREAD_LOST && status < WHOLE
      ? this.#whyLost()
      : undefined;
  }

  #whyLost(): AttachFault {
    return this.runtime.process.alive()
      ? { fault: "denied", detail: "access was lost" }
      : { fault: "target-ended", detail: "" };
  }
}

function hasGil(copy: ThreadCopy): boolean {
  return (copy.status() & ACTIVE_STATUS) !== 0;
}
