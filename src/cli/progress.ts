/** A bar on the terminal for work that takes longer than people like to wait without a sign. */

import { baseName } from "../analysis/places.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";

/** Time after which the bar appears, and from one picture of it to the next, ms. */
const PATIENCE_MS = 500;
const STEP_MS = 100;
const CELLS = 30;

/** Shows how far some work is. */
export interface Progress {
  /**
   * Tells what is being done, and how far it is.
   * @param share 0 to 1; absent: not known.
   */
  show(what: string, share?: number): void;
  /** Removes the bar. */
  done(): void;
}

/** A bar on standard error, if that is a terminal and anything is to be shown. */
export function createProgress(quiet: boolean): Progress {
  if (quiet || !Deno.stderr.isTerminal()) return { show: () => {}, done: () => {} };
  let next = performance.now() + PATIENCE_MS;
  let drawn = false;
  return {
    show(what, share): void {
      const now = performance.now();
      if (now < next) return;
      next = now + STEP_MS;
      drawn = true;
      write(`\r\x1b[2K${drawBar(what, share)}`);
    },
    done(): void {
      if (drawn) write("\r\x1b[2K");
      drawn = false;
      next = Infinity;
    },
  };
}

/** `writing a.json, 12.3 MB`. */
export function describeWriting(path: string, bytes: number): string {
  return `writing ${escapeForTerminal(baseName(path))}, ${(bytes / 1e6).toFixed(1)} MB`;
}

/** `reading ██████░░░░ 60%` */
export function drawBar(what: string, share: number | undefined): string {
  if (share === undefined) return `${what} …`;
  const bounded = Math.min(1, Math.max(0, share));
  const full = Math.floor(bounded * CELLS);
  const bar = "█".repeat(full) + "░".repeat(CELLS - full);
  return `${what} ${bar} ${Math.floor(bounded * 100)}%`;
}

function write(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // Nobody looks.
  }
}
