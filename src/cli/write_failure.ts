/** What the system says when something cannot be written. */

import { type Fault } from "./errors.ts";
import { outputNotWritable, type OutputTrouble } from "./output_faults.ts";

/** The system's EFBIG: the file would be larger than a file may be. */
const TOO_LARGE = 27;

/** A place could not be written to. */
export class WriteFailure extends Error {
  constructor(readonly path: string, override readonly cause: unknown) {
    super(`cannot write to ${path}`);
  }
}

/** Runs a step that touches a file; what the system says becomes a failure to write there. */
export function writing<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new WriteFailure(path, error);
  }
}

/** Puts a failure into words; anything else is no matter of writing and is thrown on. */
export function explainFailure(error: unknown): Fault {
  if (error instanceof WriteFailure) return outputNotWritable(error.path, classify(error.cause));
  throw error;
}

/** Whether somebody stopped reading what we write. */
export function isClosed(error: unknown): boolean {
  return error instanceof WriteFailure && error.cause instanceof Deno.errors.BrokenPipe;
}

/** Sorts what the system says. */
export function classify(error: unknown): OutputTrouble {
  if (error instanceof Deno.errors.NotFound) return "no-directory";
  if (error instanceof Deno.errors.NotADirectory) return "no-directory";
  if (error instanceof Deno.errors.PermissionDenied) return "denied";
  if (error instanceof Deno.errors.AlreadyExists) return "taken";
  const code = codeOf(error);
  if (code === "EROFS") return "denied";
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return "full";
  if (code === "ENAMETOOLONG" || code === "EINVAL" || error instanceof TypeError) return "bad-name";
  return "other";
}

/** Deno has no name for every code of the system's; those it leaves as a number. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && error.code !== undefined) return error.code;
  return error.message.includes(`(os error ${TOO_LARGE})`) ? "EFBIG" : undefined;
}
