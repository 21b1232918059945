/** The samples of steady visits in our chunks, in the order in which a profile took them in. */

import type { Profile, SampleBatch } from "../profile/profile.ts";
import { VISIT_SHIFT } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";
import { ByteWriter } from "./byte_writer.ts";
import { Damage } from "./damage.ts";
import { type ChunkWriter, SECTION, type Sections } from "./chunk.ts";

/** Collects those samples between one chunk and the next. */
export class ControlWriter {
  readonly #section = new ByteWriter();
  #seen = false;

  /** Takes in one sample of a batch. */
  add({ thread, stack, flags }: SampleBatch, i: number): void {
    const visit = flags[i]! >>> VISIT_SHIFT;
    if (visit > 0 && stack[i] !== NO_STACK) this.#put(visit, thread[i]!, stack[i]!);
  }

  write(chunk: ChunkWriter): void {
    chunk.add(SECTION.control, this.#section);
    this.#section.length = 0;
  }

  /** The group of a profile whose batches do not tell visits: one that was read from a recording. */
  writeRest(chunk: ChunkWriter, { control }: Profile): void {
    if (this.#seen) return;
    for (let i = 0; i < control.length; i++) {
      this.#put(control.visit.at(i), control.thread.at(i), control.stack.at(i));
    }
    this.write(chunk);
  }

  #put(visit: number, thread: number, stack: number): void {
    this.#seen = true;
    this.#section.varint(visit);
    this.#section.varint(thread);
    this.#section.varint(stack);
  }
}

/**
 * Adds the control group of a chunk to a profile.
 * @throws Damage
 */
export function readControl(sections: Sections, { control, threads, stacks }: Profile): void {
  const reader = sections.get(SECTION.control);
  while (reader !== undefined && reader.left > 0) {
    const visit = reader.index(1 << 24);
    if (visit === 0) throw new Damage("a sample of no visit among those of visits");
    control.add(visit, reader.index(threads.length), reader.index(stacks.length));
  }
}
