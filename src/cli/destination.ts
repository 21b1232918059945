/** Where a result goes, found out before anything starts. */

import {
  type DirectoryForm,
  type Form,
  type FormatName,
  FORMATS,
} from "../../collectors/registry.ts";
import type { CallTable } from "../profile/call_table.ts";
import { baseName } from "../analysis/places.ts";
import { badUsage, type Fault, isFault } from "./errors.ts";
import { isOpenFile } from "./open_file.ts";
import { outputNotWritable } from "./output_faults.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { type DirectoryPlace, placeDirectory } from "./directory_place.ts";
import { classify } from "./write_failure.ts";

/** One output that was asked for. */
export interface OutputRequest {
  readonly format: FormatName;
  /** As given with `-o`; absent: where the format goes by default. */
  readonly path?: string;
}

/** A place for one output. */
export type Destination =
  | { readonly kind: "stdout" }
  /** A device, pipe or socket: written to as it is, since a file must not take its place. */
  | { readonly kind: "device"; readonly path: string }
  /** A regular file, named when the pid is known if `name` is absent. */
  | { readonly kind: "file"; readonly directory: string; readonly name?: string }
  | DirectoryPlace;

/** An output with its place. */
export interface Placed {
  readonly format: FormatName;
  /** What the format is in that place. */
  readonly form: Form;
  readonly streams: boolean;
  readonly destination: Destination;
}

/** What is written from. */
export interface Origin {
  /** Files that are read and must not be written. */
  readonly inputs: readonly string[];
  /** What stands in names that are not given, if it is known before anything starts. */
  readonly tag?: string;
  /** Functions and callers, where there are no stacks. */
  readonly calls?: CallTable;
}

/** Bytes that a file name can have on the systems we know, less those of `.partial-99`. */
const LONGEST_NAME = 255 - 11;

/**
 * Finds the places of all outputs and makes sure that each can be written to, that no two are the same,
 * and that none is a file that is being read.
 */
export function placeOutputs(
  requests: readonly OutputRequest[],
  origin: Origin,
): readonly Placed[] | Fault {
  const placed: Placed[] = [];
  const taken = new Set<string>();
  for (const { format, path } of requests) {
    const spec = FORMATS[format];
    const wanted = path ?? (spec.destination === "stdout" ? "-" : ".");
    const chosen = chooseDestination(wanted, spec.directory);
    if (isFault(chosen)) return chosen;
    const asText = origin.calls !== undefined || chosen.kind !== "file" ||
      chosen.name?.endsWith(".txt");
    const form = asText ? spec : spec.inFile ?? spec;
    const one = { format, form, streams: spec.streams ?? false, destination: chosen };
    const trouble = refuse(one, taken, origin);
    if (trouble !== undefined) return trouble;
    placed.push(one);
  }
  return placed;
}

function refuse(
  { format, form, destination, streams }: Placed,
  taken: Set<string>,
  { inputs, tag = "PID" }: Origin,
): Fault | undefined {
  const name = nameOutput(format, form, tag);
  const { key, shown } = identify(destination, name);
  if (taken.has(key) && key !== "/dev/null") {
    return badUsage(`Two outputs would go to ${shown}.`, "Give each a place of its own with `-o`.");
  }
  taken.add(key);
  if (destination.kind === "stdout") {
    return form.binary && Deno.stdout.isTerminal()
      ? badUsage(`${format} is not text and would garble the terminal.`, "Name a file with `-o`.")
      : undefined;
  }
  const path = destination.kind === "device"
    ? destination.path
    : joinPath(destination.directory, destination.name ?? name);
  if (inputs.some((input) => isSameFile(input, path))) {
    return badUsage(`${shown} is the file to be read.`, "Name another file with `-o`.");
  }
  if (streams && destination.kind === "file" && byteLength(destination.name) > LONGEST_NAME) {
    return outputNotWritable(path, "bad-name");
  }
  return undefined;
}

/** Something that two outputs share only if one would take the other's place. */
function identify(
  destination: Destination,
  defaultName: string,
): { key: string; shown: string } {
  if (destination.kind === "stdout") return { key: "-", shown: "standard output" };
  if (destination.kind === "device") {
    return { key: destination.path, shown: escapeForTerminal(destination.path) };
  }
  const name = destination.name ?? defaultName;
  return {
    key: joinPath(Deno.realPathSync(destination.directory), name),
    shown: escapeForTerminal(joinPath(destination.directory, name)),
  };
}

/**
 * The name of a file that was not given one.
 * @param tag what tells it from the same of others: the pid.
 */
export function nameOutput(format: FormatName, { extension }: Form, tag: string): string {
  return extension === "" ? `${format}_${tag}` : `${format}_${tag}.${extension}`;
}

/** A path to a name in a directory. */
export function joinPath(directory: string, name: string): string {
  if (directory === ".") return name;
  const ends = directory.endsWith("/") || (Deno.build.os === "windows" && directory.endsWith("\\"));
  return ends ? directory + name : `${directory}/${name}`;
}

/** Whether two paths lead to one file, also through links of either kind. */
function isSameFile(a: string, b: string): boolean {
  try {
    const [first, second] = [Deno.statSync(a), Deno.statSync(b)];
    return first.isFile && first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false;
  }
}

/** Finds the place that `-o` names and tries whether a file can be made there. */
function chooseDestination(path: string, form: DirectoryForm | undefined): Destination | Fault {
  const isStdout = path === "-" || path === "/dev/stdout" || path === "/dev/fd/1";
  if (isStdout && form === undefined) return { kind: "stdout" };
  const destination = form === undefined ? placeFile(path) : placeDirectory(path, form);
  if (isFault(destination) || !("directory" in destination)) return destination;
  try {
    const probe = createTemporary(destination.directory);
    probe.file.close();
    Deno.removeSync(probe.path);
  } catch (error) {
    return outputNotWritable(path === "." ? "the current directory" : path, classify(error));
  }
  return destination;
}

function placeFile(path: string): Destination | Fault {
  try {
    const found = Deno.statSync(path);
    if (found.isDirectory) return { kind: "file", directory: path };
    if (!found.isFile || isOpenFile(path)) return { kind: "device", path };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return outputNotWritable(path, classify(error));
    if (path.endsWith("/") || path === "") return outputNotWritable(path, "no-directory");
  }
  const name = baseName(path);
  return { kind: "file", directory: path.slice(0, path.length - name.length) || ".", name };
}

/** Makes a file of which nobody can know beforehand; the caller removes it. */
export function createTemporary(directory: string): { path: string; file: Deno.FsFile } {
  const path = joinPath(directory, `.tachyon-${crypto.randomUUID()}.tmp`);
  // createNew: never through a link that somebody put there.
  return { path, file: Deno.openSync(path, { write: true, createNew: true }) };
}

function byteLength(text = ""): number {
  return new TextEncoder().encode(text).length;
}
