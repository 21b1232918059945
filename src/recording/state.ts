/**
 * What a profile counts besides samples, in our chunks: quality, readings lost, rejections over time. Each
 * chunk has what has changed since the one before, so that a file that ends early has all up to there.
 */

import type { Profile } from "../profile/profile.ts";
import type { Quality } from "../profile/quality.ts";
import { REJECTIONS } from "../profile/quality.ts";
import { type Column } from "../profile/tables.ts";
import { Timeline } from "../profile/timeline.ts";
import type { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { type ChunkWriter, SECTION, type Sections } from "./chunk.ts";
import { Damage } from "./damage.ts";

/** Order of the counts in the section; append only. */
const COUNTS = [
  "ticks",
  "missedTicks",
  "withheldTicks",
  "samples",
  "exact",
  "controlTried",
  "control",
  "retried",
  "repaired",
  "empty",
  "dropped",
  "filtered",
] as const satisfies readonly Exclude<keyof Quality, "rejected">[];

/** Order of the columns of losses. */
const LOSSES = ["rejectedAt", "replacedAt", "replacedBy"] as const;

/** Missed ticks stand where a thread would, in a section where threads begin at 1. */
const MISSED = 0;

/** Remembers what has been written of a profile's counts. */
export class StateWriter {
  readonly #losses = LOSSES.map((): Int32Array => new Int32Array(0));
  readonly #timeline = new Timeline();
  /** Where the time line may have changed since. */
  #from = 0;

  /** Adds what has changed to a chunk. */
  write(chunk: ChunkWriter, profile: Profile): void {
    chunk.add(SECTION.quality, writeQuality(profile.quality));
    chunk.add(SECTION.losses, this.#writeLosses(profile));
    chunk.add(SECTION.timeline, this.#writeTimeline(profile));
  }

  #writeLosses(profile: Profile): ByteWriter {
    const writer = new ByteWriter();
    for (const [kind, name] of LOSSES.entries()) {
      const now = profile[name].view();
      const before = this.#losses[kind] = withRoom(this.#losses[kind]!, now.length);
      for (let stack = 0; stack < now.length; stack++) {
        const more = now[stack]! - before[stack]!;
        if (more <= 0) continue;
        before[stack] = now[stack]!;
        writer.u8(kind);
        writer.varint(stack);
        writer.varint(more);
      }
    }
    return writer;
  }

  #writeTimeline({ timeline, threads }: Profile): ByteWriter {
    const writer = new ByteWriter();
    const known = this.#timeline;
    // Brings what is known to the same length of a step.
    if (timeline.length > 0) known.miss((timeline.length - 1) * timeline.stepUs, 0);
    // What was read just before may be told just after.
    const first = Math.max(0, Math.floor(this.#from / timeline.stepUs) - 1);
    for (let step = first; step < timeline.length; step++) {
      const time = step * timeline.stepUs;
      const put = (who: number, reason: number, count: number): void => {
        if (count <= 0) return;
        writer.varint(time);
        writer.varint(who);
        writer.varint(reason);
        writer.varint(count);
      };
      const missed = timeline.missedAt(step) - known.missedAt(step);
      put(MISSED, 0, missed);
      known.miss(time, missed);
      for (let thread = 0; thread < threads.length; thread++) {
        const now = timeline.at(step, thread).rejected;
        const before = known.at(step, thread).rejected;
        for (let reason = 0; reason < now.length; reason++) {
          const more = now[reason]! - before[reason]!;
          put(1 + thread, reason, more);
          if (more > 0) known.reject(time, thread, reason, more);
        }
      }
    }
    this.#from = Math.max(0, timeline.length - 1) * timeline.stepUs;
    return writer;
  }
}

function withRoom(array: Int32Array, length: number): Int32Array {
  if (length <= array.length) return array;
  const larger = new Int32Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}

function writeQuality(quality: Quality): ByteWriter {
  const writer = new ByteWriter();
  writer.varint(COUNTS.length);
  for (const name of COUNTS) writer.varint(quality[name]);
  writer.varint(quality.rejected.length);
  for (const count of quality.rejected) writer.varint(count);
  return writer;
}

/**
 * Adds the counts of a chunk to a profile.
 * @throws Damage
 */
export function readState(sections: Sections, profile: Profile): void {
  const quality = sections.get(SECTION.quality);
  if (quality !== undefined) readQuality(quality, profile.quality);
  const losses = sections.get(SECTION.losses);
  while (losses !== undefined && losses.left > 0) {
    const kind = LOSSES[losses.u8()];
    if (kind === undefined) throw new Damage("a loss of an unknown kind");
    const column: Column = profile[kind];
    column.add(losses.index(profile.stacks.length), losses.varint());
  }
  const timeline = sections.get(SECTION.timeline);
  while (timeline !== undefined && timeline.left > 0) {
    const time = timeline.varint();
    const who = timeline.index(profile.threads.length + 1);
    const reason = timeline.index(REJECTIONS.length);
    const count = timeline.varint();
    if (who === MISSED) profile.timeline.miss(time, count);
    else profile.timeline.reject(time, who - 1, reason, count);
  }
}

function readQuality(reader: ByteReader, quality: Quality): void {
  const counts = Array.from({ length: reader.count() }, () => reader.varint());
  for (const [i, name] of COUNTS.entries()) quality[name] = counts[i] ?? 0;
  const rejected = Array.from({ length: reader.count() }, () => reader.varint());
  quality.rejected = REJECTIONS.map((_, reason) => rejected[reason] ?? 0);
}
