/** The `binary` format: a recording that CPython 3.15 replays and that we read whole, finished or not. */

import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";
import { judgeQuality, recordsQuality } from "../src/analysis/trust.ts";
import { ChunkWriter, SECTION } from "../src/recording/chunk.ts";
import { ControlWriter } from "../src/recording/control.ts";
import { ProcessWriter } from "../src/recording/processes.ts";
import { RecordWriter } from "../src/recording/record_writer.ts";
import { StateWriter } from "../src/recording/state.ts";
import { TableWriter } from "../src/recording/tables.ts";
import {
  FEATURE,
  FOOTER_SIZE,
  type Header,
  MODES,
  writeFooter,
  writeHeader,
  writeStatistics,
} from "../src/recording/tach.ts";
import { writeTables } from "../src/recording/tach_tables.ts";
import { writeTrailer } from "../src/recording/trailer.ts";
import { compress, EMPTY_FRAME, store } from "../src/recording/zstd.ts";
import { SourceDigests } from "../src/report/source_digests.ts";
import type { Bytes, Collector } from "./collector.ts";

/** What is held at most before it is handed over: time of samples, µs; and bytes of records. */
const FLUSH_US = 200_000;
const FLUSH_BYTES = 1024 * 1024;

/** What can be asked of a recording. */
export interface BinaryOptions {
  /**
   * `none` stores samples as they are, which takes no time; they still stand in zstd frames, since our
   * tables need a place between them. Absent: `zstd`.
   */
  readonly compression?: "zstd" | "none";
}

/** Writes a recording as it goes; see {@link BinaryCollector}. */
export function createBinary(options: BinaryOptions): Collector {
  return new BinaryCollector(options.compression === "none" ? store : compress);
}

/**
 * Five times a second hands over all samples so far, and before them the names and stacks that are new in
 * them, so that what has been handed over can be read whatever happens next.
 */
class BinaryCollector implements Collector {
  readonly #records = new RecordWriter();
  readonly #tables = new TableWriter();
  readonly #state = new StateWriter();
  readonly #control = new ControlWriter();
  readonly #processes = new ProcessWriter();
  #sources: SourceDigests | undefined;
  #header: Header | undefined;
  /** Bytes handed over. */
  #written = 0;
  /** Time of the sample that was the last handed over, µs. */
  #flushed = 0;

  constructor(readonly pack: (records: Uint8Array) => Uint8Array) {}

  *begin(metadata: Metadata): Bytes {
    this.#header = describe(metadata);
    this.#sources = new SourceDigests(metadata);
    const chunk = new ChunkWriter();
    chunk.addJson(SECTION.metadata, metadata);
    yield this.#count(writeHeader(this.#header));
    yield this.#count(EMPTY_FRAME);
    yield this.#count(chunk.finish(false));
  }

  *add(profile: Profile, batch: SampleBatch): Bytes {
    for (let i = 0; i < batch.length; i++) {
      const time = batch.time[i]!;
      const waiting = this.#records.length;
      if (waiting >= FLUSH_BYTES || waiting > 0 && time - this.#flushed >= FLUSH_US) {
        yield* this.#flush(profile, time);
      }
      this.#records.add(profile, batch, i);
      this.#control.add(batch, i);
    }
  }

  *finish(profile: Profile, summary: Summary): Bytes {
    if (this.#records.length > 0) yield* this.#flush(profile, summary.durationUs);
    const chunk = yield* this.#openChunk(profile);
    this.#state.write(chunk, profile);
    this.#processes.write(chunk, profile, true);
    this.#control.writeRest(chunk, profile);
    chunk.addJson(SECTION.summary, summary);
    const lastChunk = this.#written;
    yield this.#count(chunk.finish(true));

    const strings = this.#written;
    const { stringBytes, ...footer } = yield* this.#writeTables(profile);
    yield this.#count(writeTrailer(lastChunk));
    const trust = judgeQuality(profile.metadata, profile.quality, summary);
    yield this.#count(writeStatistics({
      durationUs: summary.durationUs,
      rateHz: trust.achievedHz,
      ...(recordsQuality(profile.metadata) ? { failed: trust.rejected, missed: trust.missed } : {}),
    }));
    yield this.#count(writeFooter(footer, this.#written + FOOTER_SIZE));
    this.#header = {
      ...describe(profile.metadata),
      samples: this.#records.samples,
      threads: this.#records.threads,
      strings,
      frames: strings + stringBytes,
    };
  }

  head(): Uint8Array {
    if (this.#header === undefined) throw new Error("a recording has no head before it begins");
    return writeHeader(this.#header);
  }

  *#flush(profile: Profile, time: number): Bytes {
    const { records, turns } = this.#records.take();
    const chunk = yield* this.#openChunk(profile);
    chunk.add(SECTION.turns, turns);
    this.#state.write(chunk, profile);
    this.#processes.write(chunk, profile, false);
    this.#control.write(chunk);
    const soFar: Summary = { durationUs: Math.max(0, time), ending: "interrupted" };
    chunk.addJson(SECTION.summary, soFar);
    yield this.#count(chunk.finish(false));
    yield this.#count(this.pack(records));
    this.#flushed = time;
  }

  /** Writes all that is new in the profile's tables; the last chunk of it is still open. */
  *#openChunk(profile: Profile): Generator<Uint8Array, ChunkWriter> {
    for (const [path, digest] of this.#sources?.take(profile) ?? []) {
      this.#tables.putDigest(path, digest);
    }
    let chunk = new ChunkWriter();
    while (!this.#tables.write(chunk, profile)) {
      yield this.#count(chunk.finish(false));
      chunk = new ChunkWriter();
    }
    return chunk;
  }

  *#writeTables(profile: Profile): ReturnType<typeof writeTables> {
    const tables = writeTables(profile);
    for (;;) {
      const { done, value } = tables.next();
      if (done === true) return value;
      this.#count(value);
      yield value;
    }
  }

  #count(piece: Uint8Array): Uint8Array {
    this.#written += piece.length;
    return piece;
  }
}

/** The header as it is known from the start; what is 0 in it shows that the file is not finished. */
function describe(metadata: Metadata): Header {
  const { features } = metadata;
  const bits = (metadata.allThreads ? FEATURE.allThreads : 0) |
    (features?.native === true ? FEATURE.native : 0) |
    (features?.gc === true ? FEATURE.gc : 0) |
    (features?.opcodes === true ? FEATURE.opcodes : 0) |
    (metadata.consistency === "blocking" ? FEATURE.blocking : 0);
  return {
    python: readVersion(metadata.pythonVersion),
    start: Math.round(metadata.startedAt * 1000),
    intervalUs: Math.round(metadata.intervalUs),
    samples: 0,
    threads: 0,
    strings: 0,
    frames: 0,
    compressed: true,
    mode: MODES.indexOf(metadata.mode),
    features: features === undefined ? -1 : bits,
  };
}

function readVersion(text: string): [number, number, number] {
  const [major = 0, minor = 0, micro = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return [major, minor, micro];
}
