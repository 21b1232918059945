import { createHash } from "node:crypto";
import type { Metadata } from "../profile/metadata.ts";
import { readSourceFile, rootOf, type SourceFile } from "./target_files.ts";

/** A capture that began so long before it is a replay, ms. */
const JUST_NOW = 60_000;

/**
 * The files of a program: through its own root while it is there, since its paths may mean other files
 * here. What was recorded earlier, or elsewhere, is looked for on this machine.
 */
export class TargetSources {
  /** The capture is going on, or has just been. */
  readonly live: boolean;
  readonly #root: string;
  readonly #startedAt: number;

  constructor({ startedAt, pid }: Metadata) {
    this.#startedAt = startedAt;
    this.live = Math.abs(Date.now() - startedAt) < JUST_NOW && pid > 0;
    this.#root = this.live ? rootOf(pid) : "";
  }

  /** Reads a source; undefined when it is not there or none. */
  read(path: string): SourceFile | undefined {
    // A program that has just ended has no root of its own any more.
    return readSourceFile(this.#root, path) ??
      (this.#root === "" || isThere(this.#root) ? undefined : readSourceFile("", path));
  }

  /** Whether a file is younger than the beginning of the capture. */
  isChanged({ modifiedAt }: SourceFile): boolean {
    return this.#startedAt > 0 && modifiedAt > this.#startedAt;
  }
}

/** What tells a source from others, and from itself when it has been changed: 16 hexadecimal digits. */
export function digestSource({ text }: Pick<SourceFile, "text">): string {
  return createHash("sha256").update(text.toWellFormed()).digest("hex").slice(0, 16);
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
