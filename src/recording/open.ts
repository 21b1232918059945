import type { ByteSource } from "./byte_source.ts";
import { Damage } from "./damage.ts";
import {
  damaged,
  hardlyBegun,
  noRecording,
  otherVersion,
  type RecordingFault,
  unfinished,
} from "./fault.ts";
import { openForeign } from "./foreign.ts";
import { openOwn, openUnfinished } from "./own.ts";
import type { Recording } from "./recording.ts";
import { HEADER_SIZE, readHeader } from "./tach.ts";

/**
 * Opens a recording: its header, and where it has them, names and summary.
 * @returns the recording, or why it cannot be read; never throws for what is in the file.
 */
export function openRecording(source: ByteSource): Recording | RecordingFault {
  const first = source.readAt(0, HEADER_SIZE);
  // CPython's writer leaves the header empty until it is through.
  if (first.length === HEADER_SIZE && first.every((byte) => byte === 0)) return unfinished();
  const read = readHeader(first);
  if (read === "no-recording") return noRecording();
  if (read === "other-version") return otherVersion();
  const { header, littleEndian } = read;
  try {
    if (header.strings === 0) return openUnfinished(source, header) ?? hardlyBegun();
    return openOwn(source, header) ?? openForeign(source, header, littleEndian);
  } catch (error) {
    if (error instanceof Damage) return damaged(error.message);
    throw error;
  }
}
