import { StackBook } from "./stack_book.ts";
import type { RingWriter } from "./ring.ts";

/** What the other side has been told so far, by all processes of a capture. */
export class Ledger {
  readonly book: StackBook;
  /** Threads that it knows; the next one gets this id. */
  threads = 0;

  constructor(readonly writer: RingWriter) {
    this.book = new StackBook(writer);
  }
}
