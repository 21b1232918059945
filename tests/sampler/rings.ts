/** Small rings, and readers of what is in them. */
import { Profile } from "../../src/profile/profile.ts";
import type { Metadata } from "../../src/profile/metadata.ts";
import { drain } from "../../src/sampler/records.ts";
import { createRing, openRing, type Ring, RingReader } from "../../src/sampler/ring.ts";

/**
 * A ring of so many words (a power of two).
 * @param position where its writer and its reader stand in the endless row of words.
 */
export function smallRing(words: number, position = 0): Ring {
  const header = createRing().words.byteOffset;
  const ring = openRing(new SharedArrayBuffer(header + words * 4));
  ring.control.fill(position, 1, 3);
  return ring;
}

/** A profile with nothing in it. */
export function emptyProfile(): Profile {
  const metadata: Metadata = {
    tool: "tachyon",
    toolVersion: "0",
    pid: 1,
    command: [],
    pythonVersion: "3.14.0",
    freeThreaded: false,
    mode: "wall",
    consistency: "verified",
    allThreads: true,
    intervalUs: 100,
    startedAt: 0,
  };
  return new Profile(metadata);
}

/** A sample as it was drained. */
export interface Drained {
  readonly time: number;
  readonly thread: number;
  readonly stack: number;
  readonly flags: number;
}

/** Drains a ring into a profile, and counts as the main thread does. */
export class Drain {
  readonly profile: Profile;
  readonly samples: Drained[] = [];
  readonly #reader: RingReader;

  constructor(ring: Ring) {
    this.profile = emptyProfile();
    this.#reader = new RingReader(ring);
  }

  /** Reads all that waits. */
  run(): number {
    const batches = drain(this.#reader, this.profile);
    for (const batch of batches) {
      this.profile.add(batch);
      for (let i = 0; i < batch.length; i++) {
        const [time, thread] = [batch.time[i]!, batch.thread[i]!];
        this.samples.push({ time, thread, stack: batch.stack[i]!, flags: batch.flags[i]! });
      }
    }
    return batches.length;
  }

  /** A stack as text: leaf first, `file:name:line`. */
  textOf(stack: number): string[] {
    const { strings, frames, stacks } = this.profile;
    return stacks.frames(stack).map((frame) => {
      return [strings[frames.file.at(frame)], strings[frames.name.at(frame)], frames.line.at(frame)]
        .join(":");
    });
  }
}
