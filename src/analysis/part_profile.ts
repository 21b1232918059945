import type { Metadata } from "../profile/metadata.ts";
import { Profile, REPLACEMENT, type SampleBatch, type Thread } from "../profile/profile.ts";
import { emptyQuality, type Quality } from "../profile/quality.ts";
import { Column, NO_STACK } from "../profile/tables.ts";

/**
 * A part of a capture, a stretch of its time or one of its processes, as a profile of its own: times count
 * from its beginning, and its tables have what occurs in it and nothing else.
 */
export class PartProfile {
  readonly profile: Profile;
  /** Own ids of what the whole has, plus 1; 0 for what has not occurred. */
  readonly #strings = new Column();
  readonly #frames = new Column();
  readonly #stacks = new Column();
  readonly #threads = new Column();
  readonly #processes = new Column();
  /** The whole's threads and processes, by own id, as they were last seen. */
  readonly #seen: { readonly id: number; thread: Thread }[] = [];
  readonly #processIds: number[] = [];
  /** Samples of the processes, by own id. */
  readonly #processSamples: number[] = [];
  /** Counts of the whole's processes at the beginning. */
  readonly processCounts: readonly Quality[];

  /**
   * @param fromUs where it begins, µs since the first tick of the whole.
   * @param metadata what it is to say of itself.
   */
  constructor(readonly whole: Profile, readonly fromUs: number, metadata: Metadata) {
    this.processCounts = whole.processes.map(({ quality }) => structuredClone(quality));
    this.profile = new Profile(metadata);
  }

  /** Counts samples of the whole, from one place of a batch to another. Returns them as the part has them. */
  add(batch: SampleBatch, from: number, to: number): SampleBatch {
    this.#renew();
    const time = batch.time.slice(from, to);
    const thread = batch.thread.slice(from, to);
    const stack = batch.stack.slice(from, to);
    const flags = batch.flags.slice(from, to);
    for (let i = 0; i < time.length; i++) {
      time[i] = Math.max(0, time[i]! - this.fromUs);
      thread[i] = this.#thread(thread[i]!);
      stack[i] = this.#stack(stack[i]!);
      if (stack[i] === NO_STACK) continue;
      this.profile.quality.samples++;
      const { process } = this.profile.threads[thread[i]!]!;
      if (process !== undefined) this.#processSamples[process]!++;
    }
    const own = { length: time.length, time, thread, stack, flags };
    this.profile.add(own);
    return own;
  }

  /** Counts a reading of the whole that was not kept as it was: see `Profile.lose`. */
  lose(time: number, thread: number, reason: number, stack: number): void {
    if (reason < REPLACEMENT) this.profile.quality.rejected[reason]!++;
    const at = Math.max(0, time - this.fromUs);
    this.profile.lose(at, this.#thread(thread), reason, this.#stack(stack));
  }

  /** Counts ticks that were missed up to a time of the whole. */
  miss(time: number, ticks: number): void {
    this.profile.timeline.miss(Math.max(0, time - this.fromUs), ticks);
  }

  /** Takes over the other counts as they are. */
  settle(quality: Quality): void {
    this.#renew();
    const { samples, filtered } = this.profile.quality;
    Object.assign(this.profile.quality, structuredClone(quality), { samples, filtered });
  }

  /**
   * Takes over the other counts, from where they stood at the beginning to where they stand at the end.
   * @param next the part that follows.
   */
  close(before: Quality, after: Quality, next?: PartProfile): void {
    this.#renew();
    for (const [own, id] of this.#processIds.entries()) {
      const info = this.whole.processes[id]!;
      const ended = next?.processCounts[id] ?? info.quality;
      const quality = subtract(ended, this.processCounts[id] ?? emptyQuality());
      quality.samples = this.#processSamples[own]!;
      this.profile.processes[own] = { ...info, quality };
    }
    const { samples, rejected, filtered } = this.profile.quality;
    const own = { samples, rejected: [...rejected], filtered };
    Object.assign(this.profile.quality, subtract(after, before), own);
  }

  /** Threads can get other names, and processes come to their end. */
  #renew(): void {
    for (const [own, seen] of this.#seen.entries()) {
      const now = this.whole.threads[seen.id]!;
      if (now === seen.thread) continue;
      seen.thread = now;
      this.profile.threads[own] = this.#describe(now);
    }
    for (const [own, id] of this.#processIds.entries()) {
      this.profile.processes[own] = this.whole.processes[id]!;
    }
  }

  #thread(id: number): number {
    const known = this.#threads.at(id);
    if (known > 0) return known - 1;
    const thread = this.whole.threads[id]!;
    this.#seen.push({ id, thread });
    this.#threads.set(id, this.profile.threads.push(this.#describe(thread)));
    return this.profile.threads.length - 1;
  }

  #describe(thread: Thread): Thread {
    const { process } = thread;
    return process === undefined ? thread : { ...thread, process: this.#process(process) };
  }

  #process(id: number): number {
    const known = this.#processes.at(id);
    if (known > 0) return known - 1;
    this.#processIds.push(id);
    this.#processSamples.push(0);
    this.#processes.set(id, this.profile.processes.push(this.whole.processes[id]!));
    return this.profile.processes.length - 1;
  }

  #stack(id: number): number {
    const { prefix, frame } = this.whole.stacks;
    const fresh: number[] = [];
    let at = id;
    for (; at !== NO_STACK && this.#stacks.at(at) === 0; at = prefix.at(at)) fresh.push(at);
    let own = at === NO_STACK ? NO_STACK : this.#stacks.at(at) - 1;
    for (let i = fresh.length - 1; i >= 0; i--) {
      own = this.profile.stacks.push(own, this.#frame(frame.at(fresh[i]!)));
      this.#stacks.set(fresh[i]!, own + 1);
    }
    return own;
  }

  #frame(id: number): number {
    const known = this.#frames.at(id);
    if (known > 0) return known - 1;
    const { frames } = this.whole;
    const own = this.profile.frames.push({
      file: this.#string(frames.file.at(id)),
      name: this.#string(frames.name.at(id)),
      firstLine: frames.firstLine.at(id),
      line: frames.line.at(id),
      endLine: frames.endLine.at(id),
      column: frames.column.at(id),
      endColumn: frames.endColumn.at(id),
      opcode: frames.opcode.at(id),
      kind: frames.kind.at(id),
    });
    this.#frames.set(id, own + 1);
    return own;
  }

  #string(id: number): number {
    const known = this.#strings.at(id);
    if (known > 0) return known - 1;
    this.#strings.set(id, this.profile.strings.push(this.whole.strings[id] ?? ""));
    return this.profile.strings.length - 1;
  }
}

/** What has been counted since. */
function subtract(after: Quality, before: Quality): Quality {
  const difference = emptyQuality();
  for (const [name, count] of Object.entries(after)) {
    if (typeof count === "number") difference[name as "ticks"] = count - before[name as "ticks"];
  }
  after.rejected.forEach((count, reason) => {
    difference.rejected[reason] = count - (before.rejected[reason] ?? 0);
  });
  return difference;
}
