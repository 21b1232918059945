/**
 * The fixed parts of TACH version 1, the recording format of CPython 3.15's `profiling.sampling`: its
 * header, statistics and footer. `docs/recording.md` has the whole layout.
 */

import { ByteWriter } from "./byte_writer.ts";

export const HEADER_SIZE = 64;
export const FOOTER_SIZE = 32;
/** Bytes before the footer that have all of the statistics, if there are any. */
export const STATISTICS_ROOM = 56;
/** Frames of a stack that the format holds: the innermost ones. */
export const MOST_FRAMES = 256;
/** No opcode in a frame. */
export const NO_OPCODE = 255;
/** Smallest size of an entry of the frame table. */
export const LEAST_FRAME_BYTES = 7;

/** How a record tells its stack. */
export const RECORD = {
  /** As before, so many times. */
  repeat: 0,
  full: 1,
  /** So many frames at the root stay, others go on top of all that stays. */
  suffix: 2,
  /** So many frames at the leaf go, others come in their place. */
  popPush: 3,
} as const;

const MAGIC = 0x54414348;
const VERSION = 1;
const STATISTICS_MARK = "TACHSTAT";
const STATISTICS_VERSION = 1;
const STATISTICS_SIZE = STATISTICS_ROOM;
const SHORT_STATISTICS_SIZE = 32;

/** Modes by their number in the header, less one. */
export const MODES = ["wall", "cpu", "gil", "all", "exception"] as const;

/** Features by their bit in the header. */
export const FEATURE = { allThreads: 1, native: 2, gc: 4, opcodes: 8, blocking: 16 } as const;

/** The first 64 bytes. */
export interface Header {
  /** Version of the Python that wrote it: major, minor, micro. */
  readonly python: readonly [number, number, number];
  /** Clock at the start, µs; times of samples count from it. */
  readonly start: number;
  readonly intervalUs: number;
  readonly samples: number;
  readonly threads: number;
  /** Offset of the string table, which is the end of the samples; 0 in an unfinished file. */
  readonly strings: number;
  /** Offset of the frame table. */
  readonly frames: number;
  readonly compressed: boolean;
  /** Index into {@link MODES}; −1 if not known. */
  readonly mode: number;
  /** An or of {@link FEATURE}; −1 if not known. */
  readonly features: number;
}

/** How a capture went, as its statistics block has it. */
export interface Statistics {
  readonly durationUs: number;
  /** Readings per second. */
  readonly rateHz: number;
  /** Share of readings that failed, 0 to 1; absent if not known. */
  readonly failed?: number;
  /** Share of readings that were due and not made; absent if not known. */
  readonly missed?: number;
}

/** The last 32 bytes. */
export interface Footer {
  readonly strings: number;
  readonly frames: number;
}

export function writeHeader(header: Header): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(HEADER_SIZE);
  writer.u32(MAGIC);
  writer.u32(VERSION);
  for (const part of header.python) writer.u8(part);
  writer.u8(0);
  writer.u64(header.start);
  writer.u64(header.intervalUs);
  writer.u64(header.samples);
  writer.u32(header.threads);
  writer.u64(header.strings);
  writer.u64(header.frames);
  writer.u32(header.compressed ? 1 : 0);
  writer.u32(header.mode + 1 | (header.features < 0 ? 0 : 8 | header.features << 4));
  return writer.take();
}

/** What the first bytes of a file are not, if they are no header that we read. */
export type HeaderTrouble = "no-recording" | "other-version";

/**
 * Reads a header of either byte order.
 * @param bytes the first 64 bytes of a file.
 */
export function readHeader(
  bytes: Uint8Array,
): { readonly header: Header; readonly littleEndian: boolean } | HeaderTrouble {
  if (bytes.length < HEADER_SIZE) return "no-recording";
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const littleEndian = view.getUint32(0, true) === MAGIC;
  if (!littleEndian && view.getUint32(0) !== MAGIC) return "no-recording";
  const u32 = (at: number): number => view.getUint32(at, littleEndian);
  const u64 = (at: number): number => Number(view.getBigUint64(at, littleEndian));
  if (u32(4) !== VERSION) return "other-version";
  const capture = u32(60);
  const header: Header = {
    python: [bytes[8]!, bytes[9]!, bytes[10]!],
    start: u64(12),
    intervalUs: u64(20),
    samples: u64(28),
    threads: u32(36),
    strings: u64(40),
    frames: u64(48),
    compressed: u32(56) === 1,
    mode: (capture & 7) - 1,
    features: (capture & 8) === 0 ? -1 : capture >>> 4 & 31,
  };
  return { header, littleEndian };
}

export function writeStatistics(statistics: Statistics): Uint8Array<ArrayBuffer> {
  const { durationUs, rateHz, failed, missed } = statistics;
  const writer = new ByteWriter(STATISTICS_SIZE);
  writer.f64(durationUs / 1e6);
  writer.f64(rateHz);
  writer.f64((failed ?? 0) * 100);
  writer.f64((missed ?? 0) * 100);
  writer.u32((failed === undefined ? 0 : 1) | (missed === undefined ? 0 : 2));
  writer.u32(0);
  writer.bytes(new TextEncoder().encode(STATISTICS_MARK));
  writer.u32(STATISTICS_VERSION);
  writer.u32(STATISTICS_SIZE);
  return writer.take();
}

/**
 * Reads the statistics from the bytes that end where the footer begins.
 * @returns undefined if there are none or they make no sense; with them, how many bytes they take.
 */
export function readStatistics(
  bytes: Uint8Array,
  littleEndian: boolean,
): { readonly statistics: Statistics; readonly size: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length;
  if (end < SHORT_STATISTICS_SIZE) return undefined;
  const mark = new TextDecoder().decode(bytes.subarray(end - 16, end - 8));
  const version = view.getUint32(end - 8, littleEndian);
  if (mark !== STATISTICS_MARK || version !== STATISTICS_VERSION) return undefined;
  const size = view.getUint32(end - 4, littleEndian);
  if (size > end || (size !== STATISTICS_SIZE && size !== SHORT_STATISTICS_SIZE)) return undefined;
  const f64 = (at: number): number => view.getFloat64(end - size + at, littleEndian);
  const present = size === STATISTICS_SIZE ? view.getUint32(end - size + 32, littleEndian) : 0;
  const durationUs = Math.round(f64(0) * 1e6);
  const rateHz = f64(8);
  if (!(durationUs >= 0 && durationUs < 2 ** 53 && rateHz >= 0 && rateHz < 2 ** 53)) {
    return undefined;
  }
  const [failed, missed] = [16, 24].map((at, bit) => {
    const percent = (present & 1 << bit) === 0 ? NaN : f64(at);
    return Number.isFinite(percent) ? Math.max(0, percent / 100) : undefined;
  });
  return {
    size,
    statistics: {
      durationUs,
      rateHz,
      ...(failed === undefined ? {} : { failed }),
      ...(missed === undefined ? {} : { missed }),
    },
  };
}

/** @param fileSize of the whole file, footer included. */
export function writeFooter(
  { strings, frames }: Footer,
  fileSize: number,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(FOOTER_SIZE);
  writer.u32(strings);
  writer.u32(frames);
  writer.u64(fileSize);
  writer.u64(0);
  writer.u64(0);
  return writer.take();
}

/** @param bytes the last 32 bytes of a file. */
export function readFooter(bytes: Uint8Array, littleEndian: boolean): Footer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { strings: view.getUint32(0, littleEndian), frames: view.getUint32(4, littleEndian) };
}
