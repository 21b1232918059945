import { cpuUsage } from "node:process";
import type { ReaderThread } from "../../ffi/process.ts";
import { ROUND } from "../../ffi/round.ts";
import type { Ending, Summary } from "../profile/metadata.ts";
import { Budget } from "./budget.ts";
import { type CaptureRequest, isJittered } from "./capture.ts";
import { storeQuality } from "./counters.ts";
import { Marks } from "./marks.ts";
import { PauseCounter } from "./pauses.ts";
import { writeMiss } from "./records.ts";
import { isStopRequested, type RingWriter } from "./ring.ts";
import { createRandom, randomSeed, Schedule } from "./schedule.ts";
import type { Subject, TickRounds } from "./subject.ts";

/** Below this interval the sleep ends early and the rest is spun away, µs. */
const SPIN_BELOW = 50;
const SPIN = 15;
/** Less than any two ticks are apart, µs. */
const INSTANT = 0.001;
/** Ticks from one publication of the counts to the next. */
const PUBLISH = 64;
/** Unevenness that is not worth to be noted. */
const LITTLE = 0.001;
/** From one word about missed ticks to the next, µs. */
const TELL = 1_000_000;
/** The ticks that may be made without us take so long at most, µs; and are no fewer. */
const LONGEST_ROUND = 50_000;
const FEWEST_IN_ROUND = 2;

/** The clock of a capture, from the first tick to the last. Runs on the sampling thread. */
export class SamplingLoop {
  readonly #schedule: Schedule;
  readonly #marks: Marks;
  readonly #pauses = new PauseCounter();
  #budget: Budget | undefined;
  #missedTold = 0;
  #toldAt = 0;
  #ticks = 0;
  /** The time when the clock was looked at last, and when it began. */
  #now = 0;
  #start = 0;
  /** Time of the last tick since then. */
  #last = 0;
  #dues = new Float64Array(0);

  constructor(
    readonly subject: Subject,
    readonly reader: ReaderThread,
    readonly writer: RingWriter,
    readonly request: CaptureRequest,
  ) {
    const random = isJittered(request) ? createRandom(randomSeed()) : undefined;
    this.#schedule = new Schedule(request.intervalUs, random);
    this.#schedule.stretch(request.lowered?.stretch ?? 1);
    this.#marks = new Marks(writer, request.markUs);
  }

  /** Samples until the time is over, somebody asks to stop, or the target is gone. */
  run(): Summary {
    const { reader, subject } = this;
    const { intervalUs, durationUs = Infinity, maxCpu, lowered } = this.request;
    subject.begin();
    this.#start = reader.now();
    if (maxCpu !== undefined) {
      this.#budget = new Budget(maxCpu, intervalUs, ownCpuTime, this.#start, lowered?.stretch);
      this.#schedule.stretch(this.#budget.stretch);
    }
    if (intervalUs >= SPIN_BELOW) reader.prefer();
    let ending: Ending | undefined;
    while (ending === undefined) ending = this.#goOn(durationUs);
    const noted = subject.finish(this.#last, this.#start);
    this.#tellMissed(this.#last);
    this.#publish();
    const measured = ending === "duration" ? durationUs : Math.max(this.#last, intervalUs);
    const { pauses } = this.#pauses;
    const unevenness = this.#budget?.unevenness ?? 0;
    return {
      durationUs: measured,
      ending,
      ...noted,
      ...(lowered && { lowered }),
      ...(unevenness > LITTLE && { unevenness }),
      ...(pauses && { pauses }),
    };
  }

  /** Makes the next tick, or some. */
  #goOn(durationUs: number): Ending | undefined {
    if (isStopRequested(this.writer.ring)) return "interrupted";
    const now = this.#now = this.reader.now();
    const due = this.#schedule.next(now - this.#start);
    if (due >= durationUs) return this.#wait(this.#start + durationUs, 0) ?? "duration";
    if (now >= this.#start + due) return this.#tick(durationUs);
    const rounds = this.subject.rounds;
    const dues = rounds?.mayBegin() === true ? this.#lookAhead(durationUs) : undefined;
    if (dues !== undefined && rounds!.begin(dues, this.#schedule.slotUs)) {
      return this.#makeRound(rounds!, dues, durationUs);
    }
    const { intervalUs } = this.request;
    // Spinning is for those who can pay for it.
    const spin = intervalUs < SPIN_BELOW && this.#schedule.slotUs === intervalUs ? SPIN : 0;
    const later = this.subject.plan?.(this.#start + due) ?? 0;
    return this.#wait(this.#start + due + later, spin) ?? this.#tick(durationUs);
  }

  /** When the ticks to come are due, on the reader's clock; undefined where they are too few for a round. */
  #lookAhead(durationUs: number): Float64Array | undefined {
    const most = Math.min(ROUND.most, Math.floor(LONGEST_ROUND / this.#schedule.slotUs));
    if (most < FEWEST_IN_ROUND) return undefined;
    if (this.#dues.length !== most) this.#dues = new Float64Array(most);
    const dues = this.#dues;
    this.#schedule.ahead(dues);
    let count = most;
    while (count > 0 && dues[count - 1]! >= durationUs) count--;
    for (let i = 0; i < count; i++) dues[i]! += this.#start;
    if (count < FEWEST_IN_ROUND) return undefined;
    return count === most ? dues : dues.subarray(0, count);
  }

  /** Waits for a round that has begun, and takes what it has read. */
  #makeRound(rounds: TickRounds, dues: Float64Array, durationUs: number): Ending | undefined {
    const made = rounds.join();
    let ending: Ending | undefined;
    for (let i = 0; i < made && ending === undefined; i++) {
      const at = rounds.madeAt(i);
      this.#schedule.keep((dues[i + 1] ?? 0) - this.#start);
      if (at === 0) this.#miss(1);
      else ending = this.#note(at - this.#start, (time) => rounds.take(i, time));
    }
    // A lower rate leaves ticks out, also where none is missed.
    this.#miss(0);
    this.#now = this.reader.now();
    ending ??= rounds.tend(this.#now);
    if (ending !== undefined || made === dues.length) return ending;
    // What was met there, or the time that went by, is for us to deal with, and soon.
    return this.#tick(durationUs);
  }

  /** Makes a tick now. */
  #tick(durationUs: number): Ending | undefined {
    const time = this.#now - this.#start;
    if (time >= durationUs && this.#ticks > 0) {
      // We were let on the CPU too late: this tick is missed, and so are those up to the end.
      this.#miss(this.#schedule.take(durationUs - INSTANT) + 1);
      return "duration";
    }
    this.#miss(this.#schedule.take(time));
    return this.#note(time, () => this.subject.tick(time, this.#now));
  }

  #miss(ticks: number): void {
    this.subject.miss(ticks, Math.round(this.#schedule.withheld));
  }

  /** Does around a tick what is to be done around each. */
  #note(time: number, read: (time: number) => Ending | undefined): Ending | undefined {
    this.#pauses.note(time - this.#last, this.#schedule.slotUs);
    if (time >= this.#marks.due) this.#marks.tell(time, this.subject);
    const ending = read(time);
    if (++this.#ticks % PUBLISH === 0) this.#publish();
    if (time - this.#toldAt > TELL) this.#tellMissed(time);
    const budget = this.#budget;
    if (budget?.spend(this.#now) === true) this.#schedule.stretch(budget.stretch);
    this.#last = time;
    return ending;
  }

  /** Sleeps up to a time in short naps; ends the capture when that is asked for. */
  #wait(until: number, spin: number): Ending | undefined {
    const { napUs } = this.subject;
    for (;;) {
      if (isStopRequested(this.writer.ring)) return "interrupted";
      if (this.#now >= until) return undefined;
      if (until - this.#now > napUs) {
        this.#publish();
        this.#now = this.reader.sleepUntil(this.#now + napUs, 0);
        const ending = this.subject.rest(this.#now);
        if (ending !== undefined) return ending;
      } else this.#now = this.reader.sleepUntil(until, spin);
    }
  }

  #publish(): void {
    storeQuality(this.writer.ring.counters, this.subject.quality);
  }

  /** Sends the ticks missed since the last time, which count for the second before. */
  #tellMissed(time: number): void {
    this.#toldAt = time;
    const missed = this.subject.quality.missedTicks - this.#missedTold;
    if (missed > 0 && writeMiss(this.writer, Math.max(0, time - TELL / 2), missed)) {
      this.#missedTold += missed;
    }
  }
}

/** CPU time of our whole process, µs. */
function ownCpuTime(): number {
  const { user, system } = cpuUsage();
  return user + system;
}
