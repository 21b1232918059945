import type { Loops, Platform, ProcessWatch, ReaderThread } from "../../ffi/process.ts";
import { versionText } from "../cpython/debug_offsets.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { Ending, LeftOut } from "../profile/metadata.ts";
import type { ProcessEnding } from "../profile/process.ts";
import { emptyQuality, type Quality } from "../profile/quality.ts";
import { Candidate, type Ready } from "./candidate.ts";
import { type CaptureRequest, modeFor } from "./capture.ts";
import { addQuality } from "./counters.ts";
import { Family } from "./family.ts";
import type { Ledger } from "./ledger.ts";
import { mergeNoted } from "./noted.ts";
import { ProcessRows } from "./process_rows.ts";
import { writeSettled } from "./records.ts";
import type { Noted, Subject } from "./subject.ts";
import { Target } from "./target.ts";
import { canTell } from "./thread_states.ts";

/** From one look for new processes to the next, µs: a few of them cost 5 µs each. */
const POLL = 2_000;
/** From one word about which samples are settled to the next, and about the counts of each process, µs. */
const SETTLE = 20_000;
const TALLY = 1_000_000;
/** From one look whether a process still runs the same program to the next, µs: at least, and for each of them. */
const RECHECK = 5_000;
const RECHECK_EACH = 800;
/** Exact readings of one tick that are shared by all processes, besides the steady ones of each. */
const EXACT_AT_A_TICK = 4;
/** Processes that are sampled at a time: more could not be read often enough. */
const MOST_TARGETS = 128;
/** Samples of one of them that may wait for proof. */
const PATIENCE = 1 << 13;
/** How long it is known of a process that has ended who it was, µs. */
const MEMORY = 5_000_000;
/** How long a program that is no Python is waited for when all Pythons have ended, µs. */
const YOUNG = 1_000_000;
/** Processes that could not be sampled that are counted, and of which is told. */
const MOST_LEFT_OUT = 10_000;
const MOST_TOLD = 10;

/** A process that is sampled. */
interface Sampled {
  readonly pid: number;
  readonly id: number;
  readonly target: Target;
  readonly image: string;
  /** Ticks withheld before its time. */
  readonly withheldBefore: number;
  checkedAt: number;
}

/** What the processes of a program are sampled with. */
export interface TreeMeans {
  readonly platform: Platform;
  readonly watch: ProcessWatch;
  readonly reader: ReaderThread;
  readonly loops: Loops;
  readonly ledger: Ledger;
}

/**
 * A program and all that it starts, each read at every tick from when its interpreter is up. New processes
 * are noticed between ticks, and begun with one at a time, so that the others miss little.
 */
export class ProcessTree implements Subject {
  readonly napUs = POLL;
  readonly #family: Family;
  readonly #rows: ProcessRows;
  readonly #sampled = new Map<number, Sampled>();
  readonly #candidates = new Map<number, Candidate>();
  /** Members that have ended, and when. */
  readonly #goneAt = new Map<number, number>();
  readonly #leftOut = new Map<number, LeftOut["first"][number]>();
  readonly #permits = { left: 0 };
  /** Counts of processes that have ended. */
  readonly #past = emptyQuality();
  #noted: Noted = {};
  #ticks = 0;
  #missed = 0;
  #withheld = 0;
  /** The first tick's time on the reader's clock; 0 before. */
  #start = 0;
  #polledAt = -Infinity;
  #settledAt = 0;
  #talliedAt = 0;

  /** Pid of the process at the top of the tree. */
  readonly #top: number;

  /** @param first the Python that is there already. */
  constructor(readonly means: TreeMeans, readonly request: CaptureRequest, first: Ready) {
    const { watch, ledger, reader } = means;
    const top = this.#top = request.top ?? request.pid;
    const { pid } = first.process;
    const unknown = { pid: top, parent: 0, group: 0, session: 0, image: "", ended: false };
    this.#family = new Family(watch.look(top) ?? unknown);
    this.#rows = new ProcessRows(ledger, reader);
    const kin = watch.look(pid);
    if (kin !== undefined) this.#family.admit([{ ...kin, parent: top }], () => undefined);
    this.#sample(first, kin?.image ?? "");
    if (pid !== top) this.#candidates.set(top, new Candidate(means.platform, top));
  }

  get quality(): Quality {
    const sum = emptyQuality();
    addQuality(sum, this.#past);
    for (const { target } of this.#sampled.values()) addQuality(sum, target.quality);
    const [ticks, missedTicks, withheldTicks] = [this.#ticks, this.#missed, this.#withheld];
    return { ...sum, ticks, missedTicks, withheldTicks };
  }

  /** A process may hold some back until they are proven. */
  get settledUntil(): number {
    let until = Infinity;
    for (const { target } of this.#sampled.values()) until = Math.min(until, target.settledUntil);
    return until;
  }

  /** Begins with all that is there before the first tick. */
  begin(): void {
    let before;
    do {
      before = this.#sampled.size;
      for (const candidate of this.#candidates.values()) candidate.dueAt = 0;
      this.#polledAt = -Infinity;
      this.#follow(this.means.reader.now());
    } while (this.#sampled.size > before);
  }

  tick(time: number, now: number): Ending | undefined {
    this.#start = now - time;
    this.#follow(now);
    this.#ticks++;
    this.#permits.left = EXACT_AT_A_TICK;
    const all = [...this.#sampled.values()];
    const first = this.#ticks % Math.max(1, all.length);
    for (let i = 0; i < all.length; i++) {
      const one = all[(first + i) % all.length]!;
      const ending = one.target.tick(time, now);
      if (ending !== undefined) this.#end(one, ending, now);
    }
    if (time - this.#settledAt > SETTLE) {
      this.#settledAt = time;
      writeSettled(this.means.ledger.writer, Math.min(time, this.settledUntil));
    }
    if (time - this.#talliedAt > TALLY) {
      this.#talliedAt = time;
      for (const { id, target } of this.#sampled.values()) this.#rows.tally(id, target.quality);
    }
    return this.#isOver(now) ? "target-ended" : undefined;
  }

  /** While there is one process only, its reading can be planned. */
  plan(at: number): number {
    if (this.#sampled.size !== 1) return 0;
    const [only] = this.#sampled.values();
    return only!.target.plan(at);
  }

  miss(ticks: number, withheld: number): void {
    this.#missed += ticks;
    this.#withheld = withheld;
    for (const { target, withheldBefore } of this.#sampled.values()) {
      target.miss(ticks, withheld - withheldBefore);
    }
  }

  rest(now: number): Ending | undefined {
    this.#follow(now);
    return this.#isOver(now) ? "target-ended" : undefined;
  }

  finish(last: number, start: number): Noted {
    this.#start = start;
    for (const one of this.#sampled.values()) this.#end(one, "capture-ended", start + last);
    for (const candidate of this.#candidates.values()) candidate.close();
    const count = this.#leftOut.size;
    const first = [...this.#leftOut.values()].slice(0, MOST_TOLD);
    return { ...this.#noted, ...(count > 0 && { leftOut: { count, first } }) };
  }

  /** Closes what is open of the processes that are still sampled. */
  close(): void {
    for (const { target } of this.#sampled.values()) target.runtime.process.close();
    for (const candidate of this.#candidates.values()) candidate.close();
  }

  #isOver(now: number): boolean {
    if (this.#sampled.size > 0) return false;
    if (this.#candidates.has(this.#top)) return false;
    return ![...this.#candidates.values()].some((one) => one.isYoung(now, YOUNG));
  }

  /** Takes note of new processes and of what has become of others. */
  #follow(now: number): void {
    if (now - this.#polledAt < POLL) return;
    this.#polledAt = now;
    const { watch, platform } = this.means;
    const fresh = watch.fresh();
    // A pid that is new again belongs to another process than before.
    for (const { pid } of fresh) if (this.#goneAt.delete(pid)) this.#family.forget(pid);
    for (const { pid } of this.#family.admit(fresh, (pid) => watch.look(pid))) {
      this.#candidates.set(pid, new Candidate(platform, pid));
    }
    const pause = Math.max(RECHECK, this.#sampled.size * RECHECK_EACH);
    for (const one of this.#sampled.values()) {
      if (now - one.checkedAt > pause) this.#recheck(one, now);
    }
    for (const candidate of this.#candidates.values()) {
      if (candidate.dueAt <= now && this.#look(candidate, now)) break;
    }
    for (const [pid, goneAt] of this.#goneAt) {
      if (now - goneAt < MEMORY) break;
      this.#goneAt.delete(pid);
      this.#family.forget(pid);
    }
  }

  /** @returns whether it was a Python to begin with, which takes a moment. */
  #look(candidate: Candidate, now: number): boolean {
    const { pid } = candidate;
    const kin = this.means.watch.look(pid);
    if (kin === undefined || kin.ended) {
      candidate.close();
      this.#candidates.delete(pid);
      this.#goneAt.set(pid, now);
      return false;
    }
    const member = this.#family.get(pid);
    if (member !== undefined) member.image = kin.image;
    const copied = this.#runtimeOf(kin.image);
    const ready = candidate.look(now, kin, copied, this.#candidates.size);
    const { unread } = candidate;
    if (unread !== undefined) this.#leaveOut(pid, unread.fault, unread.detail);
    if (ready === undefined) return false;
    // Between the two looks it may have started another program.
    const same = this.means.watch.look(pid)?.image === kin.image;
    if (same && this.#sampled.size >= MOST_TARGETS) this.#leaveOut(pid, "too-many", "");
    else if (same && this.#sample(ready, kin.image)) return true;
    ready.process.close();
    return false;
  }

  /** The interpreter of a sampled process with the same image. */
  #runtimeOf(image: string): Runtime | undefined {
    if (image === "") return undefined;
    for (const one of this.#sampled.values()) if (one.image === image) return one.target.runtime;
    return undefined;
  }

  /** Begins to sample a process. False if what is asked for cannot be known of it. */
  #sample({ process, runtime }: Ready, image: string): boolean {
    const { ledger, reader, loops, watch } = this.means;
    const { pid } = process;
    const mode = modeFor(runtime, this.request);
    if (!canTell(runtime, mode)) {
      this.#leaveOut(pid, "mode-refused", mode);
      return false;
    }
    const now = reader.now();
    const startedUs = this.#start === 0 ? 0 : now - this.#start;
    const quality = emptyQuality();
    const id = this.#rows.add({
      pid,
      parent: this.#sampledAbove(pid),
      command: watch.command(pid),
      pythonVersion: versionText(runtime.offsets.version),
      startedUs,
      quality,
    });
    const order = { ...this.request, mode };
    const place = { process: id, patience: PATIENCE, permits: this.#permits, quality };
    const target = new Target(runtime, reader, loops, ledger, order, place);
    target.begin();
    const withheldBefore = this.#withheld;
    this.#sampled.set(pid, { pid, id, target, image, withheldBefore, checkedAt: now });
    this.#candidates.delete(pid);
    this.#leftOut.delete(pid);
    return true;
  }

  /** Pid of the nearest process above one that was sampled; 0 if there is none. */
  #sampledAbove(pid: number): number {
    let parent = this.#family.get(pid)?.parent ?? 0;
    while (parent !== 0 && !this.#rows.has(parent)) parent = this.#family.get(parent)?.parent ?? 0;
    return parent;
  }

  /** Looks whether a process runs another program by now, which may be another Python. */
  #recheck(one: Sampled, now: number): void {
    one.checkedAt = now;
    const kin = this.means.watch.look(one.pid);
    // One that is ending has given its memory, and so its image, up already.
    if (kin === undefined || kin.ended || kin.image === "" || one.image === "") return;
    if (kin.image !== one.image) this.#end(one, "target-replaced", now);
  }

  #end(one: Sampled, ending: Ending | "capture-ended", now: number): void {
    const { pid, id, target } = one;
    const time = now - this.#start;
    this.#noted = mergeNoted(this.#noted, target.finish(time, this.#start));
    addQuality(this.#past, target.quality);
    this.#rows.end(id, time, ENDINGS[ending] ?? "capture-ended");
    this.#sampled.delete(pid);
    target.runtime.process.close();
    if (ending === "target-ended") this.#goneAt.set(pid, now);
    else if (ending === "target-replaced") {
      this.#candidates.set(pid, new Candidate(this.means.platform, pid));
    } else if (ending === "lost-access") this.#leaveOut(pid, "denied", "");
  }

  /** Of what we may not look into, its name has to tell whether it is a Python. */
  #leaveOut(pid: number, reason: string, detail: string): void {
    if (reason === "denied" && !/python/.test(this.means.watch.command(pid)[0] ?? "")) return;
    if (this.#leftOut.size < MOST_LEFT_OUT || this.#leftOut.has(pid)) {
      this.#leftOut.set(pid, { pid, reason, detail });
    }
  }
}

/** What an ending of a capture says of one of its processes. */
const ENDINGS: Readonly<Record<string, ProcessEnding>> = {
  "target-ended": "ended",
  "target-replaced": "replaced",
  "lost-access": "lost-access",
};
