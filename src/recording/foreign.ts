/** Recordings that CPython's `profiling.sampling` wrote. */

import type { Metadata, Summary } from "../profile/metadata.ts";
import { Profile, type SampleBatch } from "../profile/profile.ts";
import { NO_STACK } from "../profile/tables.ts";
import { ByteReader } from "./byte_reader.ts";
import type { ByteSource } from "./byte_source.ts";
import { Damage } from "./damage.ts";
import { MOST } from "./limits.ts";
import { RecordReader } from "./record_reader.ts";
import type { Recording, Recovery } from "./recording.ts";
import { readRegion } from "./region.ts";
import { StackIndex } from "./stack_index.ts";
import {
  FEATURE,
  FOOTER_SIZE,
  type Header,
  HEADER_SIZE,
  LEAST_FRAME_BYTES,
  MODES,
  readFooter,
  readStatistics,
  type Statistics,
  STATISTICS_ROOM,
} from "./tach.ts";
import { readTables } from "./tach_tables.ts";
import { TimeOrder } from "../profile/time_order.ts";

/**
 * Samples of one thread that its writer may hold back while others go on, as one stack again and again;
 * and how many of all threads are held back here so as to put them in order.
 */
const HELD_BACK = 8 * 1024;
const LEAST_HELD = 64 * 1024;
const MOST_HELD = 8 * 1024 * 1024;
const NO_BYTES = new Uint8Array(0);

/**
 * Opens a recording of CPython's.
 * @throws Damage
 */
export function openForeign(
  source: ByteSource,
  header: Header,
  littleEndian: boolean,
): Recording {
  const { size } = source;
  const { strings, frames } = header;
  const end = size - FOOTER_SIZE;
  if (!(strings >= HEADER_SIZE && frames >= strings && frames <= end)) {
    throw new Damage("its tables are not where its header says");
  }
  const footer = readFooter(source.readAt(end, FOOTER_SIZE), littleEndian);
  if (footer.strings > frames - strings || footer.frames > (end - frames) / LEAST_FRAME_BYTES) {
    throw new Damage("its tables are smaller than its footer says");
  }
  if (end - strings > MOST.tables || footer.strings > MOST.strings || footer.frames > MOST.frames) {
    throw new Damage("its tables are too large");
  }
  if (header.mode >= MODES.length) throw new Damage("its header has an unknown mode");
  const before = Math.max(frames, end - STATISTICS_ROOM);
  const statistics = readStatistics(source.readAt(before, end - before), littleEndian)?.statistics;
  const profile = new Profile(describe(header));
  const tables = source.readAt(strings, end - strings);
  readTables(
    profile,
    footer,
    new ByteReader(tables.subarray(0, frames - strings)),
    new ByteReader(tables.subarray(frames - strings)),
  );
  return new ForeignRecording(source, header, littleEndian, profile, statistics);
}

function describe({ python, mode, features, threads, intervalUs }: Header): Metadata {
  const has = (feature: number): boolean => features >= 0 && (features & feature) !== 0;
  return {
    tool: "profiling.sampling",
    toolVersion: python.join("."),
    pid: 0,
    command: [],
    // The profiler and its target always have the same.
    pythonVersion: python.join("."),
    freeThreaded: false,
    mode: MODES[mode] ?? "wall",
    consistency: has(FEATURE.blocking) ? "blocking" : "verified",
    allThreads: features >= 0 ? has(FEATURE.allThreads) : threads > 1,
    ...(features < 0 ? {} : {
      features: {
        native: has(FEATURE.native),
        gc: has(FEATURE.gc),
        opcodes: has(FEATURE.opcodes),
      },
    }),
    intervalUs,
    startedAt: 0,
  };
}

/** The frames of CPython's profiler in the programs that it starts; its own replay hides them, too. */
function findInternal({ strings, frames }: Profile): Set<number> {
  const found = new Set<number>();
  for (const [frame, file] of frames.file.view().entries()) {
    if (strings[file]!.endsWith("_sync_coordinator.py")) found.add(frame);
  }
  return found;
}

class ForeignRecording implements Recording {
  readonly writer = "cpython";
  readonly metadata: Metadata;
  readonly samples: number;
  readonly measured?: { readonly failed?: number; readonly missed?: number };
  recovered: Recovery | undefined;
  #at = HEADER_SIZE;
  /** Times of the first and the last tick. */
  #first: number | undefined;
  #last = -Infinity;

  constructor(
    readonly source: ByteSource,
    readonly header: Header,
    readonly littleEndian: boolean,
    readonly profile: Profile,
    readonly statistics: Statistics | undefined,
  ) {
    this.metadata = profile.metadata;
    this.samples = header.samples;
    if (statistics !== undefined) this.measured = statistics;
  }

  get summary(): Summary {
    const seen = this.#first === undefined ? 0 : this.#last - this.#first;
    return { durationUs: this.statistics?.durationUs ?? seen, ending: "duration" };
  }

  get progress(): number {
    return (this.#at - HEADER_SIZE) / Math.max(1, this.header.strings - HEADER_SIZE);
  }

  *read(): Generator<SampleBatch> {
    const { profile, header } = this;
    const order = new TimeOrder();
    const records = new RecordReader(
      profile,
      new StackIndex(profile.stacks),
      order,
      this.littleEndian,
      header.samples,
      findInternal(profile),
    );
    try {
      for (const _ of this.#decode(records)) {
        const held = Math.min(MOST_HELD, Math.max(LEAST_HELD, HELD_BACK * profile.threads.length));
        if (order.length > 2 * held) yield* this.#release(order, held);
      }
      if (records.samples < header.samples) throw new Damage("samples are missing");
      this.#at = header.strings;
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      const { samples } = records;
      this.recovered = {
        kind: "damaged",
        what:
          `The recording is damaged (${error.message}); ${samples} of ${header.samples} samples could be read.`,
        lostBytes: header.strings - this.#at,
      };
    }
    yield* this.#release(order, 0);
  }

  /** Decodes piece by piece, and stops after each. */
  *#decode(records: RecordReader): Generator<void> {
    const { strings, compressed } = this.header;
    const parts = readRegion(this.source, HEADER_SIZE, strings, compressed, (at) => this.#at = at);
    for (const part of parts) {
      if (part.kind !== "records") continue;
      records.feed(part.bytes, false);
      yield;
    }
    records.feed(NO_BYTES, true);
  }

  *#release(order: TimeOrder, keep: number): Generator<SampleBatch> {
    const { quality } = this.profile;
    for (const batch of order.release(keep)) {
      const { time, stack, length } = batch;
      const first = this.#first ??= time[0]!;
      for (let i = 0; i < length; i++) {
        const at = time[i]!;
        if (at > this.#last) {
          this.#last = at;
          quality.ticks++;
        }
        time[i] = at - first;
        if (stack[i] === NO_STACK) quality.empty++;
        else quality.samples++;
      }
      this.profile.add(batch);
      yield batch;
    }
  }
}
