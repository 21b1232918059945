/** Outputs that are a directory of files get to their place whole, or not at all. */

import type { OutputFile } from "../../collectors/collector.ts";
import type { DirectoryForm } from "../../collectors/registry.ts";
import { baseName } from "../analysis/places.ts";
import { mayReplace } from "./directory_place.ts";
import type { Fault } from "./errors.ts";
import { removeQuietly, type Sink, type Written } from "./output.ts";
import { writePieces } from "./write_pieces.ts";
import { explainFailure, writing } from "./write_failure.ts";

/** A sink for outputs that have nothing to keep before they finish. */
export function createDirectorySink(): Sink {
  return {
    write(bytes): void {
      // What collects may only begin to work when it is asked for more.
      for (const _ of bytes);
    },
    discard(): void {},
    close(): void {},
  };
}

/**
 * Writes files into a directory that appears under its name when all are there. An output of the same
 * kind that stands there gives way; anything else is left alone.
 */
export async function writeDirectory(
  path: string,
  files: Iterable<OutputFile>,
  form: DirectoryForm,
): Promise<Written | Fault> {
  const name = baseName(path);
  const parent = path.slice(0, path.length - name.length) || ".";
  const temporary = hiddenName(parent);
  const discard = (): void => removeOwn(temporary);
  try {
    writing(path, () => Deno.mkdirSync(temporary));
    // A second Ctrl-C ends us in the middle of it.
    globalThis.addEventListener("unload", discard);
    for (const { name, bytes } of files) {
      const target = `${temporary}/${name}`;
      const file = writing(path, () => Deno.openSync(target, { write: true, createNew: true }));
      try {
        await writePieces(file, bytes, path);
      } finally {
        file.close();
      }
    }
    writing(path, () => takePlace(temporary, path, form));
    return { path: `${path}/${form.index}` };
  } catch (error) {
    discard();
    return explainFailure(error);
  } finally {
    globalThis.removeEventListener("unload", discard);
  }
}

/** Renames a directory; what stands under its new name is moved aside first, and back if that fails. */
function takePlace(temporary: string, path: string, form: DirectoryForm): void {
  if (!isThere(path)) return Deno.renameSync(temporary, path);
  if (!mayReplace(path, form)) throw new Deno.errors.AlreadyExists(path);
  const aside = hiddenName(path.slice(0, path.length - baseName(path).length) || ".");
  Deno.renameSync(path, aside);
  try {
    Deno.renameSync(temporary, path);
  } catch (error) {
    Deno.renameSync(aside, path);
    throw error;
  }
  removeOwn(aside);
}

/** Removes a directory of ours, which has no directories in it. */
function removeOwn(path: string): void {
  try {
    for (const { name } of Deno.readDirSync(path)) removeQuietly(`${path}/${name}`);
  } catch {
    // It is gone, or was never made.
  }
  removeQuietly(path);
}

function hiddenName(parent: string): string {
  return `${parent.replace(/(?<=[^/])\/+$/, "")}/.tachyon-${crypto.randomUUID()}.tmp`;
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
