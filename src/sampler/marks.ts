import { writeMark } from "./records.ts";
import type { RingWriter } from "./ring.ts";
import type { Subject } from "./subject.ts";

/** Tells at the multiples of a time where the counts stand, for captures that are written in parts. */
export class Marks {
  /** When the next is due, µs since the first tick. */
  due: number;

  /** @param everyUs absent: never. */
  constructor(readonly writer: RingWriter, readonly everyUs = Infinity) {
    this.due = everyUs;
  }

  /** Tells it, before the tick of a time is counted. With a full ring it stays due. */
  tell(time: number, { quality, settledUntil }: Subject): void {
    const reached = Math.floor(time / this.everyUs);
    const at = Math.floor(reached * this.everyUs);
    if (writeMark(this.writer, at, Math.min(at, settledUntil), quality)) {
      this.due = (reached + 1) * this.everyUs;
    }
  }
}
