/** The way of one output's bytes to its place: whole or not at all, or piece by piece as they come. */

import type { Bytes, Spool } from "../../collectors/collector.ts";
import { createTemporary, type Destination, joinPath } from "./destination.ts";
import type { Fault } from "./errors.ts";
import type { SpoolStore } from "./spool.ts";
import { explainFailure, isClosed, writing } from "./write_failure.ts";
import { writePieces } from "./write_pieces.ts";

/** Where the result went, or that nobody wanted to read it to its end. */
export type Written = { readonly path: string } | "stdout" | "closed";

/** Takes the bytes of one output while a capture runs. */
export interface Sink {
  /** Throws a {@link WriteFailure} when they cannot be kept. */
  write(bytes: Bytes): void;
  /** Gives up and leaves nothing. */
  discard(): void;
  /** Gives up and leaves what there is. */
  close(): void;
  /** The file where that is. */
  readonly remains?: string;
  /** What was put aside so far; it has to be read before more is written. */
  soFar?(): Bytes;
  /** Bytes in that file. */
  readonly size?: number;
}

/** A sink whose output is one file or stream. */
export interface ByteSink extends Sink {
  /**
   * Writes the rest.
   * @param head called when the rest is through: bytes to be written over the beginning.
   */
  finish(rest: Bytes, head: (() => Uint8Array) | undefined): Promise<Written | Fault>;
}

/**
 * A sink that puts bytes aside until all are there. A file appears under its name only when it is
 * complete; what stood there before is replaced in one step, and a symbolic link is replaced, not
 * followed.
 * @param name of a file that was not given one.
 */
export function createWholeSink(
  destination: Exclude<Destination, { kind: "directory" }>,
  name: string,
  store: SpoolStore,
): ByteSink {
  let spool: Spool | undefined;
  const putAside = (bytes: Bytes): void => {
    for (const piece of bytes) {
      if (piece.length > 0) (spool ??= store.createSpool()).append(piece);
    }
  };
  function* all(rest: Bytes): Generator<Uint8Array> {
    yield* spool?.read() ?? [];
    yield* rest;
  }
  return {
    write: putAside,
    soFar: () => spool?.read() ?? [],
    async finish(rest, head): Promise<Written | Fault> {
      try {
        if (destination.kind === "file") {
          const path = joinPath(destination.directory, destination.name ?? name);
          await replaceFile(path, destination.directory, all(rest), head);
          return { path };
        }
        let pieces: Bytes = all(rest);
        if (head !== undefined) {
          // What cannot be gone back in gets its head first.
          putAside(rest);
          pieces = withHead(head(), all([]));
        }
        if (destination.kind === "stdout") {
          await writePieces(Deno.stdout, pieces, "standard output");
          return "stdout";
        }
        return await writeDevice(destination.path, pieces);
      } catch (error) {
        return isClosed(error) ? "closed" : explainFailure(error);
      }
    },
    discard(): void {},
    close(): void {},
  };
}

/** Writes a file that appears under its name when it is complete. */
export async function replaceFile(
  path: string,
  directory: string,
  pieces: Bytes,
  head?: () => Uint8Array,
): Promise<void> {
  const { path: temporary, file } = writing(path, () => createTemporary(directory));
  const discard = (): void => removeQuietly(temporary);
  // A second Ctrl-C ends us in the middle of it.
  globalThis.addEventListener("unload", discard);
  try {
    try {
      await writePieces(file, pieces, path);
      if (head !== undefined) {
        await file.seek(0, Deno.SeekMode.Start);
        await writePieces(file, [head()], path);
      }
    } finally {
      file.close();
    }
    writing(path, () => Deno.renameSync(temporary, path));
  } catch (error) {
    discard();
    throw error;
  } finally {
    globalThis.removeEventListener("unload", discard);
  }
}

/** Writes to a device, pipe or socket as it is. */
export async function writeDevice(path: string, pieces: Bytes): Promise<Written> {
  const file = writing(path, () => Deno.openSync(path, { write: true }));
  try {
    await writePieces(file, pieces, path);
    return { path };
  } finally {
    file.close();
  }
}

function* withHead(head: Uint8Array, pieces: Bytes): Generator<Uint8Array> {
  yield head;
  let left = head.length;
  for (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/** Removes a file that may be gone with its directory, which may be why writing it failed. */
export function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Nothing is left to remove.
  }
}
