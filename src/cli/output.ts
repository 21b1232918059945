/** Where a result goes, found out before anything starts, and written whole or not at all. */

import { baseName } from "../analysis/places.ts";
import { type Fault, isFault, outputNotWritable, type OutputTrouble } from "./errors.ts";

/** A place for one output. */
export type Destination =
  | { readonly kind: "stdout" }
  /** A device, pipe or socket: written to as it is, since a file must not take its place. */
  | { readonly kind: "device"; readonly path: string }
  /** A regular file, named when the pid is known if `name` is absent. */
  | { readonly kind: "file"; readonly directory: string; readonly name?: string };

/**
 * Finds the place that `-o` names and makes sure that it can be written to: a temporary file is made
 * beside the one to be, and removed again.
 * @param path what `-o` was given; absent: the current directory.
 */
export function chooseDestination(path: string | undefined): Destination | Fault {
  if (path === "-" || path === "/dev/stdout" || path === "/dev/fd/1") return { kind: "stdout" };
  const destination = placeFile(path ?? ".");
  if (isFault(destination) || destination.kind !== "file") return destination;
  try {
    const probe = createTemporary(destination.directory);
    probe.file.close();
    Deno.removeSync(probe.path);
  } catch (error) {
    return outputNotWritable(path ?? destination.directory, classify(error));
  }
  return destination;
}

function placeFile(path: string): Destination | Fault {
  try {
    const found = Deno.statSync(path);
    if (found.isDirectory) return { kind: "file", directory: path };
    if (!found.isFile || /^\/(dev|proc)\//.test(path)) return { kind: "device", path };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return outputNotWritable(path, classify(error));
    if (path.endsWith("/") || path === "") return outputNotWritable(path, "no-directory");
  }
  const name = baseName(path);
  return { kind: "file", directory: path.slice(0, path.length - name.length) || ".", name };
}

/** Where the result went, or that nobody wanted to read it to its end. */
export type Written = { readonly path: string } | "stdout" | "closed";

/**
 * Writes a result. A file appears under its name only when it is complete; what stood there before is
 * replaced in one step, and a symbolic link is replaced, not followed.
 * @param defaultName name of a file that was not given one.
 */
export async function writeOutput(
  destination: Destination,
  defaultName: string,
  pieces: Iterable<Uint8Array>,
): Promise<Written | Fault> {
  if (destination.kind === "stdout") return await writeStdout(pieces);
  if (destination.kind === "device") {
    try {
      const file = await Deno.open(destination.path, { write: true });
      await writePieces(file, pieces);
      file.close();
      return { path: destination.path };
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return "closed";
      return outputNotWritable(destination.path, classify(error));
    }
  }
  const path = joinPath(destination.directory, destination.name ?? defaultName);
  try {
    await replaceFile(path, destination.directory, pieces);
    return { path };
  } catch (error) {
    return outputNotWritable(path, classify(error));
  }
}

async function replaceFile(
  path: string,
  directory: string,
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  const { path: temporary, file } = createTemporary(directory);
  const discard = (): void => removeQuietly(temporary);
  // A second Ctrl-C ends us in the middle of it.
  globalThis.addEventListener("unload", discard);
  try {
    await writePieces(file, pieces);
    file.close();
    await Deno.rename(temporary, path);
  } catch (error) {
    discard();
    throw error;
  } finally {
    globalThis.removeEventListener("unload", discard);
  }
}

async function writeStdout(pieces: Iterable<Uint8Array>): Promise<Written | Fault> {
  try {
    await writePieces(Deno.stdout, pieces);
    return "stdout";
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return "closed";
    return outputNotWritable("standard output", classify(error));
  }
}

async function writePieces(
  to: { write(bytes: Uint8Array): Promise<number> },
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += await to.write(piece.subarray(at));
  }
}

function createTemporary(directory: string): { path: string; file: Deno.FsFile } {
  const path = joinPath(directory, `.tachyon-${crypto.randomUUID()}.tmp`);
  // createNew: never through a link that somebody put there.
  return { path, file: Deno.openSync(path, { write: true, createNew: true }) };
}

function joinPath(directory: string, name: string): string {
  if (directory === ".") return name;
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It may be gone with its directory, which is why writing failed.
  }
}

function classify(error: unknown): OutputTrouble {
  if (error instanceof Deno.errors.NotFound) return "no-directory";
  if (error instanceof Deno.errors.NotADirectory) return "no-directory";
  if (error instanceof Deno.errors.PermissionDenied) return "denied";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EROFS") return "denied";
  if (code === "ENOSPC" || code === "EDQUOT") return "full";
  if (code === "ENAMETOOLONG" || code === "EINVAL" || error instanceof TypeError) return "bad-name";
  return "other";
}
