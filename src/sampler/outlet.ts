import { REPLACED, REPLACEMENT, STATUS, statusOf } from "../profile/profile.ts";
import { type Quality, type Rejection, REJECTIONS } from "../profile/quality.ts";
import type { Mode } from "../profile/metadata.ts";
import { NO_STACK } from "../profile/tables.ts";
import type { Ledger } from "./ledger.ts";
import { writeLoss, writeSample } from "./records.ts";
import type { Fallback, SampleSink } from "./settling.ts";
import type { ThreadRegister } from "./thread_register.ts";

/** Sends what has come of the readings of one process to the other side, and counts it. */
export class Outlet implements SampleSink {
  constructor(
    readonly ledger: Ledger,
    readonly register: ThreadRegister,
    readonly quality: Quality,
    readonly mode: Mode,
  ) {}

  accept(time: number, thread: number, stack: number, flags: number): void {
    if (!this.#isOfMode(flags)) return;
    const { ledger, quality, register } = this;
    const id = ledger.book.send(stack);
    const all = flags | register.flagsOf(thread);
    if (id >= 0 && writeSample(ledger.writer, time, thread, id, all)) quality.samples++;
    else quality.dropped++;
  }

  replace(time: number, thread: number, stack: number, fallback: Fallback, flags: number): void {
    if (!this.#isOfMode(flags)) return;
    const { ledger: { book, writer }, quality } = this;
    if (fallback.reread) quality.retried++;
    else quality.repaired++;
    const [own, other] = [book.leafOf(stack), book.leafOf(fallback.stack)];
    if (own !== other) {
      writeLoss(writer, time, thread, REPLACED, book.send(own));
      writeLoss(writer, time, thread, REPLACEMENT, book.send(other));
    }
    this.accept(time, thread, fallback.stack, flags);
  }

  reject(time: number, thread: number, stack: number): void {
    this.lose(time, thread, "unknown-edge", stack);
  }

  /** A reading was thrown away; `stack` is a local id, or `NO_STACK`. */
  lose(time: number, thread: number, reason: Rejection, stack: number): void {
    const { ledger: { book, writer }, quality } = this;
    const index = REJECTIONS.indexOf(reason);
    quality.rejected[index]!++;
    const id = stack === NO_STACK ? NO_STACK : book.send(book.leafOf(stack));
    writeLoss(writer, time, thread, index, id);
  }

  /** In cpu mode it is known only now whether a thread had a CPU. */
  #isOfMode(flags: number): boolean {
    return this.mode !== "cpu" || (statusOf(flags) & STATUS.onCpu) !== 0;
  }
}
