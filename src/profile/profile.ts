import { Column, FrameTable, StackTable } from "./tables.ts";
import { emptyQuality, type Quality } from "./quality.ts";
import type { Metadata } from "./metadata.ts";

/** A thread that was sampled. Its id in a profile is its place in {@link Profile.threads}. */
export interface Thread {
  /** The operating system's thread id. */
  readonly tid: number;
  /** Python's or the system's name; empty when none is known. Untrusted text. */
  readonly name: string;
  /** Id of the interpreter it belongs to; 0 is the main one. */
  readonly interpreter: number;
  /** The main thread of interpreter 0. */
  readonly main: boolean;
}

/** Samples in order of time, as columns; all of one tick share its time. */
export interface SampleBatch {
  readonly length: number;
  /** Tick time, µs since the first tick. */
  readonly time: Float64Array;
  /** Index into {@link Profile.threads}. */
  readonly thread: Int32Array;
  /** Stack id; −1 is never sent. */
  readonly stack: Int32Array;
  /** Status flags, 0 while none are recorded. */
  readonly flags: Int32Array;
}

/**
 * The model that every collector and report works on. Tables only grow; counts are always kept, so
 * memory follows what is different in a capture, not how long it was.
 */
export class Profile {
  readonly strings: string[] = [];
  readonly frames: FrameTable = new FrameTable();
  readonly stacks: StackTable = new StackTable();
  readonly threads: Thread[] = [];
  /** Samples of each stack, one column a thread: `counts[thread].at(stack)`. */
  readonly counts: Column[] = [];
  readonly quality: Quality = emptyQuality();

  constructor(readonly metadata: Metadata) {}

  /** Counts a batch of samples. Their stacks and threads are in the tables already. */
  add(batch: SampleBatch): void {
    for (let i = 0; i < batch.length; i++) {
      const thread = batch.thread[i]!;
      const column = this.counts[thread] ??= new Column(1024);
      column.add(batch.stack[i]!, 1);
    }
  }
}
