import { Ranges, type ReaderThread } from "../../ffi/process.ts";
import type { ThreadCopy } from "../cpython/thread_copy.ts";
import { VisitPrice } from "./visit_price.ts";

/** Looks of one probe, some fifty ns apart. */
const LOOKS = 4;
const WORD = 8;
/** From one probe to the next, µs: of a thread that may become quick, and of one that is. */
const PROBE = 1000;
const PROBE_QUICK = 4000;
/** How much one probe counts among those before it. */
const WEIGHT = 1 / 64;
/** Changes from one look to the next from which on a thread is quick, and below which it is not any more. */
const QUICK = 0.06;
const CALM = 0.04;
/** The most of a thread's time that exact readings may take, by what is usual, unless more is allowed. */
const MOST_TAKEN = 0.05;
/** By what was measured it may be so many times more: where they take what is usual they do not come and go. */
const TOLERANCE = 1.5;
/** Where they have taken more, none are made for this time, µs. */
const DEAR = 10_000_000;
/** An exact reading that takes longer has had to wait for the target's CPU, µs. */
const LATE = 100;
/**
 * How much one counts among those before it, and the share of late ones that is too much: to miss ticks is worse.
 * A stall of the machine for 0.1 s is no reason.
 */
const LATE_WEIGHT = 1 / 64;
const MOST_LATE = 0.5;
/** After that none are made for this time, µs. */
const REST = 4_000_000;

/**
 * Tells whether a thread is to be read exactly as it calls and returns every few hundred nanoseconds or
 * faster. Another CPU gets to see the beginning of a call some two nanoseconds later than its end, so that
 * it sees such calls too seldom.
 */
export class Quickness {
  /** Exact readings take too much of the thread's time to be made whenever it is quick. */
  isDear = false;
  #isQuick = false;
  #changes = 0;
  #probedAt = -Infinity;
  readonly #most: number;
  readonly #price = new VisitPrice();
  readonly #ranges = new Ranges(LOOKS);
  readonly #words = new Uint32Array(LOOKS * WORD / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  /** The reading of this tick is timed, and when it began. */
  #isTimed = false;
  #begun = 0;
  /** The share of readings that are late, and until when there are to be none. */
  #late = 0;
  #restUntil = -Infinity;

  /**
   * @param intervalUs from one reading to the next.
   * @param allowed the share of a thread's time that they may take.
   */
  constructor(readonly intervalUs: number, readonly clock: ReaderThread, allowed = MOST_TAKEN) {
    this.#most = Math.max(MOST_TAKEN, allowed);
  }

  /**
   * True if a thread is to be read exactly; looks again if it is time for that.
   * @param time µs since the first tick.
   * @param mayLook false where others of the same moment have looked just now.
   */
  isFound(time: number, copy: ThreadCopy, mayLook = true): boolean {
    this.#isTimed = mayLook && time - this.#probedAt >= (this.#isQuick ? PROBE_QUICK : PROBE);
    if (this.#isTimed) {
      this.#probedAt = time;
      const { process } = copy.runtime;
      const taken = (process.visitUs?.(copy.thread.tid) ?? Infinity) / this.intervalUs;
      this.#price.look(process, this.#isQuick);
      if ((this.#price.us ?? 0) > TOLERANCE * this.#most * this.intervalUs) {
        this.#price.forget();
        this.#restUntil = time + DEAR;
        this.isDear = true;
      }
      if (this.#late > MOST_LATE) {
        this.#late = 0;
        this.#restUntil = time + REST;
      }
      if (taken > this.#most && taken < Infinity) this.isDear = true;
      if (taken <= this.#most && time >= this.#restUntil) this.#probe(copy);
      else this.#isQuick = false;
    }
    return this.#isQuick;
  }

  /** An exact reading begins, and has ended. */
  begin(): void {
    if (this.#isTimed) this.#begun = this.clock.now();
  }

  end(): void {
    if (!this.#isTimed) return;
    const late = this.clock.now() - this.#begun > LATE ? 1 : 0;
    this.#late += (late - this.#late) * LATE_WEIGHT;
  }

  #probe({ runtime, thread }: ThreadCopy): void {
    const { layout, reader, process } = runtime;
    const pointer = thread.address + layout.thread.currentFrame;
    const at = layout.cframe < 0 ? pointer : (reader.pointer(pointer) ?? 0) + layout.cframe;
    this.#ranges.clear();
    for (let i = 0; i < LOOKS; i++) this.#ranges.push(at, WORD);
    if (process.read(this.#ranges, this.#bytes) !== this.#bytes.length) return;
    let changes = 0;
    for (let i = 2; i < this.#words.length; i += 2) {
      if (this.#words[i] !== this.#words[i - 2] || this.#words[i + 1] !== this.#words[i - 1]) {
        changes++;
      }
    }
    this.#changes += (changes / (LOOKS - 1) - this.#changes) * WEIGHT;
    this.#isQuick = this.#changes > (this.#isQuick ? CALM : QUICK);
  }
}
