/** Files of any kind that can be replayed, told apart by what is in them and not by their names. */

import type { ByteSource } from "../byte_source.ts";
import { Damage } from "../damage.ts";
import { isRecordingFault, type RecordingFault } from "../fault.ts";
import { openRecording } from "../open.ts";
import type { Recording } from "../recording.ts";
import { looksCollapsed, openCollapsed } from "./collapsed.ts";
import type { CallInput, InputFault, StackInput } from "./input.ts";
import { looksMarshalled, readPstats } from "./pstats.ts";
import { isSpeedscope, openSpeedscope } from "./speedscope.ts";

/** As much as tells one kind from another. */
const HEAD = 64 * 1024;
/** JSON and marshalled files are read at once, so there is an end to their size. */
const MOST_AT_ONCE = 256 * 1024 * 1024;

/** All that a file can be. */
export type Input = StackInput | CallInput;

/** Opens a file; never throws for what is in it. */
export function openInput(source: ByteSource): Input | InputFault | RecordingFault {
  const head = source.readAt(0, HEAD).slice();
  if (head.length === 0) return { fault: "empty", detail: "is empty" };
  try {
    if (beginsRecording(head)) {
      const recording = openRecording(source);
      return isRecordingFault(recording) ? recording : describeRecording(recording);
    }
    if (looksMarshalled(head)) return isTooLarge(source) ?? readPstats(readAll(source));
    const text = new TextDecoder().decode(head);
    if (/^\s*[{[]/.test(text)) return isTooLarge(source) ?? openJson(readAll(source));
    if (looksCollapsed(text, head.length === source.size)) return openCollapsed(source, text);
  } catch (error) {
    if (error instanceof Damage) return { fault: "damaged", detail: error.message };
    throw error;
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  return { fault: "unknown-kind", detail: gzip ? "is packed with gzip" : "is no profile we know" };
}

/** `HCAT` or `TACH`; a recording that was never finished begins with ours of zeros. */
function beginsRecording(head: Uint8Array): boolean {
  const magic = String.fromCharCode(...head.subarray(0, 4));
  return magic === "HCAT" || magic === "TACH" || head.length >= 64 && magic === "\0\0\0\0";
}

function describeRecording(recording: Recording): StackInput {
  return {
    kind: "recording",
    knows: "samples",
    profile: recording.profile,
    read: () => recording.read(),
    progress: () => recording.progress,
    summary: () => recording.summary,
    notes: () => [...describeMeasured(recording), ...describeRecovery(recording)],
  };
}

function describeRecovery({ recovered }: Recording): string[] {
  return recovered === undefined ? [] : [recovered.what];
}

/** CPython counts what it failed to read, but not of what. */
function describeMeasured({ measured }: Recording): string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
  const parts: string[] = [];
  if (measured?.failed) parts.push(`${percent(measured.failed)} of its readings failed`);
  if (measured?.missed !== undefined && measured.missed > 0) {
    parts.push(`${percent(measured.missed)} of its samples were missed`);
  }
  return parts.length === 0 ? [] : [`By the recording's own count ${parts.join(", and ")}.`];
}

function openJson(bytes: Uint8Array): Input | InputFault {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { fault: "damaged", detail: "it is not valid JSON" };
  }
  if (!isSpeedscope(json)) {
    return { fault: "unknown-kind", detail: "is JSON, but not of speedscope" };
  }
  return openSpeedscope(json);
}

function isTooLarge({ size }: ByteSource): InputFault | undefined {
  if (size <= MOST_AT_ONCE) return undefined;
  return {
    fault: "too-large",
    detail: `has ${size} bytes; files of its kind are read up to 256 MiB`,
  };
}

function readAll(source: ByteSource): Uint8Array {
  return source.readAt(0, source.size).slice();
}
