/** Where an output goes that is a directory of files. */

import type { DirectoryForm } from "../../collectors/registry.ts";
import { baseName } from "../analysis/places.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { badUsage, type Fault } from "./errors.ts";
import { isOpenFile } from "./open_file.ts";
import { outputNotWritable } from "./output_faults.ts";
import { classify } from "./write_failure.ts";

/** Bytes at the beginning of an index in which its mark is. */
const HEAD = 4096;

/** A directory of files, in another directory; named when the pid is known if `name` is absent. */
export interface DirectoryPlace {
  readonly kind: "directory";
  readonly directory: string;
  readonly name?: string;
}

/**
 * Finds the place that `-o` names: a directory that is not there yet, or an output of the same kind,
 * whose place is taken; in any other directory a new one is made. `x.html` means `x`.
 */
export function placeDirectory(path: string, form: DirectoryForm): DirectoryPlace | Fault {
  if (path === "-" || isOpenFile(path)) return noDirectory(path);
  const isPage = path.endsWith(".html") && baseName(path) !== ".html";
  const named = isPage ? path.slice(0, -".html".length) : path.replace(/(?<=[^/])\/+$/, "");
  const name = baseName(named);
  const directory = named.slice(0, named.length - name.length) || ".";
  const inside: DirectoryPlace = { kind: "directory", directory: named };
  if (name === "" || name === "." || name === "..") return inside;
  try {
    const found = Deno.statSync(named);
    if (!found.isDirectory) {
      if (!found.isFile) return noDirectory(path);
      return badUsage(
        `${escapeForTerminal(named)} is a file, and the output is a directory of pages.`,
        "Name a directory with `-o`.",
      );
    }
    if (!isPage && !isOutput(named, form)) return inside;
    if (!mayReplace(named, form)) return outputNotWritable(named, "taken");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return outputNotWritable(named, classify(error));
  }
  return { kind: "directory", directory, name };
}

function noDirectory(path: string): Fault {
  const where = path === "-" ? "standard output" : escapeForTerminal(path);
  return badUsage(
    `A directory of pages cannot go to ${where}.`,
    "Name a directory with `-o`.",
  );
}

/** Whether a directory is an output of this kind. */
function isOutput(path: string, form: DirectoryForm): boolean {
  try {
    const file = Deno.openSync(`${path}/${form.index}`);
    try {
      const head = new Uint8Array(HEAD);
      const length = file.readSync(head) ?? 0;
      return new TextDecoder().decode(head.subarray(0, length)).includes(form.mark);
    } finally {
      file.close();
    }
  } catch {
    return false;
  }
}

/** Whether nothing is lost with a directory but an older output; a link to one is no directory. */
export function mayReplace(path: string, form: DirectoryForm): boolean {
  if (!Deno.lstatSync(path).isDirectory) return false;
  const entries = [...Deno.readDirSync(path)];
  const isOwn = entries.every(({ name, isFile }) => isFile && form.isOwn(name));
  return isOwn && (entries.length === 0 || isOutput(path, form));
}
