import type { ByteSource } from "./macho.ts";

/** A file that is open; `close` it. */
export interface OpenFile extends ByteSource {
  close(): void;
}

/** Opens a regular file for positional reads; undefined if that is not possible. */
export function openFile(path: string): OpenFile | undefined {
  let file: Deno.FsFile;
  try {
    // A pipe in its place would make us wait.
    if (!Deno.statSync(path).isFile) return undefined;
    file = Deno.openSync(path);
  } catch {
    return undefined;
  }
  return {
    read: (offset, length) => readAt(file, offset, length),
    close: () => file.close(),
  };
}

function readAt(file: Deno.FsFile, offset: number, length: number): Uint8Array {
  if (!Number.isSafeInteger(offset) || offset < 0 || length <= 0) return new Uint8Array(0);
  try {
    const { size } = file.statSync();
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    file.seekSync(offset, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = file.readSync(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } catch {
    return new Uint8Array(0);
  }
}
