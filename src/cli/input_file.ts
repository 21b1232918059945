/** A file that is read, here and there as its reader wants. */

import type { ByteSource } from "../recording/byte_source.ts";
import type { RecordingFault } from "../recording/fault.ts";
import type { InputFault } from "../recording/inputs/input.ts";
import type { Input } from "../recording/inputs/open.ts";
import { type Fault } from "./errors.ts";
import { inputNotReadable, notReplayable, recordingNotReadable } from "./input_faults.ts";

/** An open file. */
export interface InputFile {
  readonly source: ByteSource;
  close(): void;
}

/** Opens a file for reading. */
export function openInputFile(path: string): InputFile | Fault {
  let file: Deno.FsFile;
  let size: number;
  try {
    // Opening a pipe would wait for somebody to write to it.
    const found = Deno.statSync(path);
    if (!found.isFile) return inputNotReadable(path, "no-file");
    size = found.size;
    file = Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return inputNotReadable(path, exists(`${path}.partial`) ? "partial" : "missing");
    }
    const denied = error instanceof Deno.errors.PermissionDenied;
    return inputNotReadable(path, denied ? "denied" : "other");
  }
  return {
    source: { size, readAt: (offset, length) => readAt(file, size, offset, length) },
    close: () => file.close(),
  };
}

/** Puts into words why an input cannot be read, if it cannot. */
export function explainInput(
  path: string,
  input: Input | InputFault | RecordingFault,
): Input | Fault {
  if ("fault" in input) return notReplayable(path, input);
  return "code" in input ? recordingNotReadable(path, input) : input;
}

function readAt(file: Deno.FsFile, size: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
  if (bytes.length === 0) return bytes;
  file.seekSync(offset, Deno.SeekMode.Start);
  let at = 0;
  while (at < bytes.length) {
    const got = file.readSync(bytes.subarray(at));
    if (got === null) break;
    at += got;
  }
  return bytes.subarray(0, at);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
