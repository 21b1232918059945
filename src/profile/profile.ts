import { ControlGroup } from "./control_group.ts";
import type { Metadata } from "./metadata.ts";
import type { ProcessInfo } from "./process.ts";
import { emptyQuality, type Quality } from "./quality.ts";
import { Runs } from "./runs.ts";
import { StateCounts } from "./state_counts.ts";
import { SparseColumn } from "./sparse_column.ts";
import { Column, FrameTable, NO_STACK, StackTable } from "./tables.ts";
import { Timeline } from "./timeline.ts";

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
  /** Index into {@link Profile.processes}; absent where these are not told apart. */
  readonly process?: number;
}

/** Samples in order of time, as columns; all of one tick share its time. */
export interface SampleBatch {
  readonly length: number;
  /** Tick time, µs since the first tick. */
  readonly time: Float64Array;
  /** Index into {@link Profile.threads}. */
  readonly thread: Int32Array;
  /** Stack id; {@link NO_STACK} for a thread without any Python frame, which only recordings have. */
  readonly stack: Int32Array;
  /**
   * {@link EXACT_SAMPLE}, from {@link STATUS_SHIFT} on the state of the thread ({@link STATUS}), and from
   * {@link VISIT_SHIFT} on the number of the steady visit or 0.
   */
  readonly flags: Int32Array;
}

/** The state of a thread at a sample, six bits that may be set together; the bits of TACH recordings. */
export const STATUS = {
  hasGil: 1,
  onCpu: 2,
  /** Whether it was on a CPU is not known. */
  cpuUnknown: 4,
  waitsForGil: 8,
  hasException: 16,
  /** The main thread of its interpreter. */
  main: 32,
} as const;

/** Bits below the thread's state in a sample's flags. */
export const STATUS_SHIFT = 1;

/** The thread's state in a sample's flags: an or of {@link STATUS}. */
export function statusOf(flags: number): number {
  return flags >>> STATUS_SHIFT & 63;
}

/** Flag of a sample that was read while its thread could not run. */
export const EXACT_SAMPLE = 1;
/**
 * Bits below the number of a steady visit. Such visits to the target's CPU are made a few times a second,
 * not because of anything seen in the target, so their samples are a control group for all others.
 */
export const VISIT_SHIFT = 8;

/** In place of an index of `REJECTIONS`: the reading was not thrown away, another stack took its place. */
export const REPLACED = 31;
/** In the same place: the stack that was taken instead. */
export const REPLACEMENT = 30;

/**
 * The model that every collector and report works on. Tables only grow; counts are always kept, so
 * memory follows what is different in a capture, not how long it was.
 */
export class Profile {
  readonly strings: string[];
  readonly frames: FrameTable;
  readonly stacks: StackTable;
  readonly threads: Thread[];
  /** Whose threads they are, where a program's children are sampled with it; else empty. */
  readonly processes: ProcessInfo[];
  /**
   * What sources were like when they were captured, by index of their paths: 16 hexadecimal digits each.
   * Only recordings have them.
   */
  readonly digests: Map<number, string> = new Map();
  /** Samples of each stack, one column a thread: `counts[thread].at(stack)`. */
  readonly counts: Column[] = [];
  readonly quality: Quality = emptyQuality();
  /** Lengths of runs of equal stacks. */
  readonly runs: Runs = new Runs();
  /** What threads were doing, as far as their samples say. */
  readonly states: StateCounts = new StateCounts();
  /** Samples to hold the others against. */
  readonly control: ControlGroup = new ControlGroup();
  /** Good and rejected readings and missed ticks over time. */
  readonly timeline: Timeline = new Timeline();
  /** Readings thrown away, by what is best known of their stacks: often the leaf alone. */
  readonly rejectedAt: Column;
  /** Readings in whose place another stack was taken, by their own. */
  readonly replacedAt: Column;
  /** The stacks that were taken in their place; they are among the samples. */
  readonly replacedBy: Column;

  /** @param of a profile whose tables, and readings that were not kept, are shared. */
  constructor(readonly metadata: Metadata, of?: Profile) {
    this.strings = of?.strings ?? [];
    this.frames = of?.frames ?? new FrameTable();
    this.stacks = of?.stacks ?? new StackTable();
    this.threads = of?.threads ?? [];
    this.processes = of?.processes ?? [];
    this.rejectedAt = of?.rejectedAt ?? new Column();
    this.replacedAt = of?.replacedAt ?? new Column();
    this.replacedBy = of?.replacedBy ?? new Column();
  }

  /** Counts a batch of samples. Their stacks and threads are in the tables already. */
  add(batch: SampleBatch): void {
    for (let i = 0; i < batch.length; i++) {
      const thread = batch.thread[i]!;
      const column = this.counts[thread] ??= new SparseColumn();
      const stack = batch.stack[i]!;
      if (stack === NO_STACK) continue;
      column.add(stack, 1);
      this.runs.add(thread, stack);
      this.states.add(thread, statusOf(batch.flags[i]!));
      this.timeline.keep(batch.time[i]!, thread);
      const visit = batch.flags[i]! >>> VISIT_SHIFT;
      if (visit > 0) this.control.add(visit, thread, stack);
    }
  }

  /**
   * Counts a reading that was not kept as it was.
   * @param reason index of `REJECTIONS`, {@link REPLACED} or {@link REPLACEMENT}.
   * @param stack what is known of its stack; {@link NO_STACK} if nothing is.
   */
  lose(time: number, thread: number, reason: number, stack: number): void {
    if (reason < REPLACEMENT) this.timeline.reject(time, thread, reason);
    if (stack === NO_STACK) return;
    if (reason === REPLACED) this.replacedAt.add(stack, 1);
    else if (reason === REPLACEMENT) this.replacedBy.add(stack, 1);
    else this.rejectedAt.add(stack, 1);
  }
}
