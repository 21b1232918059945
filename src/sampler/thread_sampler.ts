import { ACTIVE_STATUS } from "../cpython/layout.ts";
import { THREAD_LOST } from "../cpython/fetch_status.ts";
import { isListed, type ThreadState } from "../cpython/thread_list.ts";
import { Snapshot } from "../cpython/snapshot.ts";
import { EXACT, OPEN, STRICT } from "../cpython/policy.ts";
import {
  BROKEN,
  EMPTY,
  TOO_DEEP,
  TORN,
  UNPROVEN,
  UNREADABLE,
  WHOLE,
} from "../cpython/snapshot_status.ts";
import { ThreadCopy } from "../cpython/thread_copy.ts";
import { EXACT_SAMPLE, VISIT_SHIFT } from "../profile/profile.ts";
import type { Rejection } from "../profile/quality.ts";
import type { Nearness } from "./approach.ts";
import { ThreadSamples } from "./thread_samples.ts";
import type { StateReader } from "./thread_states.ts";
import type { Workshop } from "./workshop.ts";

/** Readings of one tick, until one holds together. */
const MOST_READINGS = 4;
/** From one look at the count of freed code objects to the next, µs: at every tick up to 50 kHz. */
const WATCH = 20;
/** From one look whether a thread is there that cannot be read to the next, µs. */
const SEEK = 5_000;
/** How long to wait until we are where the thread runs, µs, where it can be read from elsewhere as well. */
const PATIENCE = 200;

/** Not the status of any snapshot. */
const NOT_HELD = -1;

/** Samples one thread of the target. */
export class ThreadSampler {
  readonly snapshot: Snapshot;
  readonly #samples: ThreadSamples;
  #watchedAt = -Infinity;
  #soughtAt = -Infinity;
  #warm = false;
  /** Tells what the thread is doing, where that is wanted. */
  readonly states: StateReader | undefined;

  constructor(readonly shop: Workshop, readonly state: ThreadState, readonly id: number) {
    const { tasks } = shop;
    const asks = shop.states !== undefined;
    const notes = tasks?.source.running;
    const copy = new ThreadCopy(
      shop.runtime,
      state,
      shop.allThreads || tasks !== undefined || asks,
      shop.features.gc,
      notes === undefined ? [] : [notes.task, notes.loop],
      asks,
    );
    this.states = shop.states?.readerOf(copy);
    if (!shop.teacher.always) copy.visits.how.patienceUs = PATIENCE;
    this.snapshot = new Snapshot(copy, shop.codeTable, shop.edges, shop.loops);
    this.#samples = new ThreadSamples(shop, id, this.snapshot, this.states);
  }

  /** True if the thread held its GIL at the last reading, or that was not read. */
  isActive(): boolean {
    return (this.snapshot.copy.status() & ACTIVE_STATUS) !== 0;
  }

  /**
   * Takes the sample of one tick.
   * @param time µs since the first tick.
   * @param near how to read: from where we are, or from the thread's CPU.
   * @param visit number of the steady visit that the tick belongs to, 0 for none.
   * @returns 0, or the status of a fetch that says that thread, process or access is lost.
   */
  sample(time: number, near: Nearness, visit: number): number {
    const { shop, snapshot } = this;
    this.#samples.begin(time);
    if (near !== "far") {
      snapshot.copy.isOffered = false;
      const status = this.#sampleHeld(time, visit, near === "to-learn");
      if (status !== NOT_HELD) return status;
      if (shop.teacher.always) return this.lose(time, "not-held");
    }
    if (snapshot.isUnchanged() && this.#sampleUnchanged()) return 0;
    const watch = time - this.#watchedAt >= WATCH;
    if (watch) this.#watchedAt = time;
    let status = snapshot.take(OPEN, watch);
    let readings = 1;
    this.#samples.doubt();
    // Frames that are objects are torn by recursion, at certain depths more than at others: to read until it
    // goes well would favour the others.
    if (status >= TORN && shop.runtime.layout.hasFrameObjects && this.#hurry(time)) return 0;
    while (status >= TORN && readings < MOST_READINGS) {
      status = snapshot.take(OPEN, true);
      readings++;
    }
    if (status >= TORN && this.#hurry(time)) return 0;
    if (status === WHOLE) this.#samples.accept(readings > 1);
    else if (status === UNPROVEN) this.#acceptLater(time);
    else if (status === EMPTY) this.#samples.acceptEmpty();
    else if (status >= TORN) return this.lose(time, reasonOf(status));
    else return status;
    return 0;
  }

  /**
   * Counts a reading as thrown away, unless it was of a thread that has ended: what is left of its state can be
   * anything.
   * @returns as `sample` does.
   */
  lose(time: number, reason: Rejection): number {
    if (time - this.#soughtAt >= SEEK) {
      this.#soughtAt = time;
      if (!isListed(this.shop.runtime, this.state)) return THREAD_LOST;
    }
    this.#samples.throwAway(reason);
    return 0;
  }

  /** Reads once for nothing, so that the first stop need not wait for what takes long only once. */
  warmUp(): void {
    if (this.#warm) return;
    this.#warm = true;
    this.snapshot.take(EXACT, true);
    this.snapshot.path.trusted = 0;
  }

  /**
   * Takes the sample of one tick from a target that stands still.
   * @param holds whether it still does.
   * @returns as `sample` does, but for a reading that came to nothing, which is not counted yet: its
   * status is {@link TORN} or above.
   */
  sampleStopped(time: number, holds: () => boolean): number {
    const { snapshot } = this;
    this.#samples.begin(time);
    this.#samples.doubt();
    const status = snapshot.take(EXACT, true);
    if (status < WHOLE || status >= TORN) return status;
    if (!holds()) return TORN;
    if (status === EMPTY) this.#samples.acceptEmpty();
    else {
      if (snapshot.repairs === 0) snapshot.learn();
      this.#samples.accept(false, EXACT_SAMPLE);
    }
    return 0;
  }

  /**
   * Reads while the thread cannot run, and learns from it.
   * @param visit number of the steady visit that the reading belongs to, 0 for none.
   * @param learns what is read is to be sure enough to learn from.
   * @returns {@link NOT_HELD} if it could have run; else as `sample` does.
   */
  #sampleHeld(time: number, visit = 0, learns = true): number {
    const { shop, snapshot } = this;
    // If it comes to nothing, the copy that is there next is not that of the last good stack.
    this.#samples.doubt();
    let status = TORN;
    let held = false;
    // One that was planned can find that the thread has gone to another CPU since.
    let most = shop.teacher.always ? MOST_READINGS : snapshot.copy.visits.isPlanned ? 2 : 1;
    for (let i = 0; i < most && !held; i++) {
      // Without its GIL it cannot run Python code: what stays the same over two readings is one moment.
      if (shop.allThreads && !this.isActive()) status = snapshot.take(EXACT, true);
      else {
        status = snapshot.visit(learns);
        held = snapshot.isHeld;
        // The next visit stays until code has been looked at.
        if (!snapshot.isSure) most = Math.max(most, 2);
        const { wasRefused, wasLate } = snapshot.copy.visits;
        if (wasRefused) shop.teacher.refuse(time);
        else if (wasLate) shop.teacher.delay(time);
      }
      if (!held) held = status >= WHOLE && !this.isActive() && snapshot.confirm();
      if (status < WHOLE) return status;
      held &&= status < TORN;
    }
    this.#countHeld(held, visit, learns);
    if (!held) return NOT_HELD;
    this.#acceptHeld(status, visit, learns);
    return 0;
  }

  /**
   * Takes the sample of one tick from what a visit of a round has read at that time.
   * @param visit number of the steady visit that the tick belongs to, 0 for none.
   * @param stack {@link taken} of a reading of the same; −1 where there was none, and this one has been offered.
   * @returns as `sample` does.
   */
  sampleVisited(time: number, visit: number, stack: number): number {
    this.#samples.begin(time);
    if (stack >= 0) {
      this.#countHeld(true, visit, true);
      this.shop.teacher.note(0);
      this.#samples.acceptKnown(visit, stack);
      return 0;
    }
    this.#samples.doubt();
    const status = this.snapshot.takeVisited();
    if (status < WHOLE) return status;
    const held = status < TORN;
    this.#countHeld(held, visit, true);
    if (!held) return this.lose(time, reasonOf(status));
    this.#acceptHeld(status, visit, true);
    return 0;
  }

  /**
   * Local id of the stack that the last reading has given which had been offered to {@link sampleVisited}; −1 if
   * it gave none, or one that is only that reading's.
   */
  get taken(): number {
    return this.#samples.taken;
  }

  #teaches(learns: boolean): boolean {
    return learns || this.shop.runtime.layout.interpreter.codeGeneration >= 0;
  }

  #countHeld(held: boolean, visit: number, learns: boolean): void {
    const { teacher, quality } = this.shop;
    teacher.count(held, this.#teaches(learns));
    if (visit === 0) return;
    quality.controlTried++;
    if (held) quality.control++;
  }

  #acceptHeld(status: number, visit: number, learns: boolean): void {
    const { shop, snapshot } = this;
    if (status === EMPTY) return this.#samples.acceptEmpty();
    if (this.#teaches(learns) && snapshot.repairs === 0) shop.teacher.note(snapshot.learn());
    this.#samples.accept(false, EXACT_SAMPLE | visit << VISIT_SHIFT);
  }

  /** Reads once more, at once and exactly, what nothing else can; false if that may or can not be. */
  #hurry(time: number): boolean {
    const { shop } = this;
    if (!shop.teacher.mayHurry(time)) return false;
    const status = this.#sampleHeld(time);
    if (status === 0) shop.quality.retried++;
    return status === 0;
  }

  /**
   * Nothing has changed since the last reading. If that one was good, so is its stack; if it waits for
   * proof and the thread has not run, this is the proof.
   */
  #sampleUnchanged(): boolean {
    const { snapshot } = this;
    const samples = this.#samples;
    if (!samples.isWanted()) {
      snapshot.copy.isOffered = false;
      return true;
    }
    if (samples.isUnsure) {
      if (this.isActive()) return false;
      const status = snapshot.take(EXACT, true);
      if (status !== WHOLE && status !== UNPROVEN) return false;
      if (snapshot.repairs === 0) snapshot.learn();
      samples.accept(false);
      return true;
    }
    snapshot.copy.isOffered = false;
    samples.repeat();
    return true;
  }

  /** Learns from another reading that agrees, where none can be exact. */
  #agree(): void {
    this.snapshot.agree();
    this.shop.teacher.readings++;
  }

  /** The stack has calls that wait for proof: hold it back, and read at once what could take its place. */
  #acceptLater(time: number): void {
    const { shop, snapshot } = this;
    const unproven = this.#samples.suspend();
    if (unproven === undefined) return;
    // Code as new as this may be gone before anything else can prove its calls.
    if (snapshot.hasUnseen && this.#hurry(time)) return;
    let status = snapshot.rejudge();
    const reread = status >= TORN;
    // At once: what is read later may be of calls that are known, and teach nothing of these.
    if (!shop.teacher.able && reread) this.#agree();
    for (let i = 1; i < MOST_READINGS && status >= TORN; i++) status = snapshot.take(STRICT, true);
    const fallback = this.#samples.fallBack(status === WHOLE, reread);
    if (shop.teacher.able) {
      if (reread) shop.teacher.ask();
    } else if (!reread) this.#agree();
    this.#samples.hold(unproven, fallback);
  }
}

/** Why a reading with a status of {@link TORN} or above was thrown away. */
export function reasonOf(status: number): Rejection {
  if (status === BROKEN) return "broken-chain";
  if (status === UNREADABLE) return "unreadable";
  return status === TOO_DEEP ? "too-deep" : "torn";
}
