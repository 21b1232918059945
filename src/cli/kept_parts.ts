/** The parts of a capture that are on disk, of which only the newest are kept. */

import { FORMATS } from "../../collectors/registry.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { mayReplace } from "./directory_place.ts";
import type { Finished } from "./exports.ts";
import { tell } from "./messages.ts";

/** Something that we wrote. */
interface OnDisk {
  readonly path: string;
  readonly format: Finished["format"];
  /** What tells it from anything else that may stand there later. */
  readonly identity: string;
}

/** Removes older parts. */
export interface KeptParts {
  /** A part was written: the oldest of too many go. */
  add(finished: readonly Finished[]): void;
}

/**
 * Keeps the newest parts. Only what we wrote in this capture is ever removed: what stands under its name
 * must still be the same file, which a link is not.
 * @param most parts to keep.
 */
export function keepParts(most = Infinity): KeptParts {
  const parts: (readonly OnDisk[])[] = [];
  return {
    add(finished): void {
      if (most === Infinity) return;
      parts.push(finished.flatMap(identify));
      while (parts.length > most) for (const one of parts.shift()!) remove(one);
    },
  };
}

/** What tells an output from others that may stand under its name later. */
function identify({ format, written }: Finished): OnDisk[] {
  if (typeof written !== "object") return [];
  const { directory } = FORMATS[format];
  const path = directory === undefined
    ? written.path
    : written.path.slice(0, -`/${directory.index}`.length);
  try {
    const found = Deno.lstatSync(path);
    const fits = directory === undefined ? found.isFile : found.isDirectory;
    return fits ? [{ path, format, identity: identityOf(found) }] : [];
  } catch {
    return [];
  }
}

/** Systems give the number of a file that is gone to the next. */
function identityOf({ dev, ino, isSymlink, mtime, size }: Deno.FileInfo): string {
  return [dev, ino, isSymlink, mtime?.getTime(), size].join(" ");
}

function remove({ path, format, identity }: OnDisk): void {
  const { directory } = FORMATS[format];
  try {
    if (identityOf(Deno.lstatSync(path)) !== identity) return;
    if (directory === undefined) Deno.removeSync(path);
    else if (mayReplace(path, directory)) Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    tell(`${escapeForTerminal(path)} cannot be removed, and is kept.`);
  }
}
