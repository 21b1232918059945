/** Our own recordings: tables and counts come from the chunks, samples from the records between them. */

import type { Metadata, Summary } from "../profile/metadata.ts";
import { Profile, type SampleBatch } from "../profile/profile.ts";
import type { ByteSource } from "./byte_source.ts";
import { CHUNK_HEAD, readChunkHead, readJson, readSections, SECTION } from "./chunk.ts";
import type { Sections } from "./chunk.ts";
import { readControl } from "./control.ts";
import { Damage } from "./damage.ts";
import { readMetadata, readSummary } from "./description.ts";
import { MOST } from "./limits.ts";
import { readProcesses } from "./processes.ts";
import { RecordReader } from "./record_reader.ts";
import type { Recording, Recovery } from "./recording.ts";
import { measureReach, readRegion } from "./region.ts";
import { StackIndex } from "./stack_index.ts";
import { readState } from "./state.ts";
import { readTables } from "./tables.ts";
import { type Header, HEADER_SIZE } from "./tach.ts";
import { TimeOrder } from "../profile/time_order.ts";
import { readTrailer } from "./trailer.ts";
import { EMPTY_FRAME } from "./zstd.ts";

/** Where the first chunk of each file stands. */
const FIRST_CHUNK = HEADER_SIZE + EMPTY_FRAME.length;
const NO_BYTES = new Uint8Array(0);

/**
 * Opens a finished recording of ours.
 * @returns undefined if it is not ours.
 * @throws Damage
 */
export function openOwn(source: ByteSource, header: Header): Recording | undefined {
  if (!isOwn(source, header)) return undefined;
  // Cut off by others after it was finished, or damaged: the samples may still be there.
  if (header.strings < FIRST_CHUNK || header.strings > source.size) {
    return openUnfinished(source, header);
  }
  const last = readTrailer(source) ??
    measureReach(source, HEADER_SIZE, header.strings)?.chunk;
  return new OwnRecording(source, header.samples, header.strings, last, undefined);
}

/**
 * Opens a recording of ours that was never finished: all up to the last frame that is complete.
 * @returns undefined if it is not ours, or does not even say where it comes from.
 * @throws Damage
 */
export function openUnfinished(source: ByteSource, header: Header): Recording | undefined {
  if (!isOwn(source, header)) return undefined;
  const reach = measureReach(source, HEADER_SIZE, source.size);
  if (reach === undefined) return undefined;
  const fate = header.strings === 0 ? "was never finished" : "is cut off";
  const lostBytes = reach.complete ? 0 : source.size - reach.end;
  const recovery: Recovery = {
    kind: "unfinished",
    what: lostBytes === 0
      ? `The recording ${fate}, but all samples that were written could be read.`
      : `The recording ${fate}; all but its last ${lostBytes} bytes could be read.`,
    lostBytes,
  };
  return new OwnRecording(source, 0, reach.end, reach.chunk, recovery);
}

function isOwn(source: ByteSource, { compressed }: Header): boolean {
  return compressed && readChunkHead(source.readAt(FIRST_CHUNK, CHUNK_HEAD)) !== undefined;
}

function readChunkAt(source: ByteSource, offset: number): Sections {
  const head = readChunkHead(source.readAt(offset, CHUNK_HEAD));
  if (head === undefined || head.length > Math.min(MOST.chunk, source.size - offset)) {
    throw new Damage("a part of it is not where it should be");
  }
  return readSections(source.readAt(offset, head.length));
}

class OwnRecording implements Recording {
  readonly writer = "tachyon";
  readonly metadata: Metadata;
  readonly profile: Profile;
  recovered: Recovery | undefined;
  #summary: Summary;
  /** As of what has been read. */
  #summaryRead: Summary;
  #at = HEADER_SIZE;

  constructor(
    readonly source: ByteSource,
    readonly samples: number,
    readonly end: number,
    lastChunk: number | undefined,
    recovery: Recovery | undefined,
  ) {
    const first = readChunkAt(source, FIRST_CHUNK);
    const metadata = first.get(SECTION.metadata);
    if (metadata === undefined) throw new Damage("it does not say where it comes from");
    this.metadata = readMetadata(readJson(metadata));
    this.profile = new Profile(this.metadata);
    this.recovered = recovery;
    this.#summaryRead = readSummary(undefined);
    const last = lastChunk === undefined ? undefined : readChunkAt(source, lastChunk);
    this.#summary = summaryOf(last) ?? this.#summaryRead;
  }

  get summary(): Summary {
    return this.#summary;
  }

  get progress(): number {
    return (this.#at - HEADER_SIZE) / Math.max(1, this.end - HEADER_SIZE);
  }

  *read(): Generator<SampleBatch> {
    try {
      yield* this.#readParts();
      this.#at = this.end;
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      this.#summary = this.#summaryRead;
      this.recovered = {
        kind: "damaged",
        what: `The recording is damaged (${error.message}); what comes before could be read.`,
        lostBytes: this.end - this.#at,
      };
    }
  }

  *#readParts(): Generator<SampleBatch> {
    const { profile } = this;
    const order = new TimeOrder();
    const most = this.samples === 0 ? Infinity : this.samples;
    const records = new RecordReader(profile, new StackIndex(profile.stacks), order, true, most);
    let waiting: Sections[] = [];
    const settle = (): void => {
      for (const sections of waiting) this.#count(sections);
      waiting = [];
    };
    const parts = readRegion(this.source, HEADER_SIZE, this.end, true, (at) => this.#at = at);
    for (const part of parts) {
      if (part.kind === "chunk") {
        const sections = readSections(part.bytes);
        readTables(sections, profile);
        readProcesses(sections, profile);
        records.begin(sections.get(SECTION.turns));
        waiting.push(sections);
        if (part.last) settle();
      } else if (part.kind === "records") records.feed(part.bytes, false);
      else {
        records.feed(NO_BYTES, true);
        // Only now is it known that the frame was whole: its checksum comes last.
        for (const batch of order.release(0)) {
          profile.add(batch);
          yield batch;
        }
        settle();
      }
    }
  }

  #count(sections: Sections): void {
    readState(sections, this.profile);
    readControl(sections, this.profile);
    this.#summaryRead = summaryOf(sections) ?? this.#summaryRead;
  }
}

function summaryOf(sections: Sections | undefined): Summary | undefined {
  const section = sections?.get(SECTION.summary);
  return section === undefined ? undefined : readSummary(readJson(section));
}
