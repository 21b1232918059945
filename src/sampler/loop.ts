import { cpuUsage } from "node:process";
import type { ReaderThread } from "../../ffi/process.ts";
import type { Ending, Summary } from "../profile/metadata.ts";
import { Budget } from "./budget.ts";
import { type CaptureRequest, isJittered } from "./capture.ts";
import { storeQuality } from "./counters.ts";
import { Marks } from "./marks.ts";
import { PauseCounter } from "./pauses.ts";
import { writeMiss } from "./records.ts";
import { isStopRequested, type RingWriter } from "./ring.ts";
import { createRandom, randomSeed, Schedule } from "./schedule.ts";
import type { Subject } from "./subject.ts";

/** Below this interval the sleep ends early and the rest is spun away, µs. */
const SPIN_BELOW = 50;
const SPIN = 15;
/** Less than any two ticks are apart, µs. */
const INSTANT = 0.001;
/** Ticks from one publication of the counts to the next. */
const PUBLISH = 64;
/** From one word about missed ticks to the next, µs. */
const TELL = 1_000_000;

/** The clock of a capture, from the first tick to the last. Runs on the sampling thread. */
export class SamplingLoop {
  #missedTold = 0;
  #toldAt = 0;
  #ticks = 0;
  /** The time when the clock was looked at last. */
  #now = 0;

  constructor(
    readonly subject: Subject,
    readonly reader: ReaderThread,
    readonly writer: RingWriter,
    readonly request: CaptureRequest,
  ) {}

  /** Samples until the time is over, somebody asks to stop, or the target is gone. */
  run(): Summary {
    const { reader, subject } = this;
    const { intervalUs, durationUs = Infinity } = this.request;
    const random = isJittered(this.request) ? createRandom(randomSeed()) : undefined;
    const schedule = new Schedule(intervalUs, random);
    const marks = new Marks(this.writer, this.request.markUs);
    subject.begin();
    const start = reader.now();
    const budget = this.#budget(start);
    if (intervalUs >= SPIN_BELOW) reader.prefer();
    const counter = new PauseCounter();
    let last = 0;
    let ending: Ending | undefined;
    while (ending === undefined) {
      const now = this.#now = reader.now();
      const due = schedule.next(now - start);
      if (due >= durationUs) ending = this.#wait(start + durationUs, 0) ?? "duration";
      else {
        // Spinning is for those who can pay for it.
        const spin = intervalUs < SPIN_BELOW && schedule.slotUs === intervalUs ? SPIN : 0;
        if (now < start + due) {
          const later = this.subject.plan?.(start + due) ?? 0;
          ending = this.#wait(start + due + later, spin);
        } else if (isStopRequested(this.writer.ring)) ending = "interrupted";
      }
      if (ending !== undefined) break;
      const time = this.#now - start;
      if (time >= durationUs && this.#ticks > 0) {
        // We were let on the CPU too late: this tick is missed, and so are those up to the end.
        const others = schedule.take(durationUs - INSTANT);
        subject.miss(others + 1, Math.round(schedule.withheld));
        ending = "duration";
        break;
      }
      subject.miss(schedule.take(time), Math.round(schedule.withheld));
      counter.note(time - last, schedule.slotUs);
      if (time >= marks.due) marks.tell(time, subject);
      ending = subject.tick(time, this.#now);
      if (++this.#ticks % PUBLISH === 0) this.#publish();
      if (time - this.#toldAt > TELL) this.#tellMissed(time);
      if (budget?.spend(this.#now) === true) schedule.stretch(budget.stretch);
      last = time;
    }
    const noted = subject.finish(last, start);
    this.#tellMissed(last);
    this.#publish();
    const durationUsMeasured = ending === "duration" ? durationUs : Math.max(last, intervalUs);
    const { pauses } = counter;
    return { durationUs: durationUsMeasured, ending, ...noted, ...(pauses && { pauses }) };
  }

  #budget(now: number): Budget | undefined {
    const { maxCpu, intervalUs } = this.request;
    return maxCpu === undefined ? undefined : new Budget(maxCpu, intervalUs, ownCpuTime, now);
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
