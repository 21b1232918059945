import type { Filter } from "../profile/metadata.ts";
import { Profile, type SampleBatch } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";

/** Tells whether a text fits. */
export type Test = (text: string) => boolean;

/** Tests of a filter; one that is absent lets everything through. */
export interface Tests {
  /** Of a thread's name or id. */
  readonly thread?: Test;
  /** Of functions and files: a stack must have one that fits. */
  readonly include?: Test;
  /** Of the same: a stack must have none. */
  readonly exclude?: Test;
}

/** The name that Python gives to every program's first thread; profiles leave it out. */
const MAIN_THREAD = "MainThread";

/** What a filter knows of a stack: bits. */
const KNOWN = 1;
const INCLUDED = 2;
const EXCLUDED = 4;

/**
 * A profile of which only some samples are kept. It shares the tables of the one that it is made of, and
 * has counts of its own.
 */
export class FilteredProfile {
  readonly profile: Profile;
  readonly #threads = new Map<string, boolean>();
  /** What is known by stack, and by frame: bits. */
  #stacks: Uint8Array = new Uint8Array(1024);
  #frames: Uint8Array = new Uint8Array(1024);
  /** Samples that were kept, and that were not. */
  #kept = 0;
  #left = 0;

  constructor(readonly source: Profile, filter: Filter, readonly tests: Tests) {
    const { metadata } = source;
    const filters = [...metadata.filters ?? [], filter];
    this.profile = new Profile({ ...metadata, filters }, source);
  }

  /** Counts a batch of the source. Returns what is kept of it. */
  add(batch: SampleBatch): SampleBatch {
    const time = new Float64Array(batch.length);
    const [thread, stack, flags] = [0, 0, 0].map(() => new Int32Array(batch.length)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    let length = 0;
    for (let i = 0; i < batch.length; i++) {
      const isEmpty = batch.stack[i] === NO_STACK;
      if (!this.#keeps(batch.thread[i]!, batch.stack[i]!)) {
        if (!isEmpty) this.#left++;
        continue;
      }
      if (!isEmpty) this.#kept++;
      time[length] = batch.time[i]!;
      thread[length] = batch.thread[i]!;
      stack[length] = batch.stack[i]!;
      flags[length] = batch.flags[i]!;
      length++;
    }
    const kept = { length, time, thread, stack, flags };
    this.profile.add(kept);
    this.renew();
    return kept;
  }

  /** Takes over what is known of the source's readings at its end. */
  finish(): void {
    this.renew();
    this.#takeControl();
    const { timeline } = this.source;
    for (let step = 0; step < timeline.length; step++) {
      const time = step * timeline.stepUs;
      this.profile.timeline.miss(time, timeline.missedAt(step));
      for (const thread of this.source.threads.keys()) {
        if (!this.#keepsThread(thread)) continue;
        for (const [reason, count] of timeline.at(step, thread).rejected.entries()) {
          if (count > 0) this.profile.timeline.reject(time, thread, reason, count);
        }
      }
    }
  }

  /** Samples of a recording do not say which of them were read in steady visits: it has these beside them. */
  #takeControl(): void {
    const { control } = this.profile;
    if (control.length > 0) return;
    const { visit, thread, stack, length } = this.source.control;
    for (let i = 0; i < length; i++) {
      if (!this.#keeps(thread.at(i), stack.at(i))) continue;
      control.add(visit.at(i), thread.at(i), stack.at(i));
    }
  }

  /** Takes over the source's quality counts of now. */
  renew(): void {
    const { quality } = this.source;
    Object.assign(this.profile.quality, quality, {
      rejected: [...quality.rejected],
      samples: this.#kept,
      filtered: quality.filtered + this.#left,
    });
  }

  #keeps(thread: number, stack: number): boolean {
    if (!this.#keepsThread(thread)) return false;
    const { include, exclude } = this.tests;
    if (include === undefined && exclude === undefined) return true;
    const known = stack === NO_STACK ? KNOWN : this.#judge(stack);
    if (include !== undefined && (known & INCLUDED) === 0) return false;
    return (known & EXCLUDED) === 0;
  }

  #keepsThread(thread: number): boolean {
    const { thread: test } = this.tests;
    if (test === undefined) return true;
    const { tid, name, main } = this.source.threads[thread]!;
    const shown = name === "" && main ? MAIN_THREAD : name;
    const key = `${tid} ${shown}`;
    let keeps = this.#threads.get(key);
    if (keeps === undefined) this.#threads.set(key, keeps = test(String(tid)) || test(shown));
    return keeps;
  }

  /** What is known of a stack follows from its frames, from the root on. */
  #judge(stack: number): number {
    const { prefix, frame } = this.source.stacks;
    this.#stacks = withRoom(this.#stacks, stack + 1);
    const unknown: number[] = [];
    let at = stack;
    while (at !== NO_STACK && this.#stacks[at] === 0) {
      unknown.push(at);
      at = prefix.at(at);
    }
    let known = at === NO_STACK ? KNOWN : this.#stacks[at]!;
    while (unknown.length > 0) {
      at = unknown.pop()!;
      known |= this.#judgeFrame(frame.at(at));
      this.#stacks[at] = known;
    }
    return known;
  }

  #judgeFrame(frame: number): number {
    this.#frames = withRoom(this.#frames, frame + 1);
    const known = this.#frames[frame]!;
    if (known !== 0) return known;
    const { strings, frames } = this.source;
    const texts = [strings[frames.name.at(frame)] ?? "", strings[frames.file.at(frame)] ?? ""];
    const { include, exclude } = this.tests;
    const included = include !== undefined && texts.some(include) ? INCLUDED : 0;
    const excluded = exclude !== undefined && texts.some(exclude) ? EXCLUDED : 0;
    return this.#frames[frame] = KNOWN | included | excluded;
  }
}

function withRoom(array: Uint8Array, length: number): Uint8Array {
  if (length <= array.length) return array;
  const larger = new Uint8Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}

/** A filter in words, for people; its texts are as they were given. */
export function describeFilter({ threads, include, exclude }: Filter): string {
  const list = (texts: readonly string[], mark: string): string =>
    texts.map((text) => `${mark}${text}${mark}`).join(" or ");
  return [
    threads.length > 0 ? `threads ${list(threads, '"')}` : "",
    include.length > 0 ? `with ${list(include, "/")}` : "",
    exclude.length > 0 ? `without ${list(exclude, "/")}` : "",
  ].filter((part) => part !== "").join(", ");
}
